"""``d.has_key(k)``, which tables, forms and sessions are asked by ``in``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .code import Code
from .mend import Mend, replacing

_LOOSE = (ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.NamedExpr)
#: Where a comparison needs parentheses around it.
_TIGHT = (ast.Attribute, ast.Await, ast.BinOp, ast.Compare, ast.Starred, ast.Subscript)


def has_keys(code: Code) -> Iterator[Mend]:
    """``has_key`` as ``in``, but for a class that has it ask itself."""
    own = _asking_themselves(code)
    for node in code.all(ast.Call):
        match node:
            case ast.Call(
                func=ast.Attribute(value=owner, attr="has_key"), args=[key], keywords=[]
            ) if node not in own and not isinstance(key, ast.Starred):
                whole, operator = _with_not(code, node)
                left = code.source(key)
                left = f"({left})" if _is_loose(key) or "\n" in left else left
                text = f"{left} {operator} {code.source(owner)}"
                is_operand = _is_operand(code.parents[whole])
                yield replacing(code, whole, f"({text})" if is_operand else text)


def _with_not(code: Code, node: ast.expr) -> tuple[ast.expr, str]:
    """The expression to replace, *node* or its negation, and the operator."""
    parent = code.parents[node]
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        return parent, "not in"
    return node, "in"


def _is_operand(parent: ast.AST) -> bool:
    """Whether a comparison in *parent* needs parentheses."""
    if isinstance(parent, ast.UnaryOp):
        return not isinstance(parent.op, ast.Not)
    return isinstance(parent, _TIGHT)


def _is_loose(node: ast.expr) -> bool:
    """Whether *node* would not be the operand of a comparison as it is written."""
    is_not = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return is_not or isinstance(node, _LOOSE)


def _asking_themselves(code: Code) -> set[ast.AST]:
    """The calls in ``__contains__`` methods, which ``in`` would make ask themselves."""
    methods = (
        node for node in code.all(ast.FunctionDef) if node.name == "__contains__"
    )
    return {inner for node in methods for inner in ast.walk(node)}
