"""An ErrorReport as plain text, for logs and for clients that read no HTML."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from unicodedata import east_asian_width

from .excerpt import Line
from .frames import Frame, Skip, grouped
from .log import escape_log
from .report import ErrorReport, Problem


def reason_of(status: int) -> str:
    """The standard phrase of an HTTP status, ``"Error"`` for one that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def render_text(report: ErrorReport) -> str:
    """The report in the order of Python's tracebacks: the last line says what it is.

    No text of the error can look like a line of its own: line ends within it are
    escaped or indented.
    """
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ErrorReport) -> Iterator[str]:
    heading = f"{report.status} {reason_of(report.status)}"
    if report.request:
        heading += f": {report.request.method} {report.request.url}"
    yield escape_log(heading)
    yield ""
    for problem in reversed(report.chain):
        yield from _problem(problem, "")
        if problem.link:
            yield from ("", problem.link, "")


def _problem(problem: Problem, indent: str) -> Iterator[str]:
    if problem.frames:
        yield f"{indent}Traceback (most recent call last):"
    for item in grouped(problem.frames):
        for line in _item(item):
            yield f"{indent}  {line}"
    front = problem.front
    if front is not None and front not in problem.frames:  # where a syntax error is
        for line in _item(front):
            yield f"{indent}  {line}"
    first, *others = problem.title.split("\n")
    yield indent + escape_log(first)
    for line in others:
        yield f"{indent}    {escape_log(line)}"
    for note in problem.notes:
        for line in note.split("\n"):
            yield f"{indent}    {escape_log(line)}"
    if problem.suggestion:
        yield f"{indent}    Did you mean: {escape_log(problem.suggestion)}?"
    for number, member in enumerate(problem.members, 1):
        yield f"{indent}  ---------------- {number} ----------------"
        yield from _problem(member, indent + "  ")


def _item(item: Frame | Skip | list[Frame]) -> Iterator[str]:
    if isinstance(item, Skip):
        yield f"[{item.message}]"
    elif isinstance(item, list):
        yield f"[{count(len(item), 'call')} inside psp]"
    else:
        where = f'File "{item.place.filename}", line {item.place.line}'
        yield escape_log(f"{where}, in {item.function}" if item.function else where)
        for line in item.lines:
            if line.number == item.place.line:
                yield from _marked(line)


def _marked(line: Line) -> Iterator[str]:
    """The line without its indentation, and carets where they say anything."""
    text = line.text.strip()
    indent = len(line.text) - len(line.text.lstrip())
    yield f"  {escape_log(text)}"
    start, end = max(line.start - indent, 0), line.end - indent
    if start < end and text[start:end] != text:
        blank, marked = escape_log(text[:start]), escape_log(text[start:end])
        yield f"  {' ' * _width(blank)}{'^' * max(_width(marked), end - start)}"


def _width(text: str) -> int:
    """Columns that *text* takes on a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def count(number: int, noun: str) -> str:
    """``"1 call"``, ``"2 calls"``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
