"""Escapers for the places in HTML where neither that of text nor those of URLs do.

Imported when a page needs one: to compile the patterns takes longer than to render
most pages.
"""

from __future__ import annotations

import re

from .escape import escape, plain

UNSAFE = "psp-unsafe"  # stands in style sheets for what is no plain value

_BARE = re.compile(r"[\s\0`=]")
_IN_SCRIPT = re.compile(r"[<>&'\u2028\u2029]")
_IN_STRING = re.compile(r"[\x00-\x1f\x7f\"'`\\<>&/$={}+\-\u0085\u2028\u2029]")
_IN_REGEXP = re.compile(r"[^\w \u00a1-\u2027\u202a-\U0010ffff]", re.ASCII)
_IN_STYLE = re.compile(r"[\w \t.,#%+\u00a1-\U0010ffff-]*", re.ASCII)
_CODE_IN_STYLE = ("--", "expression", "javascript", "binding", "behavior")
_IN_STYLE_STRING = re.compile(r"[^\w .,\u00a1-\U0010ffff-]", re.ASCII)


class SafeJS(str):
    """JavaScript that is written as it is; in strings it is a string like any other."""

    __slots__ = ()


class SafeCSS(str):
    """CSS that is written as it is."""

    __slots__ = ()


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


def urls(value: object) -> str:
    """*value* as URLs between semicolons, as SVG animates them: each as a URL."""
    from .urls import SafeURL, url

    if isinstance(value, SafeURL):
        return value
    return ";".join(map(url, plain(value).split(";")))


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


def bare(value: object) -> str:
    """*value* in an attribute without quotes."""
    return _BARE.sub(lambda m: f"&#{ord(m[0]) or 0xFFFD};", escape(value))


def bare_first(value: object) -> str:
    """The same where the value starts: it may not be empty, or the next one is it."""
    return bare(value) or "&#32;"


def nothing(value: object) -> str:
    """Nothing: comments of scripts and styles are for their authors."""
    return ""
