"""Tiers are equal: a page with local names and the same page as module code.

Pages are made from pieces that bind and read a few names in every way there is; what
they write, and how they fail, is the same in each tier.
"""

from __future__ import annotations

import re
from collections import Counter
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psp import PSP, DictLoader, Engine, PageSyntaxError

NAMES = st.sampled_from(["a", "b", "c", "len", "title"])
VALUES = st.sampled_from(["1", "[1, 2]", "'<s>'", "(3, 4)", "{}"])


def filled(template: str) -> st.SearchStrategy[str]:
    """*template* with N, M for names and V for a value."""

    def fill(parts: tuple[str, str, str]) -> str:
        name, other, value = parts
        return template.replace("N", name).replace("M", other).replace("V", value)

    return st.tuples(NAMES, NAMES, VALUES).map(fill)


SIMPLE = st.one_of(
    *map(
        filled,
        [
            "<% N = V %>",
            "<% N = M %>",
            "<% N, M = (5, 6) %>",
            "<% N += V %>",
            "<%= N %>",
            "<%= N %>;",
            "<%= [M for M in [7, 8]] %>",
            "<%= [N for M in [7, 8]] %>",
            "<%= (N := 9) %>",
            "<%= (lambda: N)() %>",
            "<%= (lambda N: N)(V) %>",
            "<% del N %>",
            "<% import math as N %>",
            "<% from os import sep as N %>",
            "<% N = lambda: M %>",
            "<% f = N %>",
            "<%= f() if callable(f) else f %>",
            "<%= sorted(n for n in ('a', 'b') if n in globals()) %>",
            "<% class K: N = M %><%= K.N %>",
            "<% class K: N = N %>",
            "<% def f(): return N %>",
            "<% def f(N=M): return N %>",
            "<% psp.include('other.psp', N=V) %>",
            "<%@ include file='part.psp' %>",
            "text ",
        ],
    )
)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, max_size=3).map("".join)
    heads = [
        ("<% if N: %>", ""),
        ("<% if V: %>", "<% else: %>"),
        ("<% for N in V: %>", ""),
        ("<% for N in V: %>", "<% else: %>"),
        ("<% for N, M in [(1, 2)]: %>", ""),
        ("<% try: %>", "<% except Exception as N: %>"),
        ("<% try: %>", "<% except NameError: %>"),
        ("<% try: %>", "<% finally: %>"),
        ("<% def f(): %>", ""),
        ("<% def f(N=V): %>", ""),
        ("<% with psp.capture() as N: %>", ""),
        ("<% match V: %><% case [N, M]: %>", "<% case N: %>"),
        ("<% while N: %>", "<% break %>"),
        ("<% while True: %>", "<% break %>"),
        ("<% class K: %>", ""),
    ]
    heads_filled = [
        st.tuples(filled(head), filled(middle), body, body).map(
            lambda p: f"{p[0]}{p[2]}{p[1]}{p[3]}<% end %>"
        )
        for head, middle in heads
    ]
    return st.one_of(*heads_filled)


PIECES = st.recursive(SIMPLE, blocks, max_leaves=6)
PAGES = st.lists(PIECES, min_size=1, max_size=7).map("".join)
PARTS = st.lists(SIMPLE.filter(lambda p: "include" not in p), max_size=3).map("".join)
HEADS = st.sampled_from(["", "", '<%@ layout file="base.psp" %>'])


#: What pages are given: names that are read, missing ones, one that hides a builtin.
GIVEN: list[dict[str, object]] = [
    {"c": [10], "title": "given"},
    {"a": 1, "b": [2], "c": "<c>", "title": ""},
    {"c": [10], "len": "hidden"},
    {},
]


def files_of(head: str, page: str, part: str) -> dict[str, str]:
    """The pages that belong together."""
    return {
        "page.psp": head + page,
        "part.psp": part,
        "other.psp": "<% a = 1 %><%= a %>",
        "base.psp": "<% a = 5 %>[<%= psp.content() %>|<%= title %>|<%= c %>|<%= a %>]",
    }


def outcome(
    files: dict[str, str],
    tier: str,
    names: dict[str, object],
    seen: Counter[str] | None = None,
) -> tuple[str, str]:
    """What the page writes, or how it fails, in *tier*."""
    options = PSP._replace(tier=tier)
    engine = Engine(DictLoader(files), options=options, reload_interval=None)
    try:
        if seen is not None and tier == "auto":
            seen["tier " + engine.get_page("page.psp").tier] += 1
        # A page may change what it is given, and each run starts with the same.
        text = engine.render("page.psp", **deepcopy(names))
        return re.sub("0x[0-9a-f]+", "0x", text), ""
    except PageSyntaxError as error:
        return "does not compile", error.msg
    except RecursionError:
        return "", "RecursionError"
    except Exception as error:
        return "", re.sub("0x[0-9a-f]+", "0x", f"{type(error).__name__}: {error}")


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=150, deadline=None)
@given(HEADS, PAGES, PARTS, st.sampled_from(GIVEN))
def test_tiers_are_equal(
    head: str, page: str, part: str, names: dict[str, object]
) -> None:
    files = files_of(head, page, part)
    wanted = outcome(files, "module", names)
    assert outcome(files, "auto", names) == wanted, files
    assert outcome(files, "function", names) == wanted, files


@pytest.mark.parametrize(
    ("page", "local"),
    [
        ("<% x = 1 %><%= x %>", {"x"}),
        ("<% for x in (1,): %><%= x %><% end %>", {"x"}),
        ("<% for x in (1,): %><% end %><%= x %>", set()),
        ("<% x = 1 %><%= globals() %>", set()),
        ("<% x = 1 %><%= (lambda: x)() %>", {"x"}),
        ("<% def f(): return x %><% x = 1 %>", set()),
        ("<% if a: %><% x = 1 %><% else: %><% x = 2 %><% end %><%= x %>", {"a", "x"}),
        ("<% if a: %><% x = 1 %><% end %><%= x %>", set()),
        ("<% x = 1 %><% del x %>", set()),
        ("<% x = 1 %><%= eval('x') %>", set()),
        ("<% with a as x: %><%= x %><% y = 1 %><%= y %><% end %>", {"a", "x", "y"}),
        ("<% form = 1 %><%= form %>", set()),
        ('<% x = 1 %><%@ include file="part.psp" %>', set()),
        ('<% y = 1 %><%= y %><%@ include file="part.psp" %>', {"y"}),
    ],
)
def test_which_names_are_local(page: str, local: set[str]) -> None:
    engine = Engine(DictLoader({"page.psp": page, "part.psp": "<%= x %>"}))
    code = engine.get_page("page.psp").code
    found = {*code.co_varnames, *code.co_cellvars}
    assert {name for name in found if not name.startswith("_psp_")} == local
