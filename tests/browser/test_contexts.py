"""Values that try to run as scripts, in every place of a page, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp import DictLoader, Engine
from tests.campaigns.xss import CONTEXTS, payloads

from .devtools import browser

pytestmark = pytest.mark.browser

WATCH = """<!doctype html><meta charset="utf-8"><script>
var heard = [], f = function () {};
window.alert = window.confirm = window.prompt = function (x) { heard.push(x); };
</script>"""
#: Would leave the page, or hold the rest of it as text.
APART = ("refresh", "refresh, whole", "title")


def page_of(place: str) -> str:
    """A page with all payloads in one place."""
    return f"{WATCH}<% for x in values: %>{place.replace('@', '<%= x %>')}<% end %>"


def test_no_value_runs(tmp_path: Path) -> None:
    values = payloads()
    pages = {n: page_of(p) for n, p in CONTEXTS.items() if n not in APART}
    engine = Engine(DictLoader(pages))
    with browser() as tab:
        for number, name in enumerate(pages):
            file = tmp_path / f"{number}.html"
            some = values[::8] if "<iframe" in CONTEXTS[name] else values  # frames load
            file.write_text(engine.render(name, values=some), "utf-8", "replace")
            tab.open(file.as_uri())
            assert tab.evaluate("heard") == [], name


def test_the_page_would_hear(tmp_path: Path) -> None:
    """The test is not deaf: without escaping something is heard."""
    page = '<%@ page escape="none" %>' + page_of("<p>@</p>")
    engine = Engine(DictLoader({"page": page}))
    file = tmp_path / "page.html"
    file.write_text(engine.render("page", values=["<img src=x onerror=alert(1)>"]))
    with browser() as tab:
        tab.open(file.as_uri())
        assert tab.evaluate("heard") == [1]
