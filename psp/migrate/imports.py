"""Import statements of what is gone or has moved."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .code import Code
from .edits import Edit
from .mend import Mend
from .moves import EMPTIED, LAZY, MOVED
from .names import HTML_ESCAPE, home, method_of

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class _Name(NamedTuple):
    """What becomes of one name of an import statement.

    ``module`` is what it comes from: empty for ``import x``, None for a statement that
    takes its place. An empty ``text`` is no name at all.
    """

    module: str | None
    text: str
    changed: bool = True


def imports(code: Code) -> Iterator[Mend]:
    """The import statements whose names are not all where they were.

    What is imported without being used must be there as well.
    """
    used = {node.id for node in code.all(ast.Name)}
    for node in code.nodes:
        match node:
            case ast.Import(names=names):
                new = [_module(code, one, used) for one in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                new = [_member(code, module, one, used) for one in names]
            case _:
                continue
        if any(one.changed for one in new):
            yield Mend((_edit(code, node, _statement(new)),))


def _edit(code: Code, node: ast.stmt, text: str) -> Edit:
    """The edit that puts *text* in the place of *node*, or drops its lines if empty.

    A page may need the line, and a suite the statement.
    """
    start, end = code.start(node), code.end(node)
    first = code.line_start(node.lineno)
    rest = code.text[end:].partition("\n")[0]
    whole_lines = not code.text[first:start].strip() and not rest.strip()
    siblings: list[ast.stmt] = getattr(code.parents[node], "body", [])
    if text or code.page or not whole_lines or len(siblings) < 2:
        return Edit(start, end, text or "pass")
    return Edit(first, end + len(rest) + 1, "")


def missing(code: Code, needs: Iterable[str]) -> list[str]:
    """Those of *needs*, import statements, that nothing in *code* does."""
    there: set[str] = set()
    for node in code.nodes:
        if _is_local(code, node):
            continue
        if isinstance(node, ast.Import):
            there |= {f"import {code.source(one)}" for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = f"from {node.module} import "
            there |= {start + code.source(one) for one in node.names}
    return [need for need in needs if need not in there]


def _is_local(code: Code, node: ast.AST) -> bool:
    """Whether the statement *node* stands in a function or a class."""
    parent = code.parents.get(node)
    while parent is not None and not isinstance(parent, _SCOPES):
        parent = code.parents.get(parent)
    return parent is not None


def _module(code: Code, one: ast.alias, used: set[str]) -> _Name:
    """What becomes of ``import one``."""
    if one.name not in EMPTIED or (one.asname or one.name) in used:
        return _Name("", code.source(one), changed=False)
    if one.name == "cgi" and code.is_taken("html"):
        return _Name(None, HTML_ESCAPE)
    return _Name("", EMPTIED[one.name])


def _member(code: Code, module: str, one: ast.alias, used: set[str]) -> _Name:
    """What becomes of ``from module import one``."""
    name, meaning = one.asname or one.name, f"{module}.{one.name}"
    target = MOVED.get(meaning, "")
    if target and home(target):
        _, _, new = target.rpartition(".")
        return _Name(home(target), new if new == name else f"{new} as {name}")
    if target:
        return _Name(None, f"{name} = {target}")
    is_gone = method_of(meaning) or (module == "itertools" and one.name in LAZY)
    if is_gone and name not in used:
        return _Name(None, "")
    if method_of(meaning) not in ("", "join"):
        return _Name(None, f"{name} = str.{method_of(meaning)}")
    return _Name(module, code.source(one), changed=False)


def _statement(names: list[_Name]) -> str:
    """The simple statements, on one line, that import *names*."""
    statements: list[str] = []
    for module in dict.fromkeys(one.module for one in names):
        texts = dict.fromkeys(one.text for one in names if one.module == module)
        texts.pop("", None)
        if module is None:
            statements += texts
        elif texts:
            start = f"from {module} import " if module else "import "
            statements.append(start + ", ".join(texts))
    return "; ".join(statements)
