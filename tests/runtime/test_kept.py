"""Pieces that are kept between runs, and pieces that are rendered alone."""

from __future__ import annotations

import traceback

import pytest

from psp import DictLoader, Engine
from psp.errors import PspError
from psp.runtime.kept import MemoryFragments

TIERS = ["auto", "function", "module"]


def engine(page: str, **more: str) -> Engine:
    pages = {f"{name}.psp": text for name, text in more.items()}
    return Engine(DictLoader({**pages, "p.psp": page}))


@pytest.mark.parametrize("tier", TIERS)
def test_a_kept_piece_does_not_run_again(tier: str) -> None:
    page = f"<%@ page tier='{tier}' %><% with psp.cache('a', seconds=60): %>"
    page += "[<% calls.append(1) %><%= len(calls) %>]<% end %>!"
    pages, calls = engine(page), []  # type: ignore[var-annotated]
    assert [pages.render("p.psp", calls=calls) for _ in range(3)] == ["[1]!"] * 3
    assert calls == [1]


def test_what_it_varies_by() -> None:
    page = "<% with psp.cache('a', vary=[user]): %><%= user %><% end %>"
    pages = engine(page)
    users = ["a", "b", "a", 1, "1"]
    assert [pages.render("p.psp", user=u) for u in users] == ["a", "b", "a", "1", "1"]


def test_pages_do_not_share_pieces() -> None:
    part = "<% with psp.cache('a'): %>{}<% end %>"
    pages = engine(part.format(1), q=part.format(2))
    assert pages.render("p.psp") + pages.render("q.psp") == "12"


def test_what_is_bound_and_other_contexts_beside_it() -> None:
    page = "<% with psp.capture() as x, psp.cache('a') as y, psp.capture() as z: %>"
    page += "<% calls.append(y) %>t<% end %><%= x.html %>"
    pages, calls = engine(page), []  # type: ignore[var-annotated]
    pages.render("p.psp", calls=calls)
    pages.render("p.psp", calls=calls)
    assert calls == [True]


def test_what_fails_is_not_kept() -> None:
    page = "<% with psp.cache('a'): %>x<%= 1 / n %><% end %>"
    pages = engine(page)
    with pytest.raises(ZeroDivisionError) as caught:
        pages.render("p.psp", n=0)
    frames = traceback.extract_tb(caught.value.__traceback__)
    places = [(f.lineno, f.colno) for f in frames if f.filename == "p.psp"]
    assert places == [(1, 31)]
    assert pages.render("p.psp", n=1) == "x1.0"


def test_a_cache_is_full_and_time_is_over() -> None:
    store = MemoryFragments(2)
    for key in "abc":
        store.set(key, key, None)
    assert [store.get(key) for key in "abc"] == [None, "b", "c"]
    store.set("b", "late", 0)
    assert store.get("b") is None


@pytest.mark.parametrize("where", ["page", "layout"])
def test_a_fragment_alone(where: str) -> None:
    piece = "a<% with psp.fragment('cart'): %>[<%= n %>]<% end %>b<% after.append(1) %>"
    if where == "page":
        pages = engine(piece)
    else:
        pages = engine("<%@ layout file='l.psp' %>x<% psp %>", l=piece)
    after: list[int] = []
    assert pages.render("p.psp", n=1, after=after, fragment="cart") == "[1]"
    assert after == []
    assert pages.render("p.psp", n=1, after=after) == "a[1]b"


def test_no_such_fragment() -> None:
    with pytest.raises(PspError, match="'p.psp' wrote no fragment 'x'"):
        engine("text").render("p.psp", fragment="x")


@pytest.mark.parametrize("spelled", ["p.cache('a')", "made"])
def test_a_cache_under_another_name(spelled: str) -> None:
    page = f"<% p = psp; made = psp.cache('a') %><% with {spelled}: %>x<% end %>"
    with pytest.raises(PspError, match="psp.cache.. under another name"):
        engine(page).render("p.psp")


def test_a_fragment_under_another_name() -> None:
    pages = engine("a<% p = psp %><% with p.fragment('x'): %>b<% end %>c")
    assert pages.render("p.psp") == "abc"
    assert pages.render("p.psp", fragment="x") == "b"
