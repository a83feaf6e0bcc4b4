"""The page that visitors see: fixed text and the number of the request."""

from __future__ import annotations

import html5lib
import pytest

from psp.debug.production import production_page


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 418, 500, 503, 599])
def test_it_is_valid_and_says_the_status(status: int) -> None:
    page = production_page(status, "7f3a")
    html5lib.HTMLParser(strict=True).parse(page)
    assert f"Status {status}, request <code>7f3a</code>" in page


def test_without_an_id_none_is_shown() -> None:
    assert "request" not in production_page(500).partition("<body>")[2]


def test_a_redirect_is_no_failure() -> None:
    assert "at another address" in production_page(301)
    assert "could not be answered" in production_page(418)


def test_the_id_is_escaped() -> None:
    assert "<b>" not in production_page(500, "<b>")


def test_advice_stands_in_for_the_usual_text() -> None:
    page = production_page(403, advice="Reload <it>.")
    assert "Reload &lt;it&gt;." in page and "not open to you" not in page
    assert "not open to you" in production_page(403)
