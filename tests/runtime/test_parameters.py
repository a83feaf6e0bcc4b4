"""Parameters of pages: defaults, and what is refused where."""

from __future__ import annotations

import traceback

import pytest

from psp import DictLoader, Engine
from psp.errors import DirectiveError, ParameterError

CARD = """<%@ param title: str %>
<%@ param kind: Literal["info", "warning"] = "info" %>
<b class="<%= kind %>"><%= title %></b>"""


def engine(**files: str) -> Engine:
    return Engine(DictLoader({f"{name}.psp": text for name, text in files.items()}))


@pytest.mark.parametrize("tier", ["auto", "function", "module"])
def test_defaults_hold_for_what_is_not_given(tier: str) -> None:
    pages = engine(card=f'<%@ page tier="{tier}" %>' + CARD)
    wanted = '<b class="{}">T</b>'
    assert pages.render("card.psp", title="T").strip() == wanted.format("info")
    given = pages.render("card.psp", title="T", kind="x").strip()
    assert given == wanted.format("x")


def test_defaults_are_made_for_each_run() -> None:
    pages = engine(p="<%@ param found: list = [] %><% found.append(1) %><%= found %>")
    assert [pages.render("p.psp") for _ in range(2)] == ["[1]", "[1]"]


def test_a_default_may_use_names_before_it() -> None:
    page = "<%@ param a: int = 2 %><%@ param b = a * 2 %><%= a %>,<%= b %>"
    assert engine(p=page).render("p.psp") == "2,4"
    assert engine(p=page).render("p.psp", a=3) == "3,6"


def test_blocks_inside_a_page_with_defaults() -> None:
    page = "<%@ param n: int = 2 %><% for i in range(n): %>x<% end %>"
    assert engine(p=page).render("p.psp") == "xx"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("", "'card.psp' needs 'title', which was not given"),
        (
            ", title='T', kinds=1",
            "'card.psp' has no parameter 'kinds': did you mean 'kind'?",
        ),
        (
            ", title='T', zzz=1",
            "'card.psp' has no parameter 'zzz': there are title, kind",
        ),
    ],
)
@pytest.mark.parametrize("how", ["include", "component"])
def test_wrong_names_are_an_error_at_the_line_of_the_caller(
    how: str, names: str, message: str
) -> None:
    call = f"psp.{how}('card.psp'{names})"
    line = f"<% with {call}: %><% end %>" if how == "component" else f"<% {call} %>"
    with pytest.raises(ParameterError) as caught:
        engine(card=CARD, page=f"one\n{line}\n").render("page.psp")
    assert str(caught.value) == message
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert [frame.lineno for frame in frames if frame.filename == "page.psp"] == [2]


def test_render_checks_as_well() -> None:
    with pytest.raises(ParameterError, match="needs 'title'"):
        engine(card=CARD).render("card.psp")
    with pytest.raises(ParameterError, match="no parameter 'x'"):
        engine(card=CARD).get_template("card.psp").render(title="T", x=1)


def test_names_of_the_engine_are_given() -> None:
    pages = Engine(DictLoader({"card.psp": CARD}), names={"title": "T", "other": 1})
    assert "T" in pages.render("card.psp")


def test_the_error_of_a_default_stands_at_its_place() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        engine(p="one\n<%@ param n: int = 1 / 0 %>").render("p.psp")
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.filename, frame.lineno, frame.colno) == ("p.psp", 2, 19)


@pytest.mark.parametrize(
    ("page", "column", "found"),
    [
        ("<%@ param %>", 1, "no parameter here"),
        ("<%@ param 1 %>", 11, "not a parameter"),
        ("<%@ param a: %>", 11, "not a parameter: invalid syntax"),
        ("<%@ param a; b %>", 11, "not a parameter"),
        ("<%@ param a %><%@ param a %>", 15, "parameter 'a' is declared twice"),
    ],
)
def test_what_declares_nothing(page: str, column: int, found: str) -> None:
    with pytest.raises(DirectiveError) as caught:
        engine(p=page).get_page("p.psp")
    assert caught.value.msg.startswith(found)
    assert (caught.value.lineno, caught.value.offset) == (1, column)
