"""Sorting by a function that compares, and ``cmp``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .code import Code
from .edits import Edit
from .mend import Mend, replacing

_NEED = "import functools"
#: Functions and methods that may be called twice in place of once.
_HARMLESS = frozenset(
    "abs float get int len lower lstrip rstrip str strip upper".split()
)
#: What binds its operands as tightly as a minus, or more.
_TIGHT = (ast.BinOp, ast.UnaryOp, ast.Attribute, ast.Subscript, ast.Await, ast.Starred)


def sorts(code: Code) -> Iterator[Mend]:
    """``x.sort(f)`` and ``sorted(x, f)`` with a key in place of the function."""
    for node in code.all(ast.Call):
        given = _comparison(code, node)
        if given is None:
            continue
        start, end = code.start(given), code.end(given)
        value = given.value if isinstance(given, ast.keyword) else given
        if _is_none(value) or code.meaning(value) == "builtins.cmp":
            yield Mend((_without(code, node, start, end),))
        else:
            key = f"key=functools.cmp_to_key({code.source(value)})"
            yield Mend((Edit(start, end, key),), _NEED)


def _comparison(code: Code, node: ast.Call) -> ast.expr | ast.keyword | None:
    """The argument of the sort *node* that compares, unless it has a key as well."""
    is_method = isinstance(node.func, ast.Attribute) and node.func.attr == "sort"
    if not is_method and code.called(node) != "builtins.sorted":
        return None
    names = {one.arg: one for one in node.keywords}
    arguments = node.args if is_method else node.args[1:]
    if "key" in names or len(arguments) > 1:
        return None
    if arguments:
        is_function = isinstance(arguments[0], ast.Name | ast.Attribute | ast.Lambda)
        return arguments[0] if is_function or _is_none(arguments[0]) else None
    return names.get("cmp")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _without(code: Code, node: ast.Call, start: int, end: int) -> Edit:
    """The edit that drops an argument of *node* with the comma beside it."""
    before = code.text[:start].rstrip()
    after = code.text[end:].lstrip()
    if before.endswith(","):
        return Edit(len(before) - 1, end, "")
    if after.startswith(","):
        return Edit(start, len(code.text) - len(after[1:].lstrip()), "")
    return Edit(start, end, "")


def comparisons(code: Code) -> Iterator[Mend]:
    """``cmp(a, b)``, where to say a and b twice does no harm."""
    for node in code.all(ast.Call):
        if code.called(node) != "builtins.cmp" or len(node.args) != 2:
            continue
        if all(map(_is_harmless, node.args)):
            a, b = (_operand(code, one) for one in node.args)
            text = f"({a} > {b}) - ({a} < {b})"
            is_operand = isinstance(code.parents[node], _TIGHT)
            yield replacing(code, node, f"({text})" if is_operand else text)


def _operand(code: Code, node: ast.expr) -> str:
    """*node* as it is written beside an operator."""
    is_loose = isinstance(node, ast.Compare | ast.BoolOp | ast.IfExp | ast.Lambda)
    return f"({code.source(node)})" if is_loose else code.source(node)


def _is_harmless(node: ast.expr) -> bool:
    """Whether to evaluate *node* twice is the same as once."""
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.Attribute(value=value):
            return _is_harmless(value)
        case ast.Subscript(value=value, slice=index):
            return _is_harmless(value) and _is_harmless(index)
        case ast.UnaryOp(operand=value):
            return _is_harmless(value)
        case ast.BinOp(left=left, right=right):
            return _is_harmless(left) and _is_harmless(right)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return all(map(_is_harmless, items))
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=args):
            return name in _HARMLESS and all(map(_is_harmless, [value, *args]))
        case ast.Call(func=ast.Name(id=name), args=args):
            return name in _HARMLESS and all(map(_is_harmless, args))
    return False
