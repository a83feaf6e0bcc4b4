"""Makers of the few kinds of ``ast`` node that a page adds to its author's own."""

from __future__ import annotations

import ast
from collections.abc import Callable

from .. import abi
from .nodes import Escape
from .positions import Place
from .scopes import PageScope, names_to_declare

_TOP = Place(1, 0, 1, 0)


def name(ident: str, at: Place) -> ast.expr:
    """A use of a name."""
    return _put(ast.Name(ident, ast.Load()), at)


def constant(value: str | int | None, at: Place) -> ast.expr:
    """A literal."""
    return _put(ast.Constant(value), at)


def call(function: str, arguments: list[ast.expr], at: Place) -> ast.Call:
    """A call of the helper *function*."""
    node = ast.Call(name(function, at), arguments, [])
    at.put(node)
    return node


def statement(value: ast.expr, at: Place) -> ast.stmt:
    """An expression as a statement."""
    node = ast.Expr(value)
    at.put(node)
    return node


def append(value: ast.expr, at: Place) -> ast.stmt:
    """The statement that writes *value*."""
    method = _put(ast.Attribute(name(abi.OUT, at), "append", ast.Load()), at)
    return statement(_put(ast.Call(method, [value], []), at), at)


def escaped(value: ast.expr, escape: Escape, loop: bool, at: Place) -> ast.expr:
    """*value* as text; inside loops the exact types are looked at in place."""
    if escape is Escape.STR:
        return call(abi.STR, [value], at)
    if not loop:
        return call(abi.ESCAPE if escape is Escape.HTML else abi.PLAIN, [value], at)
    first, again = _twice(value, at)
    if escape is Escape.PLAIN:
        is_none = _put(ast.Compare(first, [ast.Is()], [constant(None, at)]), at)
        return _choice(is_none, constant("", at), call(abi.STR, [again()], at), at)
    number = _choice(
        _is_exactly(again(), abi.INT, at),
        call(abi.STR, [again()], at),
        call(abi.SLOW, [again()], at),
        at,
    )
    is_str = _is_exactly(first, abi.STR, at)
    return _choice(is_str, call(abi.INNER, [again()], at), number, at)


def check(at: Place) -> ast.stmt:
    """``if len(out) > limit: flush()``."""
    length = call(abi.LEN, [name(abi.OUT, at)], at)
    test = _put(ast.Compare(length, [ast.Gt()], [name(abi.LIMIT, at)]), at)
    node = ast.If(test, [statement(call(abi.FLUSH, [], at), at)], [])
    at.put(node)
    return node


def nothing(in_place_of: ast.stmt | None = None) -> ast.stmt:
    """``pass``."""
    node = ast.Pass()
    (_TOP if in_place_of is None else _place_of(in_place_of)).put(node)
    return node


def function(body: list[ast.stmt], scope: PageScope) -> ast.Module:
    """A module whose only statement is the function of a page.

    The names the page binds are declared global, so that they mean what they would
    mean in a module: visible to functions, to ``globals()``, to fragments and layouts.
    """
    declared = names_to_declare(scope)
    head: list[ast.stmt] = []
    if declared:
        global_ = ast.Global(declared)
        _TOP.put(global_)
        head.append(global_)
    statements = head + [s for s in body if not isinstance(s, ast.Global)]
    parameters = [ast.arg(parameter) for parameter in abi.PARAMETERS]
    for parameter in parameters:
        parameter.lineno = parameter.end_lineno = 1
        parameter.col_offset = parameter.end_col_offset = 0
    arguments = ast.arguments(
        posonlyargs=[], args=parameters, kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    kind = ast.AsyncFunctionDef if scope.awaits else ast.FunctionDef
    node = kind(abi.PREFIX + "page", arguments, statements or [nothing()], [])
    setattr(node, "type_params", [])  # noqa: B010 - needed from 3.12 on
    _TOP.put(node)
    return ast.Module([_StarImports().visit(node)], [])


def module(body: list[ast.stmt], scope: PageScope) -> ast.Module:
    """The page as module code; ``return`` raises what ends it."""
    node = ast.Module(body, [])
    return _Returns().visit(node) if scope.returns else node


class _PageLevel(ast.NodeTransformer):
    """Changes statements of the page, not those of functions and classes in it."""

    def _leave(self, node: ast.AST) -> ast.AST:
        return node

    visit_ClassDef = visit_Lambda = _leave


class _Returns(_PageLevel):
    visit_FunctionDef = visit_AsyncFunctionDef = _PageLevel._leave

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        at = _place_of(node)
        stop = ast.Raise(name(abi.RETURN, at), None)
        at.put(stop)
        return [stop] if node.value is None else [statement(node.value, at), stop]


class _StarImports(_PageLevel):
    """``from m import *`` is not allowed in a function; a helper does the same."""

    _inside = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if self._inside:
            return node
        self._inside = True
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        return super().generic_visit(node) if not isinstance(node, ast.expr) else node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        if node.names[0].name != "*":
            return node
        at = _place_of(node)
        arguments = [constant(node.module or "", at), constant(node.level, at)]
        return statement(call(abi.STAR, arguments, at), at)


def _place_of(node: ast.stmt) -> Place:
    end_line, end_column = node.end_lineno, node.end_col_offset
    return Place(
        node.lineno,
        node.col_offset,
        node.lineno if end_line is None else end_line,
        node.col_offset if end_column is None else end_column,
    )


def _put(node: ast.expr, at: Place) -> ast.expr:
    at.put(node)
    return node


def _choice(test: ast.expr, yes: ast.expr, no: ast.expr, at: Place) -> ast.expr:
    return _put(ast.IfExp(test, yes, no), at)


def _is_exactly(value: ast.expr, kind: str, at: Place) -> ast.expr:
    """``type(value) is kind``."""
    found = call(abi.TYPE, [value], at)
    return _put(ast.Compare(found, [ast.Is()], [name(kind, at)]), at)


def _twice(value: ast.expr, at: Place) -> tuple[ast.expr, Callable[[], ast.expr]]:
    """*value* where it is computed, and a maker of further uses of it."""
    if isinstance(value, ast.Name):
        ident = value.id
        return value, lambda: name(ident, at)
    store = _put(ast.Name(abi.VALUE, ast.Store()), at)
    assert isinstance(store, ast.Name)
    first = _put(ast.NamedExpr(store, value), at)
    return first, lambda: name(abi.VALUE, at)
