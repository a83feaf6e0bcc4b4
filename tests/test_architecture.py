"""Imports point down: which room may know of which others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
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
    ["settings", "manners", "guard", "handler"],
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


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Rooms that a module imports at run time, with the line."""
    package = path.relative_to(ROOT.parent).parts[:-1]
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            target = [*base, *(node.module or "").split(".")]
            rooms = target[1:2] if node.module or len(base) > 1 else []
            rooms = rooms or [alias.name for alias in node.names]
            yield from ((room, node.lineno) for room in rooms if room)
        waiting.extend(ast.iter_child_nodes(node))


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


def test_every_room_has_its_place() -> None:
    rooms = {room_of(path) for path in MODULES}
    assert rooms <= PLACE.keys(), f"no place for {sorted(rooms - PLACE.keys())}"


def test_the_compiler_and_the_runtime_never_meet() -> None:
    for path in MODULES:
        if room_of(path) in ("compiler", "runtime"):
            others = {room for room, _ in imports(path)}
            assert not others & {"compiler", "runtime"} - {room_of(path)}, path
