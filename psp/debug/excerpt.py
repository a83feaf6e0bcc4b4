"""Places in source files, and the lines around them with what is meant marked."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from typing import NamedTuple

#: The lines of a file, without newlines; empty where there is no such file.
ReadLines = Callable[[str], Sequence[str]]

AROUND = 4  # lines shown before and after
WIDTH = 200  # characters shown of a line
LEAD = 60  # of them before the mark


class Place(NamedTuple):
    """A range in a file: lines and columns from 1, in characters, the end excluded.

    Columns are 0 where only lines are known; ``line`` is 0 where nothing is.
    """

    filename: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0


class Line(NamedTuple):
    """A line of an excerpt; ``text[start:end]`` is what the error is about.

    ``current`` says that the line belongs to the place, marked or not.
    """

    number: int
    text: str
    current: bool = False
    start: int = 0
    end: int = 0


def read_lines(filename: str) -> Sequence[str]:
    """The lines of *filename* as it is now, as Python's own tracebacks find them."""
    linecache.checkcache(filename)
    return [line.rstrip("\n") for line in linecache.getlines(filename)]


def careful(read: ReadLines) -> ReadLines:
    """*read*, with nothing in place of any exception."""

    def reads(filename: str) -> Sequence[str]:
        try:
            return read(filename)
        except Exception:
            return ()

    return reads


def excerpt(lines: Sequence[str], place: Place, around: int = AROUND) -> list[Line]:
    """The lines of *place* and some around it; of a long range only its start."""
    first = max(place.line - around, 1)
    last = min(
        max(place.line, min(place.end_line, place.line + around)) + around, len(lines)
    )
    return [mark_line(lines[n - 1], n, place) for n in range(first, last + 1)]


def characters(line: str, offset: int) -> int:
    """The column, from 1, of the byte *offset* that Python counts in UTF-8."""
    return (
        len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))
        + 1
    )


def mark_line(text: str, number: int, place: Place) -> Line:
    """Line *number*, which reads *text*, with the part of *place* that is in it."""
    current = place.line <= number <= max(place.line, place.end_line)
    if not current or not place.column:
        return _clip(Line(number, text, current))
    indent = len(text) - len(text.lstrip())
    start = place.column - 1 if number == place.line else indent
    end = place.end_column - 1 if number == place.end_line else len(text.rstrip())
    return _clip(Line(number, text, True, min(start, len(text)), min(end, len(text))))


def _clip(line: Line) -> Line:
    """The part of a long line that shows its mark, or its start."""
    if len(line.text) <= WIDTH:
        return line
    left = max(0, min(line.start - LEAD, len(line.text) - WIDTH))
    right = left + WIDTH
    before, after = "…" * (left > 0), "…" * (right < len(line.text))
    shift = len(before) - left
    return line._replace(
        text=before + line.text[left:right] + after,
        start=max(line.start + shift, 0),
        end=min(line.end, right) + shift,
    )
