"""Marks for text that is known to be safe where escaping would refuse or change it."""

from __future__ import annotations


class SafeURL(str):
    """A whole URL, or a part of one, that is written as it is."""

    __slots__ = ()


class SafeJS(str):
    """JavaScript that is written as it is; in strings it is a string like any other."""

    __slots__ = ()


class SafeCSS(str):
    """CSS that is written as it is."""

    __slots__ = ()


def safe_url(text: str) -> SafeURL:
    """*text* as a URL of any scheme, such as ``data:``; never what a visitor sent."""
    return SafeURL(text)


def safe_js(text: str) -> SafeJS:
    """*text* as code in a script; never what a visitor sent."""
    return SafeJS(text)


def safe_css(text: str) -> SafeCSS:
    """*text* as code in a style sheet; never what a visitor sent."""
    return SafeCSS(text)
