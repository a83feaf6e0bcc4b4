"""Dates of headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.http.dates import http_date, parse_date


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_the_three_spellings(text: str):
    assert parse_date(text) == 784111777


def test_only_the_first_is_written():
    assert http_date(784111777.9) == "Sun, 06 Nov 1994 08:49:37 GMT"


@given(st.integers(0, 253402300799))
def test_a_date_comes_back(seconds: int):
    assert parse_date(http_date(seconds)) == seconds


@given(st.text() | st.text("0123456789 :,+-MonJaGMT"))
def test_any_text_is_a_second_or_none(text: str):
    assert parse_date(text) is None or isinstance(parse_date(text), int)
