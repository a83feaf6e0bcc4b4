"""Skeleton to ``ast.Module``: positions moved to the page, holes filled."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .. import abi
from ..errors import PageSyntaxError
from ..options import PageOptions
from ..source import Source, Span
from . import emit
from .contexts import choose_escapers
from .fragments import Fragment, cut_fragments
from .freenames import Reads, page_reads
from .locality import local_names
from .nodes import Expression, Page, Text
from .parameters import set_defaults
from .positions import Mover, Place, at
from .scopes import PageScope, page_scope
from .skeleton import Skeleton
from .skips import make_skippable
from .suites import FUNCTIONS, LOOPS, hole_index, suites
from .writer import Hole, HoleKind

#: Holes of a page up to which escaping in place costs next to nothing to compile.
FEW = 48


@dataclass(frozen=True, slots=True)
class Unit:
    """One module to compile: the page itself, or an included file of its own."""

    source: Source
    module: ast.Module


@dataclass(frozen=True, slots=True)
class Tree:
    """What becomes the code objects of a page."""

    page: Unit
    fragments: list[Unit]
    tier: str
    reasons: list[str]  # why the tier is not the fastest
    spliced: tuple[str, ...]  # filenames of includes, where any shares a code object


def build_tree(
    skeleton: Skeleton, page: Page, declared: frozenset[str] = frozenset()
) -> Tree:
    """The modules of *page*; raises PageSyntaxError for what no page may say.

    *declared* are the names that its ``<%! %>`` bind.
    """
    body = skeleton.tree.body
    set_defaults(body, len(page.defaults))
    by_context = page.options.escape == "context"
    escapers = choose_escapers(skeleton) if by_context else {}
    fragments = cut_fragments(body, skeleton.holes, skeleton.sites)
    mover = Mover(skeleton.origins, skeleton.sites, {part.site for part in fragments})
    for statements in (body, *(part.body for part in fragments)):
        for statement in statements:
            mover.move(statement)
    scopes = [page_scope(body), *(page_scope(part.body) for part in fragments)]
    reasons = [reason for scope in scopes for reason in scope.reasons]
    tier = page.options.tier
    if tier != "module":
        tier = "module" if reasons else "function"
    _refuse(scopes[0], skeleton.source, page.options)
    layout = page.options.layout is not None
    bodies = [body, *(part.body for part in fragments)]
    reads: Reads | None = None
    if tier == "function":
        _choose_locals(bodies, scopes, layout)
    if tier == "function" and page.options.tier == "auto":
        found = page_reads(bodies, scopes, declared)
        if isinstance(found, Reads):
            tier, reads = "local", found
        else:
            reasons = found
    if "psp.cache" in skeleton.text:
        for statements in bodies:
            make_skippable(statements)
    filler = _Filler(skeleton, fragments, mover, page.options, escapers)
    build = emit.module if tier == "module" else emit.function
    units: list[Unit] = []
    for part, scope in zip(fragments, scopes[1:], strict=True):
        source = skeleton.sites[part.site].node.source
        number = len(units) + 1
        loads = None if reads is None else emit.loads(reads.given[number])
        filled = filler.fill(part.body)
        units.append(Unit(source, build(filled, scope, layout, loads)))
    loads = None if reads is None else [emit.guarded_loads(reads)]
    main = Unit(skeleton.source, build(filler.fill(body), scopes[0], layout, loads))
    filler.finish()
    files = tuple(site.node.source.filename for site in skeleton.sites)
    spliced = files if len(fragments) < len(files) else ()
    return Tree(main, units, tier, reasons, spliced)


def _choose_locals(
    bodies: list[list[ast.stmt]], scopes: list[PageScope], has_layout: bool
) -> None:
    """Decide for each unit of a page which of its names are local variables."""
    for body, scope in zip(bodies, scopes, strict=True):
        others = [other for other in bodies if other is not body]
        scope.local = local_names(body, scope, others, has_layout)


def _refuse(scope: PageScope, source: Source, options: PageOptions) -> None:
    """What would change its meaning inside a function, or has none in a page."""
    if scope.yields:
        raise _error(source, scope.yields[0], "'yield' outside function")
    if options.dialect == "mod_python":
        if scope.returns:
            raise _error(source, scope.returns[0], "'return' outside function")
        if scope.awaits:
            raise _error(source, scope.awaits[0], "'await' outside function")


def _error(source: Source, node: ast.AST, message: str) -> PageSyntaxError:
    line = getattr(node, "lineno", 1)
    column = getattr(node, "col_offset", 0)
    return error_at(source, line, column, message)


def error_at(source: Source, line: int, column: int, message: str) -> PageSyntaxError:
    """The error at a line (from 1) and a column (from 0, in bytes) of *source*."""
    before = source.line(line).encode("utf-8", "surrogatepass")[:column]
    starts = source.starts
    at = starts[min(line, len(starts)) - 1] + len(before.decode("utf-8", "ignore"))
    return PageSyntaxError.at(source, Span(at, at + 1), message)


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


class _Filler:
    """Puts statements that write in the place of holes."""

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
            elif self._written > item.written:
                item.loop.body.insert(0, emit.check(_header(item.loop)))
        return result

    def _suite(
        self, body: list[ast.stmt], loop: bool, waiting: list[_Suite | _Loop]
    ) -> list[ast.stmt]:
        """One suite filled; those of its statements are put on the stack."""
        result: list[ast.stmt] = []
        for statement in body:
            if isinstance(statement, ast.Expr):
                filled = self._expression_statement(statement, loop)
                if filled is not None:
                    result.append(filled)
            else:
                self._inside(statement, loop, waiting)
                result.append(statement)
        if not result:
            result.append(emit.nothing(body[0] if body else None))
        return result

    def _inside(
        self, statement: ast.stmt, loop: bool, waiting: list[_Suite | _Loop]
    ) -> None:
        """Put the suites of *statement* on the stack.

        An outermost loop that writes asks each time round whether to send; whether it
        writes is known once its suites have been filled.
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
            repeated = inner if name == "body" else loop
            waiting.append(_Suite(holder, name, suite, repeated))
        if outermost is not None:
            waiting.append(outermost)

    def finish(self) -> None:
        """Refuse expressions whose code was taken for something else by the parser."""
        for index, hole in enumerate(self._holes):
            if hole.kind is HoleKind.EXPRESSION and index not in self._filled:
                raise _not_one(hole)

    def _expression_statement(self, statement: ast.Expr, loop: bool) -> ast.stmt | None:
        value = statement.value
        call = value if isinstance(value, ast.Call) else None
        if call and isinstance(call.func, ast.Name) and call.func.id == abi.FRAGMENT:
            return self._fragment(call)
        index = hole_index(call.func if call else value)
        if index is None:
            return statement
        self._filled.add(index)
        hole = self._holes[index]
        if hole.kind is HoleKind.EXPRESSION and call:
            return self._expression(index, call, loop)
        if hole.kind is HoleKind.TEXT:
            return self._text(hole)
        return None  # the borders of an include that was spliced

    def _fragment(self, call: ast.Call) -> ast.stmt:
        """The call of an included file stands where its directive does."""
        self._written += 1
        number = call.args[0]
        assert isinstance(number, ast.Constant) and isinstance(number.value, int)
        site = self._sites[self._fragments[number.value].site]
        place = self._mover.of_hole(site.source, site.parent, site.node.span)
        return emit.run_fragment(number, place)

    def _text(self, hole: Hole) -> ast.stmt | None:
        assert isinstance(hole.node, Text)
        if not hole.node.text:
            return None
        self._written += 1
        place = self._mover.of_hole(
            hole.source, hole.site, hole.node.span, visible=True
        )
        return emit.append(emit.constant(self._constant(hole.node.text), place), place)

    def _constant(self, text: str) -> str | bytes:
        """*text*, encoded here rather than in every answer where that takes long.

        What goes into a layout is text again before it is sent.
        """
        large = len(text) >= abi.LARGE and not text.isascii()
        if not large or self._options.layout is not None:
            return text
        return text.encode("utf-8", "surrogateescape")

    def _expression(self, index: int, call: ast.Call, loop: bool) -> ast.stmt | None:
        hole = self._holes[index]
        node = hole.node
        assert isinstance(node, Expression)
        if not call.args and not call.keywords:
            return None
        self._written += 1
        place = self._mover.of_hole(hole.source, hole.site, node.span)
        self._check_end(hole, call)
        value = self._value(hole, call, place)
        escapers = self._escapers.get(index)
        if escapers is None:
            text = emit.escaped(value, node.escape, loop, self._few, place)
            return emit.append(text, place)
        return emit.append(emit.in_context(value, escapers, place), place)

    def _check_end(self, hole: Hole, call: ast.Call) -> None:
        """Refuse code that closes the bracket which was put around it."""
        wanted = self._mover.moved(hole.line, hole.column)
        if wanted is not None and wanted != (call.end_lineno, call.end_col_offset):
            raise _not_one(hole)

    def _value(self, hole: Hole, call: ast.Call, place: Place) -> ast.expr:
        """The one value of an expression tag, or mod_python's reading of several."""
        if call.keywords and self._options.dialect != "mod_python":
            message = "an assignment is not an expression: use <% name = value %>"
            raise PageSyntaxError.at(hole.source, hole.node.span, message)
        if len(call.args) == 1 and not call.keywords:
            value = call.args[0]
            if not isinstance(value, ast.Starred):
                return value
        call.func = emit.name(abi.ARGUMENTS, place)
        call.__dict__.update(place)
        return call


def _not_one(hole: Hole) -> PageSyntaxError:
    message = "this is not one expression: its brackets do not match"
    return PageSyntaxError.at(hole.source, hole.node.span, message)


def _header(statement: ast.stmt) -> Place:
    """The place of a compound statement's first line."""
    line, column = statement.lineno, statement.col_offset
    return at(line, column, line, column + 1)
