"""The debug page: valid, self-contained, and with nothing of the error as markup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import html5lib
import pytest

from psp.debug.access import HEADERS
from psp.debug.page import render_html
from psp.debug.report import build_report
from psp.debug.request import summarise_request
from psp.errors import BlockError
from psp.source import Source, Span

from .pages import failure

EVIL = "</style></pre><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;"


def parsed(page: str) -> Any:
    """The tree of *page*; raises where it is not valid HTML."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(page)


def text_of(element: Any) -> str:
    return "".join(element.itertext())


@pytest.fixture
def page(tmp_path: Path) -> str:
    text = '<p>\n<b><%= format(row["totl"], unit) %></b>\n</p>\n'
    snippet = 'format(row["totl"], unit)'
    path = tmp_path / "orders.psp"
    error = failure(path, text, snippet, row={"total": 1}, unit="€", api_key="hush")
    request = summarise_request(
        "POST", "/orders.psp?n=1", [("Cookie", "pysid=hush"), ("Host", "localhost")]
    )
    return render_html(build_report(error, request=request, request_id="7f3a"))


def test_it_says_on_top_what_happened_and_where(page: str) -> None:
    tree = parsed(page)
    header = " ".join(text_of(tree.find("body/header")).split())
    assert header == (
        "500 Internal Server Error POST /orders.psp?n=1 7f3a KeyError 'totl'"
    )
    front = tree.find("body/main/section")
    assert "orders.psp line 2, column 15" in text_of(front.find("p"))
    assert [text_of(mark) for mark in front.iter("mark")] == ['row["totl"]']
    assert text_of(tree.find("head/title")) == "KeyError: 'totl' (orders.psp)"


def test_variables_and_request_can_be_unfolded(page: str) -> None:
    details = {
        text_of(found.find("summary")): [text_of(cell) for cell in found.iter("dd")]
        for found in parsed(page).find("body/main").iter("details")
        if found.find("dl") is not None
    }
    assert details["Variables 3"] == ["{'total': 1}", "'€'", "********"]
    assert details["Query 1"] == ["1"]
    assert details["Headers 2"] == ["********", "localhost"]
    assert "hush" not in page


def test_it_needs_nothing_else_and_runs_nothing(page: str) -> None:
    tree = parsed(page)
    names = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not re.search(r"url\(|@import|https?:|\son\w+=", page)
    assert "default-src 'none'" in dict(HEADERS)["Content-Security-Policy"]
    assert dict(HEADERS)["Cache-Control"] == "no-store"


def test_it_reads_well_with_other_means_than_eyes(page: str) -> None:
    tree = parsed(page)
    assert tree.get("lang") == "en"
    assert len(list(tree.iter("h1"))) == 1
    for found in tree.iter("pre"):
        assert found.get("tabindex") == "0"  # what scrolls can be reached by keyboard
    assert "prefers-color-scheme: dark" in page
    assert 'content="width=device-width, initial-scale=1"' in page


def test_nothing_of_an_error_is_markup(tmp_path: Path) -> None:
    class Evil(Exception):
        def __repr__(self) -> str:
            return EVIL

    Evil.__qualname__ = EVIL
    Evil.__module__ = "builtins"
    text = f"{EVIL}<%= fail(x) %>"

    def fail(x: object) -> None:
        raise Evil(EVIL) from ExceptionGroup(EVIL, [ValueError(EVIL)])

    error = failure(tmp_path / "&<b>.psp", text, "fail(x)", fail=fail, x=EVIL)
    error.add_note(EVIL)
    request = summarise_request(
        EVIL, f"/{EVIL}?{EVIL}={EVIL}", [(EVIL, EVIL), ("Cookie", f"{EVIL}=1")]
    )
    html = render_html(build_report(error, request=request, request_id=EVIL))
    tree = parsed(html)
    assert not list(tree.iter("script"))
    assert not list(tree.iter("img"))
    assert EVIL not in html
    assert text_of(tree).count(EVIL) > 10


def test_characters_that_html_does_not_allow_are_shown(tmp_path: Path) -> None:
    text = "<%= x %> \udcff \0 \x1b \x85"
    error = failure(tmp_path / "p.psp", text, "x")
    error.add_note("\ud800 \0")
    html = render_html(build_report(error, read=lambda name: [text]))
    html.encode()
    parsed(html)
    assert "�" in html
    assert "␀ ␛" in html


def test_a_syntax_error_shows_its_line() -> None:
    source = Source("<p>\n<% for a in b: %>", "p.psp", "/site/p.psp")
    error = BlockError.at(source, Span(7, 10), "`for` is never closed")
    tree = parsed(render_html(build_report(error, read=lambda name: [])))
    assert [text_of(mark) for mark in tree.iter("mark")] == ["for"]


def test_the_chain_follows(tmp_path: Path) -> None:
    code = "try:\n    1 / 0\nexcept Exception as e:\n    raise KeyError('k') from e"
    tree = parsed(render_html(build_report(failure(tmp_path / "p.psp", code, code))))
    assert "KeyError was caused by ZeroDivisionError" in [
        text_of(heading) for heading in tree.iter("h2")
    ]


def test_frames_of_psp_are_folded() -> None:
    try:
        Source.from_bytes(b"x", encoding="no such encoding")
    except LookupError as error:
        tree = parsed(render_html(build_report(error)))
    (folded,) = [
        found
        for found in tree.iter("details")
        if text_of(found.find("summary")) == "1 call inside psp"
    ]
    assert folded.get("open") is None
    assert "source.py" in text_of(folded)


def test_an_error_without_anything_is_shown() -> None:
    tree = parsed(render_html(build_report(KeyError())))
    assert "KeyError" in text_of(tree.find("body/header"))
