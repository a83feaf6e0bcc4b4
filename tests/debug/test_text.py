"""The report as text: the whole of it, and that it stays on its own lines."""

from __future__ import annotations

from pathlib import Path

from psp.debug.report import build_report
from psp.debug.request import summarise_request
from psp.debug.text import reason_of, render_text
from psp.errors import BlockError
from psp.source import Source, Span

from .pages import failure

HERE = str(Path(__file__).with_name("pages.py"))
CALL = 'exec(compiled(text, str(path), *snippets), {"__name__": path.name, **names})'


def without_the_test(text: str) -> str:
    """*text* without the frame of the function that ran the page."""
    lines = text.split("\n")
    return "\n".join(
        line for line in lines if HERE not in line and line.strip() != CALL
    )


def test_a_whole_report(tmp_path: Path) -> None:
    page = tmp_path / "p.psp"
    text = "<p>\n\t<%= f(1, titel) %>\n</p>"
    error = failure(page, text, "f(1, titel)", f=max, title=1)
    error.add_note("a note\nof two lines")
    request = summarise_request("GET", "/p.psp?a=1")
    report = render_text(build_report(error, request=request))
    assert (
        without_the_test(report)
        == f"""\
500 Internal Server Error: GET /p.psp?a=1

Traceback (most recent call last):
  File "{page}", line 2
    <%= f(1, titel) %>
             ^^^^^
NameError: name 'titel' is not defined
    a note
    of two lines
    Did you mean: title?
"""
    )


def test_a_chain_ends_with_what_was_caught(tmp_path: Path) -> None:
    page = tmp_path / "p.psp"
    code = "try:\n    1 / 0\nexcept Exception as e:\n    raise KeyError('k') from e"
    report = render_text(build_report(failure(page, code, code), status=503))
    assert (
        without_the_test(report)
        == f"""\
503 Service Unavailable

Traceback (most recent call last):
  File "{page}", line 2
    1 / 0
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "{page}", line 4
    raise KeyError('k') from e
KeyError: 'k'
"""
    )


def test_a_syntax_error_and_our_own_frames() -> None:
    source = Source("<p>\n<% for a in b: %>", "p.psp", "/site/p.psp")
    error = BlockError.at(source, Span(7, 10), "`for` is never closed")
    report = render_text(build_report(error, read=lambda name: []))
    assert (
        report
        == """\
500 Internal Server Error

  File "/site/p.psp", line 2
    <% for a in b: %>
       ^^^
BlockError: `for` is never closed
"""
    )


def test_our_own_frames_are_counted() -> None:
    try:
        Source.from_bytes(b"x", encoding="no such encoding")
    except LookupError as error:
        assert "\n  [1 call inside psp]\n" in render_text(build_report(error))


def test_groups_are_indented() -> None:
    report = render_text(build_report(ExceptionGroup("g", [KeyError("k")])))
    assert report.endswith(
        "ExceptionGroup: g (1 sub-exception)\n"
        "  ---------------- 1 ----------------\n"
        "  KeyError: 'k'\n"
    )


def test_no_text_can_pass_for_a_line_of_its_own() -> None:
    forged = "x\x1b[1A\n127.0.0.1 - GET /\r\x1b[2J\u2028y"
    error = ValueError(forged)
    error.add_note(forged)
    request = summarise_request("GET\n/", f"/{forged}")
    report = render_text(build_report(error, request=request))
    assert not any(character in report for character in "\r\x1b\u2028")
    for line in report.split("\n"):
        assert not line.startswith("127.0.0.1")


def test_carets_stand_below_wide_characters(tmp_path: Path) -> None:
    page = tmp_path / "p.psp"
    error = failure(page, "<b>日本</b><%= x %>", "x")
    assert "    <b>日本</b><%= x %>\n" + " " * 19 + "^\n" in render_text(
        build_report(error)
    )


def test_reasons() -> None:
    assert reason_of(404) == "Not Found"
    assert reason_of(799) == "Error"
