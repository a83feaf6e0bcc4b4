"""Errors are told with their place and an excerpt that a terminal can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp.cli.report import WIDTH, Place, excerpt, report_error, short_path
from psp.errors import PageSyntaxError, PspError
from psp.source import Source, Span


def lines(text: str, column: int, end: int) -> list[str]:
    """The excerpt of *text*, without its indentation."""
    found = list(excerpt(Place("a.psp", 1, column, end, text)))
    assert all(line.startswith("    ") for line in found)
    return [line[4:] for line in found]


@pytest.mark.parametrize(
    ("text", "column", "end", "carets"),
    [
        ("abc\n", 2, 3, " ^"),
        ("abc\n", 1, 4, "^^^"),
        ("abc\n", 4, 5, "   ^"),  # behind the last character
        ("abc\n", 9, 12, "   ^"),
        ("abc\n", 3, 2, "  ^"),
        ("\t\tabc", 3, 5, "\t\t^^"),
        ("漢字x", 3, 4, "    ^"),
        ("漢字x", 2, 3, "  ^^"),
        ("e\u0301x", 3, 4, " ^"),
    ],
)
def test_carets_stand_below_what_they_mean(
    text: str, column: int, end: int, carets: str
) -> None:
    assert lines(text, column, end) == [text.rstrip("\n"), carets]


def test_empty_line_has_no_excerpt() -> None:
    assert lines("\n", 1, 2) == []
    assert lines("  \t\n", 1, 2) == []


def test_terminal_obeys_nothing() -> None:
    assert lines("a\x1b[31m\x07\u202ebc", 8, 9)[0] == "a\ufffd[31m\ufffd\ufffdbc"


@pytest.mark.parametrize("column", [1, 50, 5000, 9999, 10_000])
def test_long_line_is_cut_around_the_caret(column: int) -> None:
    text = "-" * (column - 1) + "X" + "-" * (10_000 - column)
    shown, carets = lines(text, column, column + 1)
    assert len(shown) <= WIDTH
    assert shown.index("X") == carets.index("^")
    assert len(carets.strip()) == 1


def test_caret_never_leaves_the_excerpt() -> None:
    shown, carets = lines("x" * 10_000, 10, 9000)
    assert len(carets) <= len(shown)


def test_error_that_spans_lines_is_marked_to_the_end_of_its_first() -> None:
    source = Source("<%= (\n1 %>", "a.psp")
    error = PageSyntaxError.at(source, Span(4, 8), "wrong")
    assert report_error(error).splitlines() == [
        "a.psp:1:5: wrong",
        "    <%= (",
        "        ^",
    ]


def test_error_without_a_place() -> None:
    assert report_error(PspError("no such thing")).endswith("PspError: no such thing")


def test_path_below_the_current_folder_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert short_path(str(tmp_path / "a" / "b.psp")) == "a/b.psp"
    assert short_path(str(tmp_path.parent / "b.psp")) == str(tmp_path.parent / "b.psp")
    assert short_path(str(tmp_path / "..b.psp")) == "..b.psp"
    assert short_path("<string>") == "<string>"
