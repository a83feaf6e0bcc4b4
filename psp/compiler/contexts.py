"""Carries the place in the HTML through the blocks of a page.

Branches have to meet in one place, loops to end where they began; functions and what
``psp`` collects for elsewhere start, and end, in text.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NoReturn

from ..errors import PageSyntaxError
from ..page import Notice
from ..source import Source, Span
from .html import TEXT, State, read
from .html_choice import describe, escaper_at, join, takes_html
from .html_scripts import Refused
from .nodes import Escape, Expression, Text, notice
from .skeleton import Skeleton
from .suites import hole_of, written_by
from .writer import Hole, HoleKind

#: Methods of ``psp`` whose ``with`` makes a piece of text that stands elsewhere.
_ELSEWHERE = frozenset(("section", "capture", "push", "component", "fragment", "cache"))
# Looked up once: in Python 3.11 members of an Enum are found by a slow descriptor.
_EXPRESSION = HoleKind.EXPRESSION
_XML = "<?xml"
_ROUNDS = 4  # of a loop, until what branches in it disagree on has been mixed


def choose_escapers(skeleton: Skeleton) -> Mapping[int, str]:
    """The escapers of the expressions of a page, by hole; HTML's go without saying.

    *skeleton* is as it comes from the parser. Raises PageSyntaxError where no escaper
    fits, or where branches leave the HTML in different places.
    """
    holes = skeleton.holes
    if not any(_chooses(hole) for hole in holes) or _is_xml(holes):
        return {}
    walker = _Walker(holes)
    walker.suite(skeleton.tree.body, TEXT)
    return walker.escapers


def doubtful_html(skeleton: Skeleton) -> Notice | None:
    """What is doubtful in the HTML of a page that compiles, with its place.

    That it ends inside a tag, a script or the like, or that nobody can tell where its
    branches leave it, though no value has to be escaped there.
    """
    holes = skeleton.holes
    if _is_xml(holes):
        return None
    walker = _Walker(holes)
    try:
        end = walker.suite(skeleton.tree.body, TEXT)
    except PageSyntaxError as error:
        filename = error.filename or skeleton.source.filename
        return Notice(filename, error.lineno or 1, error.offset or 1, error.msg)
    if end is None or end.place == "text" and not end.rest:
        return None
    return walker.at_last(f"the page starts in text and ends {describe(end)}")


def _chooses(hole: Hole) -> bool:
    return isinstance(hole.node, Expression) and hole.node.escape is Escape.HTML


def _is_xml(holes: list[Hole]) -> bool:
    """Whether the page says that it is XML, which has no scripts of its own."""
    first = next((h.node for h in holes if isinstance(h.node, Text)), None)
    return isinstance(first, Text) and first.text.lstrip().startswith(_XML)


class _Walker:
    """Goes through suites as they run; None is the place behind what never ends."""

    def __init__(self, holes: list[Hole]):
        self._holes = holes
        self._last = -1  # the hole passed last, for messages
        self._jumps: list[list[tuple[State, int]]] = []
        self._writers: set[str] = set()  # functions of the page with text in them
        self.escapers: dict[int, str] = {}

    def suite(self, body: list[ast.stmt], state: State | None) -> State | None:
        """The place behind *body*."""
        for statement in body:
            if state is None:
                state = TEXT  # never reached; what it writes is looked at all the same
                self.suite([statement], state)
                state = None
            elif (index := hole_of(statement)) is not None:
                for number in written_by(index, self._holes):
                    state = self._hole(number, state)
                match statement:
                    case ast.Expr(value=ast.Call(args=[value, *_])):
                        self._called(value, state)
            else:
                state = self._statement(statement, state)
        return state

    def _hole(self, index: int, state: State) -> State:
        self._last = index
        hole = self._holes[index]
        try:
            if isinstance(hole.node, Text):
                return read(state, hole.node.text)
            if hole.kind is _EXPRESSION:
                return self._choose(index, state)
        except Refused as reason:
            start = hole.node.span.start
            if isinstance(hole.node, Text) and _as_written(hole.node, hole.source):
                span = Span(start + reason.at, start + reason.at + 1)
                raise PageSyntaxError.at(hole.source, span, str(reason)) from None
            self._refuse(index, str(reason))
        return state

    def _choose(self, index: int, state: State) -> State:
        node = self._holes[index].node
        assert isinstance(node, Expression)
        name, behind = escaper_at(state, node.raw)
        if name:
            self.escapers[index] = name
        else:
            self.escapers.pop(index, None)
        return behind

    def _statement(self, statement: ast.stmt, state: State) -> State | None:
        match statement:
            case ast.If():
                return self._if(statement, state)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(statement, state)
            case ast.With() | ast.AsyncWith():
                if any(_elsewhere(item.context_expr) for item in statement.items):
                    self._apart(statement.body, TEXT, "this part")
                    return state
                return self.suite(statement.body, state)
            case ast.Try() | ast.TryStar():
                return self._try(statement, state)
            case ast.Match():
                return self._match(statement, state)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                before = self._last
                self._apart(statement.body, TEXT, f"{statement.name}()")
                if self._last != before:
                    self._writers.add(statement.name)
            case ast.Expr():
                self._called(statement.value, state)
            case ast.ClassDef():
                return self.suite(statement.body, state)
            case ast.Break() | ast.Continue():
                if self._jumps:
                    self._jumps[-1].append((state, self._last))
                return None
            case ast.Return() | ast.Raise():
                return None
        return state

    def _called(self, value: ast.expr, state: State) -> None:
        """Refuse a call that writes what has been made safe for another place."""
        match value:
            case ast.Call(func=ast.Name(id=name)) if name in self._writers:
                if state.place in ("value", "raw") and not takes_html(state):
                    place = describe(state)
                    self._refuse(
                        self._last,
                        f"{name}() writes HTML, which cannot stand {place}: "
                        "have it return a value",
                    )

    def _if(self, statement: ast.If, state: State) -> State | None:
        """An ``if`` with its chain of ``elif``, which may be long."""
        before = self._last
        ends: list[tuple[State | None, int]] = []
        orelse: list[ast.stmt] = [statement]
        while len(orelse) == 1 and isinstance(orelse[0], ast.If):
            part = orelse[0]
            ends.append((self.suite(part.body, state), self._last))
            orelse = part.orelse
        if orelse:
            ends.append((self.suite(orelse, state), self._last))
        else:
            ends.append((state, before))
        return self._meet(ends)

    def _meet(self, ends: list[tuple[State | None, int]]) -> State | None:
        """Where several ways through a block meet."""
        met: State | None = None
        where = 0
        for state, last in ends:
            if state is None:
                continue
            if met is None:
                met, where = state, last
                continue
            both = join(met, state)
            if both is None:
                self._conflict(met, where, state, last)
            met = both
        return met

    def _loop(
        self, statement: ast.For | ast.AsyncFor | ast.While, state: State
    ) -> State | None:
        """A loop has to come round to where it began."""
        before = self._last
        start: State | None = state
        for _ in range(_ROUNDS):
            self._jumps.append([])
            end = self.suite(statement.body, start)
            jumps = self._jumps.pop()
            met = self._meet([(start, before), (end, self._last), *jumps])
            if met == start:
                break
            start = met
        ends: list[tuple[State | None, int]] = [(start, self._last)]
        if statement.orelse:
            ends.append((self.suite(statement.orelse, start), self._last))
        return self._meet(ends)

    def _try(self, statement: ast.Try | ast.TryStar, state: State) -> State | None:
        """Handlers are looked at from where the ``try`` began."""
        end = self.suite(statement.body, state)
        if end is not None:
            end = self.suite(statement.orelse, end)
        ends = [(end, self._last)]
        for handler in statement.handlers:
            ends.append((self.suite(handler.body, state), self._last))
        met = self._meet(ends)
        if statement.finalbody:
            after = self.suite(statement.finalbody, met or state)
            return after if met is not None else None
        return met

    def _match(self, statement: ast.Match, state: State) -> State | None:
        before = self._last
        ends = [(self.suite(c.body, state), self._last) for c in statement.cases]
        last = statement.cases[-1]
        catches_all = isinstance(last.pattern, ast.MatchAs) and not last.pattern.pattern
        if not catches_all or last.guard:
            ends.append((state, before))
        return self._meet(ends)

    def _apart(self, body: list[ast.stmt], state: State, what: str) -> None:
        """What is written elsewhere starts and ends in text."""
        outer, self._jumps = self._jumps, []
        before = self._last
        end = self.suite(body, state)
        self._jumps = outer
        if end is not None and join(end, state) is None and self._last != before:
            message = f"{what} starts in text and ends {describe(end)}"
            self._refuse(self._last, message)

    def _conflict(self, one: State, last: int, other: State, at: int) -> NoReturn:
        if at < last:
            one, last, other, at = other, at, one, last
        message = (
            f"branches leave the HTML in different places: {describe(other)} here, "
            f"{describe(one)} {self._where(last)}"
        )
        self._refuse(max(at, 0) if at != last else self._last, message)

    def _where(self, index: int) -> str:
        if index < 0:
            return "where the page starts"
        hole = self._holes[index]
        end = max(hole.node.span.end - 1, hole.node.span.start)
        line, column = hole.source.position(end)
        return f"in {hole.source.name}, line {line}, column {column}"

    def at_last(self, message: str) -> Notice:
        """*message* at the end of the hole passed last."""
        hole = self._holes[self._last]
        end = max(hole.node.span.end - 1, hole.node.span.start)
        return notice(hole.source, Span(end, end + 1), message)

    def _refuse(self, index: int, message: str) -> NoReturn:
        hole = self._holes[index]
        span = hole.node.span
        if isinstance(hole.node, Text):  # what matters is where it ends
            span = Span(max(span.end - 1, span.start), span.end)
        raise PageSyntaxError.at(hole.source, span, message) from None


def _as_written(node: Text, source: Source) -> bool:
    """Whether offsets into the text of *node* are offsets into its span."""
    start, end = node.span
    return source.text[start:end] == node.text


def _elsewhere(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and isinstance(value.func.value, ast.Name)
        and value.func.value.id == "psp"
        and value.func.attr in _ELSEWHERE
    )
