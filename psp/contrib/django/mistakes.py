"""Where a page is wrong, as the page that Django shows of errors has it."""

from __future__ import annotations

from typing import Any

from ...errors import PageSyntaxError

#: Lines that are shown before the wrong one, and behind it.
AROUND = 10


def place_of(error: PageSyntaxError, text: str | None = None) -> dict[str, Any]:
    """The ``template_debug`` of *error*; *text* is the page, where it has no file."""
    line, column = error.lineno or 1, (error.offset or 1) - 1
    lines = _lines(error) if text is None else text.split("\n")
    wrong = lines[line - 1] if line <= len(lines) else (error.text or "").rstrip("\n")
    end = len(wrong)
    if error.end_lineno == line and error.end_offset:
        end = max(error.end_offset - 1, column)
    top, bottom = max(0, line - AROUND - 1), min(len(lines), line + AROUND)
    return {
        "name": error.filename,
        "message": error.msg,
        "line": line,
        "source_lines": list(enumerate(lines, 1))[top:bottom],
        "before": wrong[:column],
        "during": wrong[column:end],
        "after": wrong[end:],
        "total": len(lines),
        "top": top,
        "bottom": bottom,
    }


def _lines(error: PageSyntaxError) -> list[str]:
    """The lines of the file that is wrong; none where it cannot be read."""
    try:
        with open(str(error.filename), encoding="utf-8", errors="replace") as file:
            return file.read().split("\n")
    except OSError:
        return []
