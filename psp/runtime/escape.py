"""escape() and its kin: how a value becomes text.

``markupsafe.escape`` spends its time building a ``Markup``; the C function inside it
takes a tenth. It is private, so it is tried out at import, and the public function
takes its place where it is missing or has changed.
"""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup
from markupsafe import escape as _public

_SAMPLE = "<a href=\"x\">'&amp;'</a>"
_NEVER_SPECIAL = frozenset((bool, float))


def _portable(text: str) -> str:
    return str(_public(text))


def _find_inner() -> Callable[[str], str]:
    """The fast escaper of exact ``str``, if it answers as the public one does."""
    try:
        from markupsafe._speedups import _escape_inner

        if _escape_inner(_SAMPLE) == _portable(_SAMPLE):
            return _escape_inner
    except Exception:
        pass
    return _portable


inner = _find_inner()


def markup(text: str) -> Markup:
    """An exact ``str`` as Markup, without its looking for ``__html__``."""
    return str.__new__(Markup, text)


def slow(value: object) -> str:
    """The escaped text of what is neither exact ``str`` nor exact ``int``."""
    kind = type(value)
    if kind is Markup:
        return str.__str__(value)
    if value is None:
        return ""
    if kind in _NEVER_SPECIAL:
        return str(value)
    html = getattr(value, "__html__", None)
    if html is not None:
        return str(html())
    return inner(str.__str__(str(value)))


def escape(value: object) -> str:
    """*value* as HTML text: escaped, ``__html__`` trusted, None as nothing."""
    kind = type(value)
    if kind is str:
        return inner(value)  # type: ignore[arg-type]
    if kind is int:
        return str(value)
    return slow(value)


def plain(value: object) -> str:
    """*value* as text, unescaped; None as nothing."""
    return "" if value is None else str(value)


def arguments(*args: object, **keywords: object) -> object:
    """What ``<%= a, b %>`` writes: ``str(a, b)``, or the tuple where str refuses.

    mod_python passes the text of an expression tag to ``str``, so bytes and an
    encoding are decoded; where that is a TypeError the tuple itself is meant.
    """
    if not args and not keywords:
        return ""
    try:
        return str(*args, **keywords)
    except TypeError:
        if keywords or len(args) < 2:
            raise
        return args
