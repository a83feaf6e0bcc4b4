"""A few pages of the campaign of nested constructs."""

from __future__ import annotations

from . import nested


def test_pages_do_what_the_reference_interpreter_does() -> None:
    seen = nested.run(60)
    assert seen["differences"] == 0
    assert seen["pages"] == 60
