"""Mend: a piece of conversion on the tree of Python 3 text."""

from __future__ import annotations

import ast
from typing import NamedTuple

from .code import Code
from .edits import Edit

_PRIMARY = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.ListComp)


class Mend(NamedTuple):
    """*edits* that belong together.

    ``need``  the import statement without which they do not work
    ``note``  what the author should know of them, about the place ``at``
    """

    edits: tuple[Edit, ...]
    need: str = ""
    note: str = ""
    at: int = 0


def replacing(
    code: Code, node: ast.expr, text: str, need: str = "", note: str = ""
) -> Mend:
    """The mend that puts *text* in the place of *node*."""
    start = code.start(node)
    return Mend((Edit(start, code.end(node), text),), need, note, start)


def around(code: Code, node: ast.expr, function: str) -> tuple[Edit, Edit]:
    """The edits that make *node* the argument of *function*."""
    start, end = code.start(node), code.end(node)
    return Edit(start, start, f"{function}("), Edit(end, end, ")")


def receiver(code: Code, node: ast.expr) -> str:
    """*node* as it is written before a dot: in parentheses where it needs them."""
    text = code.source(node)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    is_plain = isinstance(node, _PRIMARY) or is_text
    return text if is_plain and "\n" not in text else f"({text})"
