"""The page of parts in a real browser: what is deferred comes behind all the rest."""

from __future__ import annotations

import threading
import time

import pytest

from .devtools import PATIENCE, browser

pytestmark = pytest.mark.browser


def test_the_deferred_part_arrives_after_the_rest(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = threading.Event()
    with browser() as tab:
        monkeypatch.setattr(time, "sleep", lambda seconds: seen.wait(PATIENCE))
        tab.begin(f"{site}/parts.psp")
        tab.until("document.querySelector('footer.foot')")
        text = tab.text
        assert "This takes a while" in text and "Nothing in its foot" in text
        assert "what took" not in text
        assert tab.evaluate("document.readyState") == "loading"
        seen.set()
        tab.until("document.readyState === 'complete'")
        assert "what took 1.2 s." in tab.text
        assert "This takes a while" not in tab.text
        assert tab.evaluate("document.querySelector('#waiting > #late') !== null")
        assert not tab.evaluate("document.querySelectorAll('template').length")
