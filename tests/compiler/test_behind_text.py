"""Blocks that are opened behind text, on the line of the opening mark."""

from __future__ import annotations

import pytest

from psp import DictLoader, Engine, PageSyntaxError


def render(text: str) -> str:
    return Engine(DictLoader({"page.psp": text})).render("page.psp")


@pytest.mark.parametrize("blanks", ["", "    "])
def test_a_body_is_indented_more_than_its_line(blanks: str) -> None:
    lines = ["<p><% def f(x):", "  return x", "", "%><%= f(1) %></p>"]
    page = f"\n{blanks}".join(["", *lines])
    assert render(page).split() == ["<p>1</p>"]


def test_what_goes_on_with_it_is_indented_like_its_line() -> None:
    page = "<p><% if 0:\n  x = 1\nelif 0:\n  x = 2\nelse:\n  x = 3\n\n%><%= x %>"
    assert render(page) == "<p>3"


def test_the_mark_is_what_later_code_is_measured_by() -> None:
    page = "<p>text <% if 0:\n            x = 1\n%>no\n<%\n    y = 2\n%><%= y %>"
    assert render(page) == "<p>text 2"


def test_a_body_like_its_line_is_none() -> None:
    with pytest.raises(PageSyntaxError) as caught:
        render("  <p><% if 1:\n  x = 1\n%>")
    found = caught.value
    assert (found.lineno, found.offset) == (2, 3)
    assert found.msg == "expected an indented block after 'if' on line 1"
