"""Moves what CPython says about the skeleton to where it stands in the page."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Mapping

from ..abi import SPLICED, SPLICED_LINES
from ..source import Source, Span
from .parts import HEADS
from .writer import Origin, Site

_VISIBLE = re.compile(r"\S")

#: Where a node stands, as ``ast`` spells it: lines from 1, columns from 0 in bytes.
Place = dict[str, int]
#: For each kind of node the fields to follow.
Parts = Mapping[type[ast.AST], tuple[str, ...]]


#: The page's line and the shift of columns in bytes, or one place for all.
_Move = tuple[int, int, Place | None]


def place(source: Source, start: int, end: int) -> Place:
    """The place of what stands between two offsets, ending with its first line."""
    starts = source.starts
    line = bisect_right(starts, start)
    column = start - starts[line - 1]
    if line < len(starts) and end >= starts[line]:
        end = starts[line] - 1
    length = end - start if end > start else 0
    if not source.is_ascii:
        column = _bytes(source.text[start - column : start])
        length = _bytes(source.text[start : start + length])
    return {
        "lineno": line,
        "col_offset": column,
        "end_lineno": line,
        "end_col_offset": column + length,
    }


def at(line: int, column: int, end_line: int, end_column: int) -> Place:
    """The place from one line and column to another."""
    return {
        "lineno": line,
        "col_offset": column,
        "end_lineno": end_line,
        "end_col_offset": end_column,
    }


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class _Moves(dict[int, _Move]):
    """Where each line of a skeleton is moved to, found when it is first asked for."""

    def __init__(self, origins: list[Origin], fixed: list[Place | None]):
        super().__init__()
        self._origins = origins
        self._fixed = fixed

    def __missing__(self, number: int) -> _Move:
        move = self[number] = self._find(self._origins[number - 1])
        return move

    def _find(self, origin: Origin) -> _Move:
        fixed = self._fixed[origin.site] if origin.site >= 0 else None
        source = origin.source
        line = bisect_right(source.starts, origin.start)
        if fixed is not None:
            return fixed["lineno"], 0, _marked(fixed, origin.site, line)
        before = origin.start - source.starts[line - 1]
        if before and not source.is_ascii:
            before = _bytes(source.text[origin.start - before : origin.start])
        return line, before - origin.prefix, None


class Mover:
    """Moves nodes from lines of the skeleton to places of the page.

    *units* says for each include whether it has a code object of its own; what comes
    from one that has not stands, for tracebacks, where its directive stands.
    """

    def __init__(self, origins: list[Origin], sites: list[Site], units: set[int]):
        self._fixed = [_spliced(i, sites, units) for i in range(len(sites))]
        self._moves = _Moves(origins, self._fixed)

    def move(self, tree: ast.AST, parts: Parts = HEADS) -> None:
        """Move *tree* and every node in it, but for those of its suites."""
        moves = self._moves
        waiting = [tree]
        pop, push = waiting.pop, waiting.append
        while waiting:
            node = pop()
            if node is None:  # the key of ``**`` in a dictionary has no node
                continue
            fields = node.__dict__
            if "lineno" in fields:
                line, shift, fixed = moves[fields["lineno"]]
                if fixed is not None:
                    fields.update(fixed)
                else:
                    last = fields["end_lineno"]
                    if last != fields["lineno"]:
                        end, end_shift, _ = moves[last]
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

    def of_text(self, source: Source, site: int, span: Span) -> Place:
        """The place of a text: from what is visible of it to the end of that line."""
        start, end = span
        found = _VISIBLE.search(source.text, start, end)
        if found is not None:
            start = found.start()
        own = place(source, start, end)
        return own if site < 0 else self._in_include(own, site)

    def of_tag(self, source: Source, site: int, span: Span) -> Place:
        """The place of a tag."""
        own = place(source, *span)
        return own if site < 0 else self._in_include(own, site)

    def _in_include(self, own: Place, site: int) -> Place:
        fixed = self._fixed[site]
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
        found = place(site.source, *site.node.span)
        index = site.parent
    return found
