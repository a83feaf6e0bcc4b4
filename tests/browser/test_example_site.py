"""The example site in a real browser: legible, and fitting small screens."""

from __future__ import annotations

import html
import json
import re
import struct
import zlib
from pathlib import Path
from urllib.parse import urlencode

import pytest

from .chromium import dump_dom, screenshot
from .conftest import SITE

pytestmark = pytest.mark.browser

PAGES = sorted(path.name for path in SITE.glob("[!_]*.psp"))
PHONE, DESK = (375, 812), (1280, 900)


@pytest.mark.parametrize("width", [PHONE[0], DESK[0]])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_are_laid_out(site: str, width: int, dark: bool) -> None:
    pages = [("page", f"{name}?pause=none") for name in PAGES if name != "error.psp"]
    query = urlencode([("width", width), *pages])
    dom = dump_dom(f"{site}/probe.html?{query}", dark=dark)
    found = re.search(r'<pre id="report">(.*?)</pre>', dom, re.DOTALL)
    assert found and found[1], dom
    report = json.loads(html.unescape(found[1]))
    assert len(report) == len(pages)
    for page, seen in report.items():
        assert seen["sheets"] == 1 and seen["rules"] > 50, page
        assert seen["scrollWidth"] <= width, f"{page} is wider than the screen"
        assert (seen["background"] < 0.1) is dark, f"{page} has the wrong colours"
        assert not seen["faint"], f"{page} has text that is hard to read"
        assert not seen["small"], f"{page} has targets that are hard to hit"


@pytest.mark.parametrize(
    "page", ["index.psp", "form.psp", "login.psp", "parts.psp?pause=none"]
)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_screenshot(
    site: str, tmp_path: Path, page: str, size: tuple[int, int], dark: bool
) -> None:
    png = screenshot(f"{site}/{page}", tmp_path / "page.png", size, dark=dark)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == size
    assert len(set(pixels(png))) > 100, "there is nothing on it"


def pixels(png: bytes) -> bytes:
    """The filtered rows of a PNG: enough to tell a picture from an empty one."""
    data, at = b"", 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    return zlib.decompress(data)
