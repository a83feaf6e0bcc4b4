"""Where two answers to the same request differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff

from ..doctor.visitor import Reply
from .html import html_lines

#: Headers that mean the same on every server; others tell of the server.
HEADERS = (
    *("content-type", "location", "content-disposition", "content-language"),
    *("www-authenticate", "allow", "refresh"),
)
_TEXTS = ("text/", "json", "xml", "javascript")
MOST_LINES = 20  # of a difference between bodies


def differences(
    old: Reply, new: Reply, origin: str, ignored: list[re.Pattern[str]]
) -> Iterator[str]:
    """Lines that say where *new* is not as *old*.

    Locations at *origin*, such as ``http://localhost:8000``, are paths. What matches
    one of *ignored* counts as the same, in headers and in texts.
    """
    if old.status != new.status:
        yield f"status {old.status}, now {new.status}"
    for name in HEADERS:
        was, now = (_header(reply, name, origin, ignored) for reply in (old, new))
        if was != now:
            yield f"{name} {was!r}, now {now!r}"
    had, has = (sorted(map(_cookie_name, r.all("set-cookie"))) for r in (old, new))
    if had != has:
        yield f"cookies {had}, now {has}"
    yield from _bodies(old, new, ignored)


def _header(
    reply: Reply, name: str, origin: str, ignored: list[re.Pattern[str]]
) -> str:
    value = reply.one(name)
    if name == "location":
        value = value.removeprefix(origin)
    elif name == "content-type":
        value = value.lower().replace(" ", "").replace('"', "")
    return _without(value, ignored)


def _cookie_name(cookie: str) -> str:
    return cookie.partition("=")[0].strip()


def _bodies(old: Reply, new: Reply, ignored: list[re.Pattern[str]]) -> Iterator[str]:
    if old.body == new.body:
        return
    kinds = [reply.one("content-type") for reply in (old, new)]
    if not all(any(word in kind for word in _TEXTS) for kind in kinds):
        yield f"{len(old.body)} bytes, now {len(new.body)} others"
        return
    was, now = (
        html_lines(_without(reply.text, ignored))
        if old.is_html and new.is_html
        else _without(reply.text, ignored).splitlines()
        for reply in (old, new)
    )
    lines = [one for one in unified_diff(was, now, n=0, lineterm="") if one[:2] != "@@"]
    yield from lines[2 : 2 + MOST_LINES]
    if len(lines) > 2 + MOST_LINES:
        yield f"... {len(lines) - 2 - MOST_LINES} lines more"


def _without(text: str, ignored: list[re.Pattern[str]]) -> str:
    for pattern in ignored:
        text = pattern.sub("", text)
    return text
