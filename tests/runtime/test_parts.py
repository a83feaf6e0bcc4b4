"""Pushed parts, captures, components as functions and as files."""

from __future__ import annotations

import pytest

from psp import DictLoader, Engine
from psp.errors import PageNotFound, PspError

BASE = "<head><%= psp.section('head', default='-') %></head><%= psp.content() %>"
CARD = "<% def card(title, *, kind='info'): %>"
CARD += "<b class=<%= kind %>><%= title %></b><% end %>"
TIERS = ["auto", "function", "module"]


def render(page: str, **files: str) -> str:
    """What *page* writes beside *files*, each in a file ``name.psp``."""
    pages = {f"{name}.psp": text for name, text in files.items()}
    return Engine(DictLoader({**pages, "page.psp": page})).render("page.psp")


def test_pushed_pieces_come_in_order() -> None:
    page = "<%@ layout file='base.psp' %>"
    page += (
        "<% for n in 1, 2: %><% with psp.push('head'): %>[<%= n %>]<% end %><% end %>x"
    )
    assert render(page, base=BASE) == "<head>[1][2]</head>x"


def test_of_one_key_the_first_piece_counts() -> None:
    page = "<%@ layout file='base.psp' %>"
    page += "<% for n in 1, 2: %>"
    page += "<% with psp.push('head', key='k'): %>[<%= n %>]<% end %><% end %>x"
    assert render(page, base=BASE) == "<head>[1]</head>x"


def test_nobody_pushed() -> None:
    page = "<%@ layout file='base.psp' %>x"
    assert render(page, base=BASE) == "<head>-</head>x"


def test_pieces_follow_a_filled_section() -> None:
    page = "<%@ layout file='base.psp' %><% with psp.push('head'): %>p<% end %>"
    page += "<% with psp.section('head'): %>s<% end %>x"
    assert render(page, base=BASE) == "<head>sp</head>x"


def test_includes_push_to_the_layout() -> None:
    page = "<%@ layout file='base.psp' %><% psp.include('part.psp') %>"
    part = "<% with psp.push('head'): %>p<% end %>x"
    assert render(page, base=BASE, part=part) == "<head>p</head>x"


def test_a_pushed_section_is_true() -> None:
    page = "<%= bool(psp.section('a')) %><% with psp.push('a'): %><% end %>"
    assert render(page + "<%= bool(psp.section('a')) %>") == "FalseTrue"


def test_what_fails_is_not_pushed() -> None:
    page = "<% try: %><% with psp.push('a'): %>x<% 1/0 %><% end %>"
    page += "<% except ZeroDivisionError: %>e<% end %><%= psp.section('a') %>"
    assert render(page) == "e"


@pytest.mark.parametrize("tier", TIERS)
def test_a_component_is_a_function(tier: str) -> None:
    page = f"<%@ page tier='{tier}' %>" + CARD
    page += "<% card('1 < 2') %> <%= card('x', kind='warning') %>"
    wanted = "<b class=info>1 &lt; 2</b> <b class=warning>x</b>"
    assert render(page) == wanted


@pytest.mark.parametrize("tier", TIERS)
def test_a_function_is_captured(tier: str) -> None:
    page = f"<%@ page tier='{tier}' %>" + CARD
    page += "<% kept = psp.capture(card, 'a', kind='k') %>|<%= kept %>|<%= kept %>"
    wanted = "<b class=k>a</b>"
    assert render(page) == f"|{wanted}|{wanted}"


def test_a_capture_that_fails_writes_nothing() -> None:
    page = "<% def f(): %>x<% 1/0 %><% end %><% try: %>a<% psp.capture(f) %>"
    page += "<% except ZeroDivisionError: %>b<% end %>"
    assert render(page) == "ab"


def test_a_component_in_a_file_has_slots() -> None:
    card = "<i><%= title %></i><p><%= psp.content() %></p>"
    card += "<u><%= psp.section('foot') %></u>"
    page = "[<% with psp.component('card.psp', title='T'): %>slot"
    page += "<% with psp.section('foot'): %>f<% end %><% end %>]"
    assert render(page, card=card) == "[<i>T</i><p>slot</p><u>f</u>]"


def test_components_nest() -> None:
    card = "(<%= psp.content() %>/<%= psp.section('s', default='d') %>)"
    page = "<% with psp.component('card.psp'): %>a"
    page += "<% with psp.component('card.psp'): %>b"
    page += "<% with psp.section('s'): %>inner<% end %><% end %><% end %>"
    assert render(page, card=card) == "(a(b/inner)/d)"


def test_a_slot_places_the_sections_of_its_own_page() -> None:
    base = "<% with psp.component('card.psp'): %><%= psp.section('s') %><% end %>"
    page = "<%@ layout file='base.psp' %><% with psp.section('s'): %>mine<% end %>"
    card = "(<%= psp.content() %>)<%= bool(psp.section('s')) %>"
    assert render(page, base=base, card=card) == "(mine)False"


def test_a_component_may_have_a_layout_and_push() -> None:
    page = (
        "<%@ layout file='base.psp' %><% with psp.component('card.psp'): %>s<% end %>"
    )
    card = "<%@ layout file='frame.psp' %><%= psp.content() %>"
    card += "<% with psp.push('head'): %>css<% end %>"
    frame = "{<%= psp.content() %>}"
    wanted = "<head>css</head>{s}"
    assert render(page, base=BASE, card=card, frame=frame) == wanted


def test_after_a_component_nobody_has_content() -> None:
    page = "<% with psp.component('card.psp'): %><% end %><%= psp.content() %>"
    with pytest.raises(PspError, match="neither a layout nor a component"):
        render(page, card="x")


def test_a_component_that_is_missing_names_it() -> None:
    with pytest.raises(PageNotFound, match="nowhere.psp"):
        render("<% with psp.component('nowhere.psp'): %><% end %>")


def test_a_slot_that_fails_runs_no_component() -> None:
    page = "<% try: %><% with psp.component('card.psp'): %>x<% 1/0 %><% end %>"
    page += "<% except ZeroDivisionError: %>e<% end %>"
    page += "<% with psp.section('s'): %>f<% end %><%= psp.section('s') %>"
    assert render(page, card="card") == "ef"


def test_layouts_nest_three_deep() -> None:
    page = "<%@ layout file='one.psp' %>p<% with psp.section('s'): %>page<% end %>"
    one = "<%@ layout file='two.psp' %>1<%= psp.content() %>1"
    one += "<% with psp.section('s'): %>layout<% end %>"
    two = "<%@ layout file='three.psp' %>2<%= psp.content() %>2"
    three = "3<%= psp.content() %>3<%= psp.section('s') %>"
    assert render(page, one=one, two=two, three=three) == "321p123page"
