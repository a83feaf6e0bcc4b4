"""The policy of a site in a real browser: scripts of the author run, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp import WSGIApplication

from .conftest import served
from .devtools import browser

pytestmark = pytest.mark.browser

POLICY = "default-src 'self'; script-src 'nonce'; style-src 'nonce'"
PAGE = """<!doctype html><meta charset="utf-8"><title>t</title>
<script>
var heard = ["page"], stopped = [];
addEventListener("securitypolicyviolation", (e) => stopped.push(e.effectiveDirective));
</script><style>p { color: rgb(1, 2, 3) }</style>
<p onclick="heard.push('attribute')">click</p>
<%@ include file="part.psp" %>
<% with psp.cache("piece"): %><script>heard.push("kept");</script><% end %>
<% from pathlib import Path %>
<%== Path(psp.filename).with_name("injected.txt").read_text() %>
<% def late(): %><b id="late">late</b><% end %><% psp.defer(late) %>
"""
PART = "<script>heard.push('include');</script>"
#: What somebody got past the escaping.
INJECTED = """<script>heard.push("injected");</script>
<script nonce="">heard.push("empty");</script>
<script nonce="psp.nonce">heard.push("guessed");</script>
<img src="/missing.png" onerror="heard.push('error')">
<style>p { color: rgb(9, 9, 9) }</style>
<iframe srcdoc="<script>parent.heard.push('frame')</script>"></iframe>
<a href="javascript:heard.push('link')">link</a>"""


def look(folder: Path, until: str, **options: str) -> tuple[list[str], list[str], str]:
    """What a visitor hears who clicks all there is, what is stopped, a colour.

    The visitor is the second one, and leaves when *until* holds in the page.
    """
    (folder / "page.psp").write_text(PAGE)
    (folder / "part.psp").write_text(PART)
    (folder / "injected.txt").write_text(INJECTED)
    with served(WSGIApplication(str(folder), **options)) as site, browser() as tab:
        for _ in range(2):
            tab.open(f"{site}/page.psp")
        tab.until("document.querySelector('#late').parentNode === document.body")
        tab.click("p")
        tab.click("a")
        tab.until(until)
        colour = tab.evaluate("getComputedStyle(document.querySelector('p')).color")
        return tab.evaluate("heard"), tab.evaluate("stopped"), colour


def test_only_what_the_author_wrote_runs(tmp_path: Path) -> None:
    heard, stopped, colour = look(tmp_path, "stopped.length === 7", csp=POLICY)
    assert (heard, colour) == (["page", "include", "kept"], "rgb(1, 2, 3)")
    elements, attributes = ["script-src-elem"] * 4, ["script-src-attr"] * 2
    assert sorted(stopped) == sorted([*elements, *attributes, "style-src-elem"])


def test_without_the_policy_all_of_it_runs(tmp_path: Path) -> None:
    """The test is not deaf."""
    heard, stopped, colour = look(tmp_path, "heard.includes('link')")
    injected = ["injected", "empty", "guessed", "error", "frame", "attribute", "link"]
    assert sorted(heard) == sorted(["page", "include", "kept", *injected])
    assert (stopped, colour) == ([], "rgb(9, 9, 9)")
