"""Where a visitor may be sent: what a Location header can hold, and what stays here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote, unquote

_CONTROLS = re.compile(r"[\0-\x1f\x7f-\x9f\ud800-\udfff]")
_SCHEME = re.compile(r"[^/]*:")
_PASSES = 3  # how often a path may be decoded on its way, by proxies and the like
_LONGEST = 2048


def check_location(location: object) -> str:
    """*location* if a Location header can hold it.

    TypeError for what is not str, ValueError for control characters, which could end
    the header, and for lone surrogates.
    """
    if not isinstance(location, str):
        raise TypeError("the location of a redirect must be str")
    if _CONTROLS.search(location):
        raise ValueError("control characters in the location of a redirect")
    return str(location)


def local_location(url: object) -> str | None:
    """*url* as a location within this site, in ASCII; None if it may lead elsewhere.

    Only a reference without scheme and host is local (RFC 3986, section 4.2), and only
    if all who read it agree: browsers take a backslash for a slash and skip tabs and
    newlines (WHATWG URL, 4.4), others decode more than once or fold Unicode.
    """
    if not isinstance(url, str) or not 0 < len(url) <= _LONGEST:
        return None
    if not url.isprintable() or " " in url or "\\" in url:
        return None
    path = re.split("[?#]", url, maxsplit=1)[0]
    if not all(map(_is_local_path, _readings(path))):
        return None
    return quote(url, safe="/?#[]@!$&'()*+,;=:%~")


def _readings(path: str) -> Iterator[str]:
    """*path* as one or the other may read it."""
    for _ in range(_PASSES):
        yield path
        yield unicodedata.normalize("NFKC", path)
        path = unquote(path)


def _is_local_path(path: str) -> bool:
    return not (
        _CONTROLS.search(path)
        or "\\" in path
        or "//" in path
        or "@" in path.partition("/")[0]
        or _SCHEME.match(path)
    )
