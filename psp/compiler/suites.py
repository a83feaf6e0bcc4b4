"""Ways through the suites of a tree, and the names in it that are holes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..abi import PREFIX

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.While, ast.AsyncFor)


def hole_index(node: ast.AST) -> int | None:
    """The number of the hole that *node* names, if it is one."""
    if node.__class__ is ast.Name:
        before, _, number = node.id.partition(PREFIX)
        if number.isdecimal() and not before:
            return int(number)
    return None


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
