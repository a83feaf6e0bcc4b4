"""Nodes to Python text with holes, and where each line of it came from.

Scriptlets go into the skeleton as they are; a text leaves a name ``_psp_3`` and an
expression a call ``_psp_4(…)``, which stands for the text right before it as well, at
the indentation in force. CPython parses the whole once, so that what it says of
positions can be moved to the page.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right

from ..errors import BlockError, PageSyntaxError
from ..light import NamedTuple
from ..source import Source, Span
from .blocks import BlockWriter
from .lines import unmatched_bracket
from .nodes import Expression, Page
from .strict import write_strict
from .undecoded import parse_code
from .writer import Hole, HoleKind, NotStrict, Origin, Site, SkeletonWriter

_STATEMENT = re.compile(
    r"\s*(assert|break|class|continue|def|del|elif|else|except|finally|for|from|global"
    r"|if|import|nonlocal|pass|raise|return|try|while|with)\b"
)
_BRACKET = re.compile(r"'\(' was never closed|unmatched '\)'")
_NUMBERED = re.compile(r"\bline (\d+)")


class Skeleton(NamedTuple):
    """Python text with holes; *tree* is what CPython's parser made of it."""

    source: Source
    text: str
    strict: bool
    origins: list[Origin]
    holes: list[Hole]
    sites: list[Site]
    tree: ast.Module


def build_skeleton(page: Page) -> Skeleton:
    """The skeleton of *page*, read as mod_python reads it wherever that compiles.

    Raises PageSyntaxError, by the lenient reading, where neither does.
    """
    try:
        writer = write_strict(page)
        skeleton = _parsed(page, writer, strict=True)
        writer.check(skeleton.tree)
        return skeleton
    except (NotStrict, SyntaxError):
        return _parsed(page, _write_lenient(page), strict=False)


def _write_lenient(page: Page) -> SkeletonWriter:
    """The lenient skeleton; what is wrong in front of an `end` too many comes first."""
    writer = BlockWriter(page)
    try:
        writer.whole(page)
    except BlockError:
        if not writer.stack:
            _parsed(page, writer, strict=False)
        raise
    return writer


def _parsed(page: Page, writer: SkeletonWriter, strict: bool) -> Skeleton:
    text = writer.text()
    try:
        tree = parse_code(writer, text, page.options.dialect == "mod_python")
    except PageSyntaxError:
        raise
    except SyntaxError as error:
        own = _own_error(error, writer)
        raise own or moved_error(error, writer.origins) from None
    origins, holes, sites = writer.origins, writer.holes, writer.sites
    return Skeleton(page.source, text, strict, origins, holes, sites, tree)


def _own_error(error: SyntaxError, writer: SkeletonWriter) -> PageSyntaxError | None:
    """What to say where *error* is about an expression and the call around it."""
    source, at = _moved(error.lineno or 1, error.offset or 1, writer.origins)
    for kind, node, its_source, *_ in writer.holes:
        if kind is HoleKind.EXPRESSION and its_source is source:
            assert isinstance(node, Expression)
            if node.start <= at <= node.span.end:
                return _statement(node, source) or _unmatched(node, source, at, error)
    return None


def _statement(node: Expression, source: Source) -> PageSyntaxError | None:
    """What to say of ``<%= if x: %>``."""
    match = _STATEMENT.match(node.code)
    if match is None:
        return None
    start = node.start + match.start(1)
    word = match[1]
    message = f"{word!r} starts a statement, expected an expression: use <% %>"
    return PageSyntaxError.at(source, Span(start, start + len(word)), message)


def _unmatched(
    node: Expression, source: Source, at: int, error: SyntaxError
) -> PageSyntaxError | None:
    """What to say of ``<%= a) %>``, where CPython finds a bracket of the call."""
    bracket = unmatched_bracket(node.code)
    inside = node.start < at < node.start + len(node.code)
    if bracket < 0 or inside or not _BRACKET.fullmatch(error.msg):
        return None
    start = node.start + bracket
    return PageSyntaxError.at(source, Span(start, start + 1), error.msg)


def moved_error(error: SyntaxError, origins: list[Origin]) -> PageSyntaxError:
    """CPython's error about the skeleton as an error about the page."""
    start = _moved(error.lineno or 1, error.offset or 1, origins)
    source, at = start
    end = at + 1
    if error.end_lineno and error.end_offset:
        end_source, end = _moved(error.end_lineno, error.end_offset, origins)
        end = end if end_source is source else at + 1
    message = _NUMBERED.sub(lambda m: _moved_line(m, origins), error.msg)
    moved = PageSyntaxError.at(source, Span(at, max(end, at + 1)), message)
    moved.kind = type(error).__name__
    return moved


def _moved(line: int, offset: int, origins: list[Origin]) -> tuple[Source, int]:
    """The source and offset of a line (from 1) and column (from 1) of the skeleton."""
    origin = origins[min(max(line, 1), len(origins)) - 1]
    if line > len(origins):
        return origin.source, len(origin.source.text)
    at = origin.start + max(offset - 1 - origin.prefix, 0)
    starts = origin.source.starts
    number = bisect_right(starts, origin.start)
    line_end = starts[number] - 1 if number < len(starts) else len(origin.source.text)
    return origin.source, min(at, max(line_end, origin.start))


def _moved_line(match: re.Match[str], origins: list[Origin]) -> str:
    """A line that a message speaks of."""
    source, at = _moved(int(match[1]), 1, origins)
    return f"line {source.line_at(at)}"
