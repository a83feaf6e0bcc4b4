"""Ways through the suites of a tree, and the names in it that are holes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ..abi import PREFIX
from .writer import Hole, HoleKind

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NUMBER = slice(len(PREFIX), None)
_LEAD = HoleKind.LEAD  # once: in Python 3.11 looking up a member of an Enum is slow
LOOPS = (ast.For, ast.While, ast.AsyncFor)


def hole_index(node: ast.AST) -> int | None:
    """The number of the hole that *node* names, if it is one."""
    if node.__class__ is ast.Name:
        ident: str = node.id
        if ident.startswith(PREFIX) and ident[_NUMBER].isdecimal():
            return int(ident[_NUMBER])
    return None


def hole_of(statement: ast.AST) -> int | None:
    """The number of the hole that *statement* is, if it is one."""
    if statement.__class__ is not ast.Expr:
        return None
    value = statement.value
    return hole_index(value.func if value.__class__ is ast.Call else value)


def written_by(index: int, holes: Sequence[Hole]) -> tuple[int, ...]:
    """The holes that the statement of hole *index* writes, in order."""
    led = index and holes[index - 1].kind is _LEAD
    return (index - 1, index) if led else (index,)


def suites(node: ast.AST) -> Iterator[tuple[ast.AST, str, list[ast.stmt]]]:
    """The suites of a statement: what holds each, under which name, and the suite."""
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if isinstance(suite, list) and suite:
            yield node, name, suite
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield part, "body", part.body


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Every statement of *tree*, those in suites included."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for _, _, suite in suites(waiting.pop()):
            yield from suite
            waiting.extend(suite)
