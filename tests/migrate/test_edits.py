"""Edits: what they make of a text, and where its places move to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.migrate.edits import (
    Edit,
    apply_edits,
    lines,
    new_place,
    old_place,
    text_edits,
    word_edits,
)

EDITS = [Edit(2, 4, "XYZ"), Edit(6, 6, "+"), Edit(8, 9, "")]
TEXTS = st.text(alphabet="ab \n\t\r\x0b\x85é", max_size=60)


def test_apply() -> None:
    assert apply_edits("0123456789", EDITS) == "01XYZ45+679"


@pytest.mark.parametrize(
    ("old", "new"),
    [(0, 0), (1, 1), (2, 2), (3, 2), (4, 5), (5, 6), (6, 8), (7, 9), (9, 10), (10, 11)],
)
def test_new_place(old: int, new: int) -> None:
    assert new_place(EDITS, old) == new


@pytest.mark.parametrize(
    ("new", "old"),
    [(0, 0), (2, 2), (3, 2), (4, 2), (5, 4), (6, 5), (7, 6), (8, 6), (9, 7), (10, 9)],
)
def test_old_place(new: int, old: int) -> None:
    assert old_place(EDITS, new) == old


def test_only_what_differs_is_edited() -> None:
    assert text_edits("same\nprint x, 1\nsame\n", "same\nprint(x, 1)\nsame\n") == [
        Edit(10, 11, "("),
        Edit(15, 15, ")"),
    ]
    assert list(word_edits("a.b(c)", "a.d(c)", 10)) == [Edit(12, 13, "d")]


def test_lines_that_come_and_go() -> None:
    old = "import sets\nx = 1\ny = `a`\nz = 2\n"
    new = "x = 1\ny = repr(a)\nadded()\nz = 2\n"
    edits = text_edits(old, new)
    assert apply_edits(old, edits) == new
    for text in ("x = 1", "y = ", "z = 2"):
        assert old_place(edits, new.index(text)) == old.index(text)


def test_long_lines_are_one_edit() -> None:
    old, new = "x " + "a " * 3000, "y " + "b " * 3000
    assert text_edits(old, new) == [Edit(0, len(old), new)]


def test_lines_end_at_line_feeds_only() -> None:
    assert lines("a\x0bb\n\x85c\r\n") == ["a\x0bb\n", "\x85c\r\n"]


@given(TEXTS, TEXTS)
def test_edits_make_the_new_text(old: str, new: str) -> None:
    edits = text_edits(old, new)
    assert apply_edits(old, edits) == new
    assert edits == sorted(edits)


@given(TEXTS, TEXTS, st.integers(0, 60))
def test_places_outside_of_edits_go_both_ways(old: str, new: str, at: int) -> None:
    edits = text_edits(old, new)
    inside = any(one.start <= at < max(one.end, one.start + 1) for one in edits)
    if at < len(old) and not inside:
        there = new_place(edits, at)
        assert new[there] == old[at]
        assert old_place(edits, there) == at
