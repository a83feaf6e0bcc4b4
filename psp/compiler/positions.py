"""Moves what CPython says about the skeleton to where it stands in the page."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ..source import Source, Span
from .writer import Origin, Site

_SILENT = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)


class Place(NamedTuple):
    """Where a node stands, as ``ast`` counts: columns from 0, in UTF-8 bytes."""

    line: int
    column: int
    end_line: int
    end_column: int

    def put(self, node: ast.stmt | ast.expr) -> None:
        """Make this the place of *node*."""
        node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = self


def place(source: Source, span: Span) -> Place:
    """The place of *span*, ending with its first line."""
    line = source.line_at(span.start)
    start = source.starts[line - 1]
    text = source.line(line)
    first = _bytes(text[: span.start - start])
    last = _bytes(text[: max(span.end - start, span.start - start)])
    return Place(line, first, line, last)


def visible_place(source: Source, span: Span) -> Place:
    """The place of a text: from its first visible character to the end of that line."""
    text = source.text[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip())
    if start >= span.end:
        start = span.start
    return place(source, Span(start, span.end))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class Mover:
    """Moves nodes from lines of the skeleton to places of the page.

    *units* says for each include whether it has a code object of its own; what comes
    from one that has not stands, for tracebacks, where its directive stands.
    """

    def __init__(self, origins: list[Origin], sites: list[Site], units: set[int]):
        self._fixed = [_spliced(i, sites, units) for i in range(len(sites))]
        self._moves = [self._move(origin) for origin in origins]

    def _move(self, origin: Origin) -> tuple[int, int, Place | None]:
        """The page's line and the shift of columns in bytes, or one place for all."""
        fixed = self._fixed[origin.site] if origin.site >= 0 else None
        if fixed is not None:
            return fixed.line, 0, fixed
        source = origin.source
        line = source.line_at(origin.start)
        start = source.starts[line - 1]
        before = origin.start - start
        if before:
            before = _bytes(source.text[start : origin.start])
        return line, before - origin.prefix, None

    def move(self, tree: ast.AST) -> None:
        """Move every node of *tree*."""
        moves = self._moves
        waiting = [tree]
        pop, push = waiting.pop, waiting.append
        while waiting:
            node = pop()
            fields = node.__dict__
            if "lineno" in fields:
                line, shift, fixed = moves[fields["lineno"] - 1]
                if fixed is None:
                    fields["lineno"] = line
                    fields["col_offset"] += shift
                    line, shift, _ = moves[fields["end_lineno"] - 1]
                    fields["end_lineno"] = line
                    fields["end_col_offset"] += shift
                else:
                    fields["lineno"], fields["col_offset"] = fixed.line, fixed.column
                    fields["end_lineno"] = fixed.end_line
                    fields["end_col_offset"] = fixed.end_column
            for value in fields.values():
                if value.__class__ is list:
                    for child in value:
                        if isinstance(child, ast.AST):
                            push(child)
                elif isinstance(value, ast.AST) and not isinstance(value, _SILENT):
                    push(value)

    def of_hole(
        self, source: Source, site: int, span: Span, visible: bool = False
    ) -> Place:
        """The place of a hole's text or tag."""
        fixed = self._fixed[site] if site >= 0 else None
        if fixed is not None:
            return fixed
        return visible_place(source, span) if visible else place(source, span)


def _spliced(index: int, sites: list[Site], units: set[int]) -> Place | None:
    """Where the lines of a spliced include stand: at the outermost directive."""
    found: Place | None = None
    while index >= 0 and index not in units:
        site = sites[index]
        found = place(site.source, site.node.span)
        index = site.parent
    return found
