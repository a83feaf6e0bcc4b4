"""Excerpts: which lines, and which characters of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp.debug.excerpt import (
    WIDTH,
    Line,
    Place,
    careful,
    characters,
    excerpt,
    mark_line,
    read_lines,
)

LINES = [f"line {n}" for n in range(1, 31)]


def numbers(lines: list[Line]) -> list[int]:
    return [line.number for line in lines]


def marked(line: Line) -> str:
    return line.text[line.start : line.end]


def test_lines_around_the_place() -> None:
    found = excerpt(LINES, Place("p", 10, 6, 10, 8))
    assert numbers(found) == list(range(6, 15))
    assert [line for line in found if line.current] == [Line(10, "line 10", True, 5, 7)]


def test_at_the_edges_of_the_file() -> None:
    assert numbers(excerpt(LINES, Place("p", 1))) == [1, 2, 3, 4, 5]
    assert numbers(excerpt(LINES, Place("p", 30))) == [26, 27, 28, 29, 30]
    assert excerpt(LINES, Place("p", 99)) == []
    assert excerpt([], Place("p", 1)) == []


def test_a_range_of_lines_is_marked_without_its_indentation() -> None:
    lines = ["x = f(", "    1,", "    2,  ", ")"]
    found = excerpt(lines, Place("p", 1, 5, 4, 2))
    assert [marked(line) for line in found] == ["f(", "1,", "2,", ")"]


def test_of_a_long_range_the_start_is_shown() -> None:
    assert numbers(excerpt(LINES, Place("p", 10, 1, 29, 2))) == list(range(6, 19))


def test_columns_that_are_not_there_mark_nothing_wrong() -> None:
    line = mark_line("short", 1, Place("p", 1, 40, 1, 50))
    assert marked(line) == ""
    assert line.current


@pytest.mark.parametrize("at", [0, 5, 70, 5_000, 9_990])
def test_a_long_line_is_cut_around_the_mark(at: int) -> None:
    text = "." * at + "MARK" + "." * (9_996 - at)
    line = mark_line(text, 1, Place("p", 1, at + 1, 1, at + 5))
    assert marked(line) == "MARK"
    assert len(line.text) <= WIDTH + 2
    assert line.text.startswith("…") == (at > 60)
    assert line.text.endswith("…") == (at < 9_000)


def test_columns_count_characters_not_bytes() -> None:
    assert characters("é = x", 0) == 1
    assert characters("é = x", len("é = ".encode())) == 5
    assert characters("\udcff = x", 0) == 1


def test_files_are_read_as_they_are_now(tmp_path: Path) -> None:
    page = tmp_path / "page.psp"
    page.write_text("one\n", "utf-8")
    assert read_lines(str(page)) == ["one"]
    page.write_text("two\nmore\n", "utf-8")
    assert read_lines(str(page)) == ["two", "more"]
    assert read_lines(str(tmp_path / "none.psp")) == []


def test_a_reader_that_fails_reads_nothing() -> None:
    def broken(filename: str) -> list[str]:
        raise OSError(filename)

    assert list(careful(broken)("p")) == []
