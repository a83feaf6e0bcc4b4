"""Escapers for the places in HTML where that of text is not enough.

Imported when a page needs one. ``escaper_of`` finds them by the names that the
compiler gives them; several joined by ``+`` are used one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .escape import escape, plain
from .safe import SafeCSS, SafeJS, SafeURL

Escaper = Callable[[object], str]

UNSAFE = "psp-unsafe"  # stands in style sheets for what is no plain value
INVALID_URL = "about:invalid#psp"

_SCHEMES = frozenset(("http", "https", "mailto", "tel"))
_SCHEME = re.compile(r"([^/?#:]*):")
_IGNORED = re.compile(r"[\t\n\r]")  # by the parser of URLs, wherever they stand
_EDGES = "".join(map(chr, range(33)))
_HALF = re.compile(r"%(?![0-9A-Fa-f]{2})")
_IN_URLS = ":/?#[]@!$&*+,;=%~"  # reserved, or escapes already
_BARE = re.compile(r"[\s\0`=]")
_IN_SCRIPT = re.compile(r"[<>&'\u2028\u2029]")
_IN_STRING = re.compile(r"[\x00-\x1f\x7f\"'`\\<>&/$={}+\-\u0085\u2028\u2029]")
_IN_REGEXP = re.compile(r"[^\w \u00a1-\u2027\u202a-\U0010ffff]", re.ASCII)
_IN_STYLE = re.compile(r"[\w \t.,#%+\u00a1-\U0010ffff-]*", re.ASCII)
_CODE_IN_STYLE = ("--", "expression", "javascript", "binding", "behavior")
_IN_STYLE_STRING = re.compile(r"[^\w .,\u00a1-\U0010ffff-]", re.ASCII)
_ENDS_URL = {ord(c): f"%{ord(c):02X}" for c in "()'\"\\<> \n\r\t"}


def _unicode(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def js(value: object) -> str:
    """*value* as a literal: JSON that can stand in a script of an HTML page.

    Raises TypeError for what JSON has no form for.
    """
    if isinstance(value, SafeJS):
        return value
    import json

    text = _IN_SCRIPT.sub(_unicode, json.dumps(value))
    return f" {text}" if text.startswith("-") else text  # no "--" with what is before


def js_string(value: object) -> str:
    """*value* inside a string or a template of a script, or inside a JSON string."""
    return _IN_STRING.sub(_unicode, plain(value))


def js_regexp(value: object) -> str:
    """*value* inside a regular expression of a script, where it means itself."""
    return _IN_REGEXP.sub(_unicode, plain(value)) or "(?:)"


def url(value: object) -> str:
    """*value* as a URL, or the start of one: of a scheme that runs nothing."""
    if isinstance(value, SafeURL):
        return value
    text = _IGNORED.sub("", plain(value)).strip(_EDGES)
    match = _SCHEME.match(text)
    if match and match[1].lower() not in _SCHEMES:
        return INVALID_URL
    return url_path(text)


def url_scheme(value: object) -> str:
    """*value* where a scheme may not have ended yet: it does not end here."""
    return value if isinstance(value, SafeURL) else url_path(value).replace(":", "%3A")


def url_path(value: object) -> str:
    """*value* inside a URL: reserved characters and escapes keep their meaning."""
    if isinstance(value, SafeURL):
        return value
    from urllib.parse import quote

    text = _HALF.sub("%25", plain(value))
    return quote(text, safe=_IN_URLS, errors="replace")


def url_query(value: object) -> str:
    """*value* as one component of a query: nothing in it has a meaning.

    Slashes have none there (RFC 3986, section 3.4) and stay.
    """
    if isinstance(value, SafeURL):
        return value
    from urllib.parse import quote

    return quote(plain(value), safe="/", errors="replace")


def srcset(value: object) -> str:
    """*value* as candidates of a ``srcset``, the URL of each as a URL."""
    if isinstance(value, SafeURL):
        return value
    found = (part.split() for part in plain(value).split(","))
    return ", ".join(" ".join((url(p[0]), *map(url_query, p[1:]))) for p in found if p)


def refresh(value: object) -> str:
    """*value* as the seconds of a refresh."""
    text = plain(value).strip()
    return text if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else "0"


def css(value: object) -> str:
    """*value* as one or more plain words, numbers or colours of a style sheet."""
    if isinstance(value, SafeCSS):
        return value
    text = plain(value)
    lower = text.lower()
    safe = _IN_STYLE.fullmatch(text) and not any(c in lower for c in _CODE_IN_STYLE)
    return text if safe else UNSAFE


def css_string(value: object) -> str:
    """*value* inside a string of a style sheet."""
    return _IN_STYLE_STRING.sub(lambda m: f"\\{ord(m[0]):06x}", plain(value))


def css_url(value: object) -> str:
    """A URL, already escaped as one, inside ``url(…)``."""
    return plain(value).translate(_ENDS_URL)


def bare(value: object) -> str:
    """*value* in an attribute without quotes."""
    return _BARE.sub(lambda m: f"&#{ord(m[0]) or 0xFFFD};", escape(value))


def bare_first(value: object) -> str:
    """The same where the value starts: it may not be empty, or the next one is it."""
    return bare(value) or "&#32;"


def nothing(value: object) -> str:
    """Nothing: comments of scripts and styles are for their authors."""
    return ""


_ESCAPERS: dict[str, Escaper] = {
    one.__name__: one
    for one in (
        js,
        js_string,
        js_regexp,
        url,
        url_scheme,
        url_path,
        url_query,
        srcset,
        refresh,
        css,
        css_string,
        css_url,
        bare,
        bare_first,
        nothing,
    )
}
_ESCAPERS["html"] = escape


def escaper_of(names: str) -> Escaper:
    """The escaper that does all of *names*, joined by ``+``, in turn."""
    first, *others = (_ESCAPERS[name] for name in names.split("+"))

    def escaper(value: object) -> str:
        text = first(value)
        for other in others:
            text = other(str.__str__(text))
        return text

    return escaper
