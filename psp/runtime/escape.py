"""escape() and its kin: how a value becomes text.

``markupsafe.escape`` spends its time building a ``Markup``; the C function inside it
takes a tenth. It is private, so it is tried out at import, and the public function
takes its place where it is missing or has changed. The module in C is loaded by
itself: what MarkupSafe imports takes longer than the first page of a process, and few
pages make a ``Markup``. A process that gives one answer does without: to load it takes
as long as thousands of escapes save.
"""

from __future__ import annotations

import sys

from .. import light

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from markupsafe import Markup

    Escaper = Callable[[object], str]

_SAMPLE = "<a href=\"x\">'&amp;'</a>"
_ESCAPED = "&lt;a href=&#34;x&#34;&gt;&#39;&amp;amp;&#39;&lt;/a&gt;"
_SPEEDUPS = "markupsafe._speedups"
_NEVER_SPECIAL = frozenset((bool, float))

#: Characters of a string, and strings of an escaper, that are worth remembering.
SHORT, REMEMBERED = 256, 1024

_URLS = frozenset(("url", "url_scheme", "url_path", "url_query", "srcset", "css_url"))

_markup: type[Markup] | None = None  # the class, once anything may have made one


def _portable(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))


def _by_hand(text: str) -> str:
    """As ``_portable``, without any other module."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&#34;").replace("'", "&#39;")


def _find_inner() -> Callable[[str], str]:
    """The fast escaper of exact ``str``, if it answers as the public one does."""
    try:
        if _SPEEDUPS in sys.modules:
            found = sys.modules[_SPEEDUPS]._escape_inner
        else:
            found = _load_speedups()._escape_inner
        if found(_SAMPLE) == _ESCAPED:
            return found  # type: ignore[no-any-return]
    except Exception:
        pass
    return _portable


def _load_speedups() -> Any:
    """The module in C, without its package."""
    from _frozen_importlib import module_from_spec
    from _frozen_importlib_external import PathFinder

    package: Any = PathFinder.find_spec("markupsafe")
    spec: Any = PathFinder.find_spec(_SPEEDUPS, package.submodule_search_locations)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


inner = _by_hand if light.one_answer else _find_inner()


def markup(text: str) -> Markup:
    """An exact ``str`` as Markup, without its looking for ``__html__``."""
    return str.__new__(_markup or _load_markup(), text)


def _load_markup() -> type[Markup]:
    global _markup
    from markupsafe import Markup

    _markup = Markup
    return Markup


def slow(value: object) -> str:
    """The escaped text of what is neither exact ``str`` nor exact ``int``."""
    kind = type(value)
    if kind is _markup:
        return str.__str__(value)
    if value is None:
        return ""
    if kind in _NEVER_SPECIAL:
        return str(value)
    html = getattr(value, "__html__", None)
    if html is not None:
        if _markup is None and "markupsafe" in sys.modules:
            _load_markup()
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


_escapers: dict[str, Escaper] = {}
_remembered: dict[str, dict[str, str]] = {}  # by the names of escapers: text of strings


def in_context(names: str, value: object) -> str:
    """*value* by the escapers *names*, which few pages need more of than HTML's.

    What they make of short strings is remembered: links come often.
    """
    if type(value) is str:
        try:
            return _remembered[names][value]
        except KeyError:
            pass
    escaper = _escapers.get(names)
    if escaper is None:
        escaper = _escapers[names] = escaper_of(names)
    text = escaper(value)
    if type(value) is str and len(value) < SHORT:
        _remember(names, value, text)
    return text


def _remember(names: str, value: str, text: str) -> None:
    """Keep *text* until there are too many; then all are forgotten."""
    texts = _remembered.setdefault(names, {})
    if len(texts) >= REMEMBERED:
        texts.clear()
    texts[value] = text


def escaper_of(names: str) -> Escaper:
    """The escaper that does all of *names*, joined by ``+``, in turn."""
    first, *others = map(_find_escaper, names.split("+"))

    def escaper(value: object) -> str:
        text = first(value)
        for other in others:
            text = other(str.__str__(text))
        return text

    return escaper


def _find_escaper(name: str) -> Escaper:
    """The escaper that the compiler calls *name*."""
    if name == "html":
        return escape
    home: Any
    if name in _URLS:
        from . import urls as home
    else:
        from . import contexts as home
    found: Escaper = getattr(home, name)
    return found
