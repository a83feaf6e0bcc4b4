"""Moves what CPython says about the skeleton to where it stands in the page."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right

from ..abi import SPLICED, SPLICED_LINES
from ..source import Source, Span
from .parts import PARTS
from .writer import Origin, Site

_VISIBLE = re.compile(r"\S")

#: Where a node stands, as ``ast`` spells it: lines from 1, columns from 0 in bytes.
Place = dict[str, int]


def place(source: Source, span: Span) -> Place:
    """The place of *span*, ending with its first line."""
    start, end = span
    starts = source.starts
    line = bisect_right(starts, start)
    line_start = starts[line - 1]
    if line < len(starts) and end >= starts[line]:
        end = starts[line] - 1
    if end < start:
        end = start
    if source.is_ascii:
        return at(line, start - line_start, line, end - line_start)
    before = _bytes(source.text[line_start:start])
    return at(line, before, line, before + _bytes(source.text[start:end]))


def at(line: int, column: int, end_line: int, end_column: int) -> Place:
    """The place from one line and column to another."""
    return {
        "lineno": line,
        "col_offset": column,
        "end_lineno": end_line,
        "end_col_offset": end_column,
    }


def visible_place(source: Source, span: Span) -> Place:
    """The place of a text: from its first visible character to the end of that line."""
    found = _VISIBLE.search(source.text, *span)
    return place(source, span if found is None else Span(found.start(), span.end))


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
        source = origin.source
        line = bisect_right(source.starts, origin.start)
        if fixed is not None:
            return fixed["lineno"], 0, _marked(fixed, origin.site, line)
        start = source.starts[line - 1]
        before = origin.start - start
        if before and not source.is_ascii:
            before = _bytes(source.text[start : origin.start])
        return line, before - origin.prefix, None

    def move(self, tree: ast.AST) -> None:
        """Move every node of *tree*."""
        moves = self._moves
        parts = PARTS
        waiting = [tree]
        pop, push = waiting.pop, waiting.append
        while waiting:
            node = pop()
            if node is None:  # the key of ``**`` in a dictionary has no node
                continue
            fields = node.__dict__
            if "lineno" in fields:
                line, shift, fixed = moves[fields["lineno"] - 1]
                if fixed is not None:
                    fields.update(fixed)
                else:
                    last = fields["end_lineno"]
                    if last != fields["lineno"]:
                        end, end_shift, _ = moves[last - 1]
                    else:
                        end, end_shift = line, shift
                    fields["lineno"] = line
                    fields["col_offset"] += shift
                    fields["end_lineno"] = end
                    fields["end_col_offset"] += end_shift
            for part in parts[node.__class__]:
                value = fields[part]
                if value.__class__ is list:
                    waiting += value
                elif value is not None:
                    push(value)

    def moved(self, line: int, column: int) -> tuple[int, int] | None:
        """A line and column of the skeleton in the page, None where it is spliced."""
        to, shift, fixed = self._moves[line - 1]
        return None if fixed is not None else (to, column + shift)

    def of_hole(
        self, source: Source, site: int, span: Span, visible: bool = False
    ) -> Place:
        """The place of a hole's text or tag."""
        fixed = self._fixed[site] if site >= 0 else None
        own = visible_place(source, span) if visible else place(source, span)
        return own if fixed is None else _marked(fixed, site, own["lineno"])


def _marked(fixed: Place, site: int, line: int) -> Place:
    """The place of a directive, with the line of the included file hidden in it."""
    mark = SPLICED + site * SPLICED_LINES + min(line, SPLICED_LINES - 1)
    return {**fixed, "end_col_offset": mark}


def _spliced(index: int, sites: list[Site], units: set[int]) -> Place | None:
    """Where the lines of a spliced include stand: at the outermost directive."""
    found: Place | None = None
    while index >= 0 and index not in units:
        site = sites[index]
        found = place(site.source, site.node.span)
        index = site.parent
    return found
