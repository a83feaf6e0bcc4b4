"""Makers of the few kinds of ``ast`` node that a page adds to its author's own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from .. import abi
from .freenames import Reads
from .nodes import Escape
from .parts import Written
from .positions import Place, at
from .scopes import PageScope, names_to_declare

_TOP = at(1, 0, 1, 0)
_LOAD = ast.Load()
# Looked up once: in Python 3.11 members of an Enum are found by a slow descriptor.
_HTML, _PLAIN, _STR = Escape
_N = TypeVar("_N", bound=ast.AST)


def _new(kind: type[_N], place: Place, /, **fields: Any) -> _N:
    """A node of *kind*; its constructor would cost more than all the rest."""
    node = kind.__new__(kind)
    fields.update(place)
    node.__dict__ = fields
    return node


def name(ident: str, place: Place) -> ast.expr:
    """A use of a name."""
    node = ast.Name.__new__(ast.Name)
    node.__dict__ = {"id": ident, "ctx": _LOAD, **place}
    return node


def constant(value: str | bytes | int | None, place: Place) -> ast.expr:
    """A literal."""
    node = ast.Constant.__new__(ast.Constant)
    node.__dict__ = {"value": value, "kind": None, **place}
    return node


def call(function: str, arguments: list[ast.expr], place: Place) -> ast.Call:
    """A call of the helper *function*."""
    node = ast.Call.__new__(ast.Call)
    func = name(function, place)
    node.__dict__ = {"func": func, "args": arguments, "keywords": [], **place}
    return node


def statement(value: ast.expr, place: Place) -> ast.stmt:
    """An expression as a statement."""
    node = ast.Expr.__new__(ast.Expr)
    node.__dict__ = {"value": value, **place}
    return node


def method(place: Place) -> ast.expr:
    """``out.append``."""
    node = ast.Attribute.__new__(ast.Attribute)
    out = name(abi.OUT, place)
    node.__dict__ = {"value": out, "attr": "append", "ctx": _LOAD, **place}
    return node


def append(
    method: ast.expr, value: ast.expr, place: Place, own: ast.expr | None = None
) -> ast.stmt:
    """The statement that writes *value*; there is one for every hole of a page.

    *own* is what of it is the author's.
    """
    call = ast.Call.__new__(ast.Call)
    call.__dict__ = {"func": method, "args": [value], "keywords": [], **place}
    written = Written.__new__(Written)
    written.__dict__ = {"value": call, "own": own, **place}
    return written


def escaped(
    hole: ast.Call,
    value: ast.expr,
    escape: Escape,
    loop: bool,
    few: bool,
    place: Place,
) -> ast.expr:
    """*value* as text; *hole* is the call around it that the skeleton has.

    Inside loops the exact types are looked at in place; where a page has *few* holes,
    so is that of a plain name, where it takes little code.
    """
    if escape is _STR:
        return _instead(hole, abi.STR, value, place)
    in_place = few and escape is _HTML and isinstance(value, ast.Name)
    if not loop and not in_place:
        helper = abi.ESCAPE if escape is _HTML else abi.PLAIN
        return _instead(hole, helper, value, place)
    first, again = _twice(value, place)
    if not loop:
        other = call(abi.ESCAPE, [again()], place)
        is_str = _is_exactly(first, abi.STR, place)
        return _choice(is_str, call(abi.INNER, [again()], place), other, place)
    text = call(abi.STR, [again()], place)
    if escape is _PLAIN:
        is_none = _is(first, constant(None, place), place)
        return _choice(is_none, constant("", place), text, place)
    is_int = _is_exactly(again(), abi.INT, place)
    number = _choice(is_int, text, call(abi.SLOW, [again()], place), place)
    is_str = _is_exactly(first, abi.STR, place)
    return _choice(is_str, call(abi.INNER, [again()], place), number, place)


def _instead(hole: ast.Call, function: str, value: ast.expr, place: Place) -> ast.expr:
    """*hole* made the call of a helper: a new one takes longer, and most are such."""
    if hole is value:
        return call(function, [value], place)
    hole.func.__dict__.update(place, id=function)
    hole.__dict__.update(place)
    return hole


def in_context(value: ast.expr, escapers: str, place: Place) -> ast.expr:
    """*value* as text by the *escapers* of the place it stands in.

    The digits of a number are what they are in every URL.
    """
    if not escapers.startswith("url"):
        return call(abi.CONTEXT, [constant(escapers, place), value], place)
    first, again = _twice(value, place)
    other = call(abi.CONTEXT, [constant(escapers, place), again()], place)
    text = call(abi.STR, [again()], place)
    return _choice(_is_exactly(first, abi.INT, place), text, other, place)


def check(place: Place) -> ast.stmt:
    """``if len(out) > limit: flush()``."""
    length = call(abi.LEN, [name(abi.OUT, place)], place)
    limit = name(abi.LIMIT, place)
    test = _new(ast.Compare, place, left=length, ops=[ast.Gt()], comparators=[limit])
    flush = statement(call(abi.FLUSH, [], place), place)
    return _new(ast.If, place, test=test, body=[flush], orelse=[])


def nothing(place: Place | None = None) -> ast.stmt:
    """``pass``."""
    return _new(ast.Pass, place or _TOP)


def run_fragment(number: int, place: Place) -> ast.stmt:
    """The call of an included file that has code of its own."""
    functions, index = name(abi.FRAGMENT, place), constant(number, place)
    func = _new(ast.Subscript, place, value=functions, slice=index, ctx=_LOAD)
    arguments = [name(parameter, place) for parameter in abi.RUN_PARAMETERS]
    run = _new(ast.Call, place, func=func, args=arguments, keywords=[])
    return statement(run, place)


def default(target: ast.Name, value: ast.expr, node: ast.stmt) -> ast.stmt:
    """``x = names["x"] if "x" in names else value``, in place of *node*."""
    place = _place_of(node)
    given = _new(
        ast.Compare,
        place,
        left=constant(target.id, place),
        ops=[ast.In()],
        comparators=[name(abi.NAMES, place)],
    )
    names, key = name(abi.NAMES, place), constant(target.id, place)
    item = _new(ast.Subscript, place, value=names, slice=key, ctx=_LOAD)
    chosen = _choice(given, item, value, place)
    return _new(ast.Assign, place, targets=[target], value=chosen, type_comment=None)


def with_items(
    node: ast.With, items: list[ast.withitem], body: list[ast.stmt]
) -> ast.With:
    """A ``with`` of some of the *items* of *node*."""
    fields = {"items": items, "body": body, "type_comment": None}
    return _new(ast.With, _place_of(node), **fields)


def unless_skipped(item: ast.withitem, body: list[ast.stmt]) -> ast.stmt:
    """*body*, which runs unless *item* gives False; what it gives is bound in there."""
    expression = item.context_expr
    line, column = expression.lineno, expression.col_offset
    place = at(line, column, line, column + 1)
    if item.optional_vars is not None:
        value = name(abi.VALUE, place)
        target = [item.optional_vars]
        fields = {"targets": target, "value": value, "type_comment": None}
        body = [_new(ast.Assign, place, **fields), *body]
    item.optional_vars = _new(ast.Name, place, id=abi.VALUE, ctx=ast.Store())
    item.context_expr = _new(
        ast.Attribute, place, value=expression, attr=abi.SKIPPABLE, ctx=ast.Load()
    )
    test = _new(
        ast.Compare,
        place,
        left=name(abi.VALUE, place),
        ops=[ast.IsNot()],
        comparators=[constant(False, place)],
    )
    return _new(ast.If, place, test=test, body=body, orelse=[])


def loads(names: Iterable[str]) -> list[ast.stmt]:
    """``x = names["x"]`` for each of *names*."""
    return [_assign(given, _item(given, _LOAD)) for given in sorted(names)]


def guarded_loads(reads: Reads) -> ast.stmt:
    """What a page in tier "local" starts with: the names that it is given.

    Where one is missing, or one is given that the page takes for a builtin, the page
    has written nothing yet and is run in another tier.
    """
    body = loads(reads.given[0])
    others = set().union(*reads.given[1:]) - reads.given[0]
    body += [statement(_item(other, _LOAD), _TOP) for other in sorted(others)]
    body += [_refuse(known) for known in sorted(reads.fixed)]
    if not body:
        return nothing()
    again = _new(ast.Raise, _TOP, exc=name(abi.AGAIN, _TOP), cause=None)
    handler = _new(ast.ExceptHandler, _TOP, type=None, name=None, body=[again])
    return _new(ast.Try, _TOP, body=body, handlers=[handler], orelse=[], finalbody=[])


def _refuse(known: str) -> ast.stmt:
    """``if known in names: raise``."""
    given = _new(
        ast.Compare,
        _TOP,
        left=constant(known, _TOP),
        ops=[ast.In()],
        comparators=[name(abi.NAMES, _TOP)],
    )
    again = _new(ast.Raise, _TOP, exc=name(abi.AGAIN, _TOP), cause=None)
    return _new(ast.If, _TOP, test=given, body=[again], orelse=[])


def _leaves(local: str) -> ast.stmt:
    """``names["x"] = x`` if x is bound."""
    target = _item(local, ast.Store())
    kept = _new(
        ast.Assign, _TOP, targets=[target], value=name(local, _TOP), type_comment=None
    )
    handler = _new(ast.ExceptHandler, _TOP, type=None, name=None, body=[nothing()])
    return _new(ast.Try, _TOP, body=[kept], handlers=[handler], orelse=[], finalbody=[])


def _item(key: str, context: ast.expr_context) -> ast.expr:
    """``names["x"]``."""
    names, index = name(abi.NAMES, _TOP), constant(key, _TOP)
    return _new(ast.Subscript, _TOP, value=names, slice=index, ctx=context)


def _assign(ident: str, value: ast.expr) -> ast.stmt:
    target = _new(ast.Name, _TOP, id=ident, ctx=ast.Store())
    return _new(ast.Assign, _TOP, targets=[target], value=value, type_comment=None)


def function(
    body: list[ast.stmt],
    scope: PageScope,
    has_layout: bool,
    loads: list[ast.stmt] | None = None,
) -> ast.Module:
    """A module whose only statement is the function of a page.

    The names the page binds are declared global, so that they mean what they would
    mean in a module: visible to functions, to ``globals()``, to fragments and layouts.
    Those that nobody else looks at are local; a layout is given them at the end.
    """
    statements = [s for s in body if not isinstance(s, ast.Global)]
    declared = names_to_declare(scope)
    if declared:
        statements.insert(0, _new(ast.Global, _TOP, names=declared))
    if loads is not None:
        leaves = [_leaves(local) for local in sorted(scope.local)] if has_layout else []
        statements = [*loads, *statements, *leaves]
    elif has_layout and scope.local:
        names = [constant(local, _TOP) for local in sorted(scope.local)]
        statements.append(statement(call(abi.EXPORT, names, _TOP), _TOP))
    node = _new(
        ast.AsyncFunctionDef if scope.awaits else ast.FunctionDef,
        _TOP,
        name=abi.FUNCTION,
        args=_parameters(),
        body=statements or [nothing()],
        decorator_list=[],
        type_params=[],  # since Python 3.12
        returns=None,
        type_comment=None,
    )
    if scope.stars:
        node = _StarImports().visit(node)
    return ast.Module([node], [])


def _parameters() -> ast.arguments:
    names = [
        _new(ast.arg, _TOP, arg=parameter, annotation=None, type_comment=None)
        for parameter in abi.PARAMETERS
    ]
    return ast.arguments(
        posonlyargs=[], args=names, kwonlyargs=[], kw_defaults=[], defaults=[]
    )


def module(
    body: list[ast.stmt],
    scope: PageScope,
    has_layout: bool,
    loads: list[ast.stmt] | None = None,
) -> ast.Module:
    """The page as module code; ``return`` raises what ends it.

    No statement of a page is the first of a module, as in mod_python: a string is no
    docstring, and an import from ``__future__`` an error.
    """
    if body[0].__class__ in (ast.Expr, ast.ImportFrom):
        body = [nothing(_place_of(body[0])), *body]
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
        place = _place_of(node)
        stop = _new(ast.Raise, place, exc=name(abi.RETURN, place), cause=None)
        return [stop] if node.value is None else [statement(node.value, place), stop]


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
        place = _place_of(node)
        arguments = [constant(node.module or "", place), constant(node.level, place)]
        return statement(call(abi.STAR, arguments, place), place)


def _place_of(node: ast.stmt) -> Place:
    end_line, end_column = node.end_lineno, node.end_col_offset
    return at(
        node.lineno,
        node.col_offset,
        node.lineno if end_line is None else end_line,
        node.col_offset if end_column is None else end_column,
    )


def _choice(test: ast.expr, yes: ast.expr, no: ast.expr, place: Place) -> ast.expr:
    return _new(ast.IfExp, place, test=test, body=yes, orelse=no)


def _is(value: ast.expr, other: ast.expr, place: Place) -> ast.expr:
    return _new(ast.Compare, place, left=value, ops=[ast.Is()], comparators=[other])


def _is_exactly(value: ast.expr, kind: str, place: Place) -> ast.expr:
    """``type(value) is kind``."""
    return _is(call(abi.TYPE, [value], place), name(kind, place), place)


def _twice(value: ast.expr, place: Place) -> tuple[ast.expr, Callable[[], ast.expr]]:
    """*value* where it is computed, and a maker of further uses of it."""
    if isinstance(value, ast.Name):
        ident = value.id
        return value, lambda: name(ident, place)
    store = _new(ast.Name, place, id=abi.VALUE, ctx=ast.Store())
    first = _new(ast.NamedExpr, place, target=store, value=value)
    return first, lambda: name(abi.VALUE, place)
