"""Tokens against forged requests."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.session.tokens import is_token, make_token

SID, OTHER = "0123456789abcdef" * 2, "f" * 32


def test_a_token_is_different_each_time_and_always_good() -> None:
    tokens = {make_token(SID) for _ in range(50)}
    assert len(tokens) == 50
    assert all(is_token(token, SID) for token in tokens)
    assert not any(is_token(token, OTHER) for token in tokens)


def test_nothing_in_it_repeats() -> None:
    """What every token has in common could be guessed byte by byte."""
    tokens = [base64.urlsafe_b64decode(make_token(SID) + "==") for _ in range(50)]
    for position in zip(*tokens, strict=True):
        assert len(set(position)) > 10


def test_it_needs_no_escaping_and_does_not_show_the_id() -> None:
    token = make_token(SID)
    assert re.fullmatch("[A-Za-z0-9_-]{86}", token)
    assert SID not in token


@pytest.mark.parametrize(
    "text",
    ["", "=", "A" * 85, "A" * 86, "A" * 87, "é" * 86, "\ud800", SID, "A" * 10**6],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_token(text, SID)


@given(st.integers(0, 85), st.characters())
def test_a_changed_one_is_none(at: int, char: str) -> None:
    token = make_token(SID)
    changed = token[:at] + char + token[at + 1 :]
    if changed != token:
        assert not is_token(changed, SID)
