"""Fragments of pages, asked for over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client

from psp import WSGIApplication

PAGE = "a<% with psp.capture() as x: %><% with psp.fragment('cart'): %>[1]<% end %>"
PAGE += "<% end %><%= x %>b"
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("query", "headers", "status", "text"),
    [
        ("", {}, 200, "a[1]b"),
        ("?fragment=cart", {}, 200, "[1]"),
        ("", {**HTMX, "HX-Target": "cart"}, 200, "[1]"),
        ("", {**HTMX, "HX-Target": "main"}, 200, "a[1]b"),
        ("", {"HX-Target": "cart"}, 200, "a[1]b"),
        ("?fragment=none", {}, 404, None),
    ],
)
def test_what_is_sent(
    tmp_path: Path, query: str, headers: dict[str, str], status: int, text: str | None
) -> None:
    (tmp_path / "p.psp").write_text(PAGE)
    site = Client(WSGIApplication(tmp_path, fragments=True))
    answer = site.get(f"/p.psp{query}", headers=headers)
    assert answer.status_code == status
    assert text is None or answer.text == text
    assert text is None or answer.headers["Vary"] == "HX-Request, HX-Target"


def test_not_unless_the_site_allows_it(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(PAGE)
    answer = Client(WSGIApplication(tmp_path)).get("/p.psp?fragment=cart")
    assert answer.text == "a[1]b"
    assert "Vary" not in answer.headers
