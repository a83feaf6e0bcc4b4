"""``psp check --types``: what mypy says, at the places of the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from psp.types import mypy

from .conftest import Run

Write = Callable[[str, str], Path]

pytestmark = pytest.mark.slow  # mypy reads the standard library first


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where mypy remembers what it has read, for all tests."""
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture(autouse=True)
def no_settings_of_ours(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv("MYPY_CACHE_DIR", str(cache))
    monkeypatch.delenv("MYPYPATH", raising=False)


#: Pages, and for each thing that is said of them its place and the code of mypy.
PAGES = {
    "names.psp": (
        "<%= req.method + 1 %><%= req.metod %>\n"
        "<%= psp.nonse %><%= session['x'].y %><%= form['a'].save('/tmp') %>\n"
        "é <%= req.mine.anything %><%= _('é') + 1 %><%= given.x %>\n"
        "<%= form.getfirst('a').upper() %>",
        [
            "1:18 operator",
            "1:26 attr-defined",
            "2:5 attr-defined",
            "3:40 operator",
            "4:5 union-attr",
        ],
    ),
    "own.psp": ("<% req, session = [1], 2 %><%= session + '' %>", ["1:42 operator"]),
    "params.psp": (
        "<%@ param title: str %>\n<%@ param other %>\n"
        "<%@ param kind: Literal['ä', 'b'] = 'c' %>\n"
        "<%@ param when: Decimal | None = None %><%! from decimal import Decimal %>\n"
        "é <%= title / 2 %><%= other.x %><%= titel %><%= when.foo %>\n"
        "<% if when is None: return %><%= when.foo %>",
        [
            "3:37 assignment",
            "5:7 operator",
            "5:37 name-defined",
            "5:49 union-attr",
            "5:49 union-attr",
            "6:34 attr-defined",
        ],
    ),
    "calls.psp": (
        "<% psp.include('parts/card.psp', title='x', count='1') %>\n"
        "é<% with psp.component( 'parts/card.psp', title=2): %><%= 1 + '' %><% end %>\n"
        "<% psp.include('parts/card.psp', titel='x') %>\n"
        "<% psp.include('parts/card.psp', title='x', count=2) %>\n"
        "<% psp.include('names.psp', title='x'); psp.include(1) %>",
        ["1:51 arg-type", "2:49 arg-type", "2:63 operator", "3:4 psp", "5:53 arg-type"],
    ),
    "parts/card.psp": (
        "<%@ param title: str %><%@ param count: int = 0 %><%= title + count %>",
        ["1:63 operator"],
    ),
    "blocks.psp": (
        "<% n = 'x' %><% if n: %>\n<%@ include file='parts/open.psp' %>\n"
        "<% end %><% end %>",
        [],
    ),
    "functions.psp": (
        "<% n = 'x' %>\n<% def b(x: int) -> None: %><%= x.foo %><% end %>"
        "<%= b(1) %><%= [b(1)] %>\n<%\nfor i in n:\n    i.a\n    # here\n%>"
        "é<%= i.b %><%\n%>",
        [
            "2:33 attr-defined",
            "2:66 func-returns-value",
            "5:5 attr-defined",
            "7:8 attr-defined",
        ],
    ),
    "parts/open.psp": (
        "é<% for i in 3: %><%= n.up %>",
        ["1:14 attr-defined", "1:23 attr-defined"],
    ),
    "star.psp": (
        "<% from math import * %><%= sin(1) + unknown %><%= pi.x %><% req.mine = 1 %>",
        ["1:52 attr-defined"],
    ),
    "later.psp": (
        "<% async def f() -> int: return 1 %><% x = await f() %><%= x.foo %>"
        "<% async for y in x: %><% end %>",
        ["1:60 attr-defined", "1:86 attr-defined"],
    ),
    "shop.psp": (
        "<% import shop %><%= shop.price('tea') + '' %><% reveal_type(shop.VAT) %>",
        ["1:42 operator", "1:62 note"],
    ),
    "ignored.psp": ("<%\nx: int = ''  # type: ignore\n%>", []),
    "old.psp": (
        '<%@ page dialect="mod_python" %>\n<%\nif req.args:\n\tx = req.args.foo\n%>',
        ["4:6 attr-defined"],
    ),
}


def test_what_is_said_and_where(run: Run, write: Write) -> None:
    for name, (text, _) in PAGES.items():
        write(name, text)
    write("shop.py", "VAT = 0.2\ndef price(what: str) -> float: return 1 + ''\n")
    result = run("check", "--types")
    assert result.exit_code == 1
    assert "_psp_" not in result.output
    assert "Argument \"count\" to 'parts/card.psp' has" in result.output
    said: dict[str, list[str]] = {name: [] for name in PAGES}
    for line in result.stdout.splitlines():
        match = re.fullmatch(r"([^:]+):(\d+:\d+): (note)?.*?(?: \[([\w-]+)\])?", line)
        assert match
        said[match[1]].append(f"{match[2]} {match[3] or match[4] or 'psp'}")
    assert said == {name: lines for name, (_, lines) in PAGES.items()}


@pytest.mark.slow
def test_what_mypy_remembers_is_said_again(run: Run, write: Write) -> None:
    write("a.psp", "<%= 1 + '' %>")
    assert run("check", "--types").stdout == run("check", "--types").stdout != ""


def test_pages_without_a_mistake(run: Run, write: Write) -> None:
    write("a.psp", "<% for n in range(3): %><%= n + 1 %><% end %><%= title.upper() %>")
    result = run("check", "--types")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.slow
def test_settings_of_mypy_hold(run: Run, write: Write) -> None:
    write("a.psp", "<% def f(x): return x %>")
    assert run("check", "--types").exit_code == 0
    write("mypy.ini", "[mypy]\nstrict = true\n")
    assert run("check", "--types").stdout.endswith("[no-untyped-def]\n")


def test_only_with_the_option(run: Run, write: Write) -> None:
    write("a.psp", "<%= 1 + '' %>")
    assert run("check").exit_code == 0


def test_a_module_that_mypy_cannot_read(run: Run, write: Write) -> None:
    write("a.psp", "<% import broken %>")
    write("broken.py", "x = = 1\n")
    result = run("check", "--types")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: mypy has not come to an end:\nbroken.py:1:")


def test_without_mypy(run: Run, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.psp", "<%= 1 + '' %>")
    monkeypatch.setattr(mypy, "find_spec", lambda name: None)
    result = run("check", "--types")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: mypy is not installed: pip install 'psp[types]'\n"


def test_pages_around_one_that_does_not_compile(run: Run, write: Write) -> None:
    write("broken.psp", "<%@ param x: int %><%= psp.content() %><div><%= 1 +* 2 %>")
    write("a.psp", "<%@ layout file='broken.psp' %><% psp.include('broken.psp') %>")
    write("b.psp", "<% with psp.component('broken.psp'): %><% end %></div>")
    result = run("check", "a.psp", "b.psp", "--types")
    assert result.stdout.splitlines() == [
        "b.psp:1:49: warning: </div> closes nothing that is open here"
    ]
