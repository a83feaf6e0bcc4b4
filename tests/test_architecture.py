"""Imports point down: which room may know of which others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import psp

ROOT = Path(psp.__file__).parent

#: From the bottom up; a room may import those of the lines below it, and on its own
#: line those to its left.
LEVELS = [
    ["light", "source", "errors", "refusals", "abi", "options", "page"],
    ["lexer", "runtime"],
    ["compiler", "http", "form"],
    [
        "loaders",
        "moreloaders",
        "trust",
        "pagefile",
        "cache",
        "diskcache",
        "archive",
        "pieces",
    ],
    ["slot", "engine", "making", "session"],
    ["settings", "manners", "guard", "pagerun", "handler"],
    ["debug", "scripts", "adapters", "modpython"],
    [
        "migrate",
        "doctor",
        "shadow",
        "types",
        "format",
        "contrib",
        "testing",
        "cli",
        "__main__",
        "__init__",
    ],
]
PLACE = {
    room: (level, i)
    for level, rooms in enumerate(LEVELS)
    for i, room in enumerate(rooms)
}
#: Imports that are asked for by name, or only when there is something to compile.
LATE = {
    ("making", "compiler"),
    ("engine", "making"),
    ("manners", "modpython"),
    ("errors", "refusals"),
    ("loaders", "moreloaders"),
}


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0].removesuffix(".py")


def run_time(path: Path) -> Iterator[ast.AST]:
    """What of a module counts at run time."""
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting.extend(node.orelse)
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def relative_imports(path: Path) -> Iterator[tuple[tuple[str, ...], ast.ImportFrom]]:
    """The package or module, split at its dots, and the statement."""
    package = path.relative_to(ROOT.parent).parts[:-1]
    for node in run_time(path):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            yield (*base, *(node.module or "").split(".")), node


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Rooms that a module imports at run time, with the line."""
    for target, node in relative_imports(path):
        rooms = list(target[1:2]) if node.module or len(target) > 2 else []
        rooms = rooms or [alias.name for alias in node.names]
        yield from ((room, node.lineno) for room in rooms if room)


@cache
def names_of(path: Path) -> set[str] | None:
    """The names a module has at run time; None where it makes them when asked."""
    names: set[str] = set()
    for node in run_time(path):
        match node:
            case (
                ast.FunctionDef(name="__getattr__")
                | ast.ImportFrom(names=[ast.alias(name="*")])
            ):
                return None
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Import() | ast.ImportFrom():
                names |= {alias.asname or alias.name for alias in node.names}
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
    return names


MODULES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    for other, line in imports(path):
        if (
            other == room
            or (room, other) in LATE
            or not (ROOT / other).exists()
            and not (ROOT / f"{other}.py").exists()
        ):
            continue
        assert PLACE[other] < PLACE[room], f"{path}:{line}: {room} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_is_imported_is_there_at_run_time(path: Path) -> None:
    for target, node in relative_imports(path):
        module = ROOT.parent.joinpath(*filter(None, target))
        file = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
        known = names_of(file)
        if known is None:
            continue
        known = known | {"*"} | {one.stem for one in module.glob("*")}
        missing = {alias.name for alias in node.names} - known
        assert not missing, f"{path}:{node.lineno}: {missing} is there for types only"


def test_every_room_has_its_place() -> None:
    rooms = {room_of(path) for path in MODULES}
    assert rooms <= PLACE.keys(), f"no place for {sorted(rooms - PLACE.keys())}"


def test_the_compiler_and_the_runtime_never_meet() -> None:
    for path in MODULES:
        if room_of(path) in ("compiler", "runtime"):
            others = {room for room, _ in imports(path)}
            assert not others & {"compiler", "runtime"} - {room_of(path)}, path
