"""Escapers for URLs in HTML.

What ``urllib.parse.quote`` does, without what importing it and compiling patterns
would add to the first page of a process: links are in every page.
"""

from __future__ import annotations

from .escape import plain

INVALID_URL = "about:invalid#psp"

_SCHEMES = frozenset(("http", "https", "mailto", "tel"))
_START = frozenset("/?#")  # what ends the part of a URL that may hold a scheme
_IGNORED = dict.fromkeys(map(ord, "\t\n\r"))  # by the parser of URLs, anywhere
_EDGES = "".join(map(chr, range(33)))
_HEX = frozenset("0123456789ABCDEFabcdef")


class SafeURL(str):
    """A whole URL, or a part of one, that is written as it is."""

    __slots__ = ()


class _Percent(dict[int, str]):
    """For ``str.translate``: what is not *safe* as its UTF-8 (RFC 3986, 2.1).

    What ASCII becomes is remembered.
    """

    def __init__(self, safe: str):
        self._safe = f"-._~{safe}"

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if code >= 128:
            return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
        kept = char.isalnum() or char in self._safe
        found = self[code] = char if kept else f"%{code:02X}"
        return found


_IN_URLS = _Percent(":/?#[]@!$&*+,;=%")  # reserved, or escapes already
_IN_QUERY = _Percent("/")
_ENDS_URL = {ord(c): f"%{ord(c):02X}" for c in "()'\"\\<> \n\r\t"}


def _after_percent(text: str) -> str:
    """What follows a percent sign, which is one itself where no escape does."""
    return text if len(text) > 1 and _HEX.issuperset(text[:2]) else "25" + text


def url(value: object) -> str:
    """*value* as a URL, or the start of one: of a scheme that runs nothing."""
    if isinstance(value, SafeURL):
        return value
    text = plain(value).translate(_IGNORED).strip(_EDGES)
    scheme, colon, _ = text.partition(":")
    if colon and scheme.lower() not in _SCHEMES and _START.isdisjoint(scheme):
        return INVALID_URL
    return url_path(text)


def url_scheme(value: object) -> str:
    """*value* where a scheme may not have ended yet: it does not end here."""
    return value if isinstance(value, SafeURL) else url_path(value).replace(":", "%3A")


def url_path(value: object) -> str:
    """*value* inside a URL: reserved characters and escapes keep their meaning."""
    if isinstance(value, SafeURL):
        return value
    first, *others = plain(value).split("%")
    return "%".join((first, *map(_after_percent, others))).translate(_IN_URLS)


def url_query(value: object) -> str:
    """*value* as one component of a query: nothing in it has a meaning.

    Slashes have none there (RFC 3986, section 3.4) and stay.
    """
    if isinstance(value, SafeURL):
        return value
    return plain(value).translate(_IN_QUERY)


def srcset(value: object) -> str:
    """*value* as candidates of a ``srcset``, the URL of each as a URL."""
    if isinstance(value, SafeURL):
        return value
    found = (part.split() for part in plain(value).split(","))
    return ", ".join(" ".join((url(p[0]), *map(url_query, p[1:]))) for p in found if p)


def css_url(value: object) -> str:
    """A URL, already escaped as one, inside ``url(…)``."""
    return plain(value).translate(_ENDS_URL)
