"""Errors as people read them: the place, what is wrong, the line with a caret."""

from __future__ import annotations

import linecache
import os
import traceback
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import PageSyntaxError

#: The folder of this package: its frames are no news in a traceback of a page.
OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep

#: Columns of an excerpt; longer lines are cut around the caret.
WIDTH = 100


class Place(NamedTuple):
    """Some characters of a line; ``column`` and ``end`` count from 1."""

    filename: str
    line: int
    column: int
    end: int
    text: str

    def __str__(self) -> str:
        return f"{short_path(self.filename)}:{self.line}:{self.column}"


def report_error(error: BaseException) -> str:
    """*error* with its place, an excerpt with a caret, and how it came there."""
    if isinstance(error, PageSyntaxError):
        place = _syntax_place(error)
        return "\n".join([f"{place}: {error.msg}", *excerpt(place)])
    return "\n".join(_runtime_lines(error))


def short_path(filename: str) -> str:
    """*filename* as seen from the current folder, if it lies below it."""
    relative = os.path.relpath(filename) if os.path.isabs(filename) else filename
    return filename if relative.startswith(os.pardir + os.sep) else relative


def excerpt(place: Place) -> Iterator[str]:
    """The line of *place* and a line of carets below it; nothing for an empty line."""
    text = _printable(place.text.rstrip("\n"))
    start = min(place.column - 1, len(text))
    end = max(min(place.end - 1, len(text)), start + 1)
    cut = max(0, min(start - WIDTH // 4, len(text) - WIDTH))
    text, start, end = text[cut : cut + WIDTH], start - cut, end - cut
    if text.strip():
        yield f"    {text}"
        yield f"    {_blanks(text[:start])}{'^' * max(_width(text[start:end]), 1)}"


def _syntax_place(error: PageSyntaxError) -> Place:
    line, column = error.lineno or 1, error.offset or 1
    end = error.end_offset or column + 1
    if (error.end_lineno or line) != line:
        end = len(error.text or "") + 1
    return Place(error.filename or "?", line, column, end, error.text or "")


def _runtime_lines(error: BaseException) -> Iterator[str]:
    """The innermost place in a page with its excerpt, then the way there."""
    places = list(_places(error))
    what = "".join(traceback.format_exception_only(error)).rstrip("\n")
    if not places:
        yield what
        return
    pages = [at for at, place in enumerate(places) if not _is_library(place)]
    at = pages[-1] if pages else len(places) - 1
    yield f"{places[at]}: {what}"
    yield from excerpt(places[at])
    inside, outside = places[at + 1 :], places[:at][::-1]
    yield from dict.fromkeys(f"  inside it: {place}" for place in inside)
    yield from dict.fromkeys(f"  called from {place}" for place in outside)


def _places(error: BaseException) -> Iterator[Place]:
    """Where *error* passed through, outermost first, without the frames of psp."""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(OURS) or frame.lineno is None:
            continue
        text = linecache.getline(frame.filename, frame.lineno)
        column = _characters(text, frame.colno)
        end = _characters(text, frame.end_colno)
        if frame.end_lineno != frame.lineno:
            end = len(text)
        yield Place(frame.filename, frame.lineno, column, end, text)


def _characters(text: str, offset: int | None) -> int:
    """The column, from 1, of the UTF-8 *offset* that code objects count in."""
    return len(text.encode()[: offset or 0].decode("utf-8", "replace")) + 1


def _is_library(place: Place) -> bool:
    """Whether *place* is Python's own or an installed package's, not the site's."""
    library = os.path.dirname(os.__file__) + os.sep
    return place.filename.startswith((library, "<")) or (
        f"{os.sep}site-packages{os.sep}" in place.filename
    )


def _printable(text: str) -> str:
    """*text* without what a terminal would obey."""
    return "".join(
        char if char == "\t" or char.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


def _blanks(text: str) -> str:
    """Blanks as wide as *text* on a terminal; tabs stay tabs."""
    return "".join("\t" if char == "\t" else " " * _width(char) for char in text)


def _width(text: str) -> int:
    """Columns that *text* takes on a terminal."""
    return sum(
        0
        if unicodedata.combining(char)
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )
