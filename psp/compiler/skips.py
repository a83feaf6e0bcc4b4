"""``with psp.cache(…):`` whose body does not run where its text is kept."""

from __future__ import annotations

import ast

from . import emit
from .suites import statements


def make_skippable(body: list[ast.stmt]) -> None:
    """Let each such ``with`` in *body* decide whether its own body runs."""
    for statement in list(statements(ast.Module(body, []))):
        if isinstance(statement, ast.With):
            _make_skippable(statement)


def _make_skippable(node: ast.With) -> None:
    for index, item in enumerate(node.items):
        if _may_skip(item.context_expr):
            inner, rest = node.body, node.items[index + 1 :]
            if rest:
                again = emit.with_items(node, rest, inner)
                _make_skippable(again)
                inner = [again]
            node.items = node.items[: index + 1]
            node.body = [emit.unless_skipped(item, inner)]
            return


def _may_skip(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="psp"), attr="cache")):
            return True
    return False
