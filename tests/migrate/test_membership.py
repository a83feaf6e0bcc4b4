"""has_key."""

from __future__ import annotations

import pytest

from .conftest import Convert


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("form.has_key('a')", "'a' in form"),
        ("not session.has_key(k)", "k not in session"),
        ("req.headers_in.has_key('A') and x", "'A' in req.headers_in and x"),
        ("a.has_key(b or c)", "(b or c) in a"),
        ("a.has_key(not b)", "(not b) in a"),
        ("a.has_key((1, 2))", "(1, 2) in a"),
        ("a.has_key(1) == b.has_key(2)", "(1 in a) == (2 in b)"),
        ("a.has_key(1) + 1", "(1 in a) + 1"),
        ("f().has_key(g(x))", "g(x) in f()"),
        ("a.has_key('b' +\n  'c')", "('b' +\n  'c') in a"),
        ("a.has_key(1) and not (not b.has_key(2))", "1 in a and not (2 not in b)"),
    ],
)
def test_has_key(convert: Convert, before: str, after: str) -> None:
    assert convert(f"x = {before}\n").text == f"x = {after}\n"


def test_a_class_does_not_ask_itself(convert: Convert) -> None:
    text = (
        "class A:\n"
        "    def has_key(self, k): return k in self.d\n"
        "    def __contains__(self, k): return self.has_key(k)\n"
    )
    assert convert(text).text == text


@pytest.mark.parametrize("text", ["a.has_key()", "a.has_key(*b)", "a.has_key(k=1)"])
def test_what_is_no_question(convert: Convert, text: str) -> None:
    assert convert(f"{text}\n").text == f"{text}\n"
