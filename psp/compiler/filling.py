"""Filler: puts statements that write in the place of holes, all else on its own."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from .. import abi
from ..errors import PageSyntaxError
from ..light import NamedTuple
from ..options import PageOptions
from . import emit
from .fragments import Fragment
from .nodes import Expression, Text
from .positions import Mover, Place, at
from .skeleton import Skeleton
from .suites import FUNCTIONS, LOOPS, hole_of, suites, written_by
from .writer import Hole, HoleKind

#: Holes of a page up to which escaping in place costs next to nothing to compile.
FEW = 48
# Looked up once: in Python 3.11 members of an Enum are found by a slow descriptor.
_EXPRESSION = HoleKind.EXPRESSION


class _Suite(NamedTuple):
    """A suite to be filled: where it belongs, and whether it may run repeatedly."""

    holder: ast.AST
    name: str
    body: list[ast.stmt]
    loop: bool


@dataclass(slots=True)
class _Loop:
    """An outermost loop, on the stack before and behind its suites."""

    loop: ast.For | ast.While | ast.AsyncFor
    written: int | None = None  # how many holes had been filled before it


class Filler:
    """Makes the statements of a skeleton those of the page, *mover* its places."""

    def __init__(
        self,
        skeleton: Skeleton,
        fragments: list[Fragment],
        mover: Mover,
        options: PageOptions,
        escapers: Mapping[int, str],
    ):
        self._holes = skeleton.holes
        self._few = len(skeleton.holes) <= FEW
        self._sites = skeleton.sites
        self._fragments = fragments
        self._mover = mover
        self._options = options
        self._escapers = escapers
        self._filled: set[int] = set()
        self._methods: dict[int, ast.expr] = {}  # by line
        self._written = 0  # how many holes have been filled, to see which loops write

    def fill(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of *body* with their holes filled, never none.

        Suites wait on a stack: a chain of ``elif`` is as deep as it is long.
        """
        waiting: list[_Suite | _Loop] = []
        result = self._suite(body, False, waiting)
        while waiting:
            item = waiting.pop()
            if isinstance(item, _Suite):
                filled = self._suite(item.body, item.loop, waiting)
                setattr(item.holder, item.name, filled)
            elif item.written is None:
                item.written = self._written
            elif self._written > item.written and self._options.layout is None:
                item.loop.body.insert(0, emit.check(_header(item.loop)))
        return result

    def finish(self) -> None:
        """Refuse expressions whose code was taken for something else by the parser."""
        for index, hole in enumerate(self._holes):
            if hole.kind is _EXPRESSION and index not in self._filled:
                raise _not_one(hole)

    def _suite(
        self, body: list[ast.stmt], loop: bool, waiting: list[_Suite | _Loop]
    ) -> list[ast.stmt]:
        """One suite filled; those of its statements are put on the stack."""
        result: list[ast.stmt] = []
        for statement in body:
            index = hole_of(statement)
            if index is not None:
                self._hole(index, statement, loop, result)
            elif isinstance(statement, ast.Expr):
                result.append(self._own(statement))
            else:
                self._mover.move(statement)
                self._inside(statement, loop, waiting)
                result.append(statement)
        return result or [emit.nothing(self._first_place(body))]

    def _first_place(self, body: list[ast.stmt]) -> Place | None:
        """Where a suite of holes that write nothing starts."""
        index = hole_of(body[0]) if body else None
        if index is None:
            return None
        hole = self._holes[index]
        return self._mover.of_tag(hole.source, hole.site, hole.node.span)

    def _inside(
        self, statement: ast.stmt, loop: bool, waiting: list[_Suite | _Loop]
    ) -> None:
        """Put the suites of *statement* on the stack.

        An outermost loop that writes asks each time round whether to send, unless all
        is kept for a layout; whether it writes is known once its suites are filled.
        """
        inner = loop
        outermost = None
        if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
            inner = False
        elif isinstance(statement, LOOPS):
            inner = True
            outermost = None if loop else _Loop(statement)
        if outermost is not None:
            waiting.append(outermost)
        for holder, name, suite in suites(statement):
            if holder is not statement:
                self._mover.move(holder)
            repeated = inner if name == "body" else loop
            waiting.append(_Suite(holder, name, suite, repeated))
        if outermost is not None:
            waiting.append(outermost)

    def _own(self, statement: ast.Expr) -> ast.stmt:
        """An expression of the author's, or the mark of a file that was cut out."""
        call = statement.value
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == abi.FRAGMENT
        ):
            return self._fragment(call)
        self._mover.move(statement)
        return statement

    def _fragment(self, call: ast.Call) -> ast.stmt:
        """The call of an included file stands where its directive does."""
        self._written += 1
        number = call.args[0]
        assert isinstance(number, ast.Constant) and isinstance(number.value, int)
        site = self._sites[self._fragments[number.value].site]
        place = self._mover.of_tag(site.source, site.parent, site.node.span)
        return emit.run_fragment(number.value, place)

    def _hole(
        self, index: int, statement: ast.stmt, loop: bool, result: list[ast.stmt]
    ) -> None:
        """Add to *result* what writes hole *index*, and the text that it stands for.

        The borders of an include that was spliced write nothing.
        """
        for number in written_by(index, self._holes):
            hole = self._holes[number]
            value = statement.value  # type: ignore[attr-defined]
            if isinstance(hole.node, Text):
                if hole.node.text:
                    result.append(self._text(hole, hole.node))
            elif hole.kind is _EXPRESSION and value.__class__ is ast.Call:
                self._filled.add(index)
                if value.args or value.keywords:
                    result.append(self._expression(index, value, loop))

    def _text(self, hole: Hole, node: Text) -> ast.stmt:
        self._written += 1
        place = self._mover.of_text(hole.source, hole.site, node.span)
        return self._append(emit.constant(self._constant(node.text), place), place)

    def _append(
        self, value: ast.expr, place: Place, own: ast.expr | None = None
    ) -> ast.stmt:
        """The statement that writes *value*.

        What is written on one line shares ``out.append``, whose columns nobody sees.
        """
        line = place["lineno"]
        method = self._methods.get(line)
        if method is None:
            method = self._methods[line] = emit.method(place)
        return emit.append(method, value, place, own)

    def _constant(self, text: str) -> str | bytes:
        """*text*, encoded here rather than in every answer where that takes long.

        What goes into a layout is text again before it is sent.
        """
        large = len(text) >= abi.LARGE and not text.isascii()
        if not large or self._options.layout is not None:
            return text
        return text.encode("utf-8", "surrogateescape")

    def _expression(self, index: int, call: ast.Call, loop: bool) -> ast.stmt:
        hole = self._holes[index]
        node = hole.node
        assert isinstance(node, Expression)
        if (call.end_lineno, call.end_col_offset) != (hole.line, hole.column):
            raise _not_one(hole)  # it closes the bracket that was put around it
        self._written += 1
        place = self._mover.of_tag(hole.source, hole.site, node.span)
        value = self._value(hole, call, place)
        escapers = self._escapers.get(index)
        if escapers is None:
            text = emit.escaped(call, value, node.escape, loop, self._few, place)
        else:
            text = emit.in_context(value, escapers, place)
        return self._append(text, place, _root(value))

    def _value(self, hole: Hole, call: ast.Call, place: Place) -> ast.expr:
        """The one value of an expression tag, or mod_python's reading of several."""
        if call.keywords and self._options.dialect != "mod_python":
            message = "an assignment is not an expression: use <% name = value %>"
            raise PageSyntaxError.at(hole.source, hole.node.span, message)
        if len(call.args) == 1 and not call.keywords:
            value = call.args[0]
            if not isinstance(value, ast.Starred):
                self._mover.move(value)
                return value
        self._mover.move(call)
        call.func = emit.name(abi.ARGUMENTS, place)
        call.__dict__.update(place)
        return call


def _root(value: ast.expr) -> ast.expr:
    """All of *value* that can bind or read a name: of ``a.b.c`` it is ``a``."""
    while isinstance(value, ast.Attribute):
        value = value.value
    return value


def _not_one(hole: Hole) -> PageSyntaxError:
    message = "this is not one expression: its brackets do not match"
    return PageSyntaxError.at(hole.source, hole.node.span, message)


def _header(statement: ast.stmt) -> Place:
    """The place of a compound statement's first line."""
    line, column = statement.lineno, statement.col_offset
    return at(line, column, line, column + 1)
