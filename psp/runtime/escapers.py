"""escaper_of(): the escapers by the names that the compiler gives them."""

from __future__ import annotations

from collections.abc import Callable

from . import urls
from .escape import escape

Escaper = Callable[[object], str]

_LIGHT: dict[str, Escaper] = {
    "html": escape,
    "url": urls.url,
    "url_scheme": urls.url_scheme,
    "url_path": urls.url_path,
    "url_query": urls.url_query,
    "srcset": urls.srcset,
    "css_url": urls.css_url,
}


def escaper_of(names: str) -> Escaper:
    """The escaper that does all of *names*, joined by ``+``, in turn."""
    first, *others = map(_find, names.split("+"))

    def escaper(value: object) -> str:
        text = first(value)
        for other in others:
            text = other(str.__str__(text))
        return text

    return escaper


def _find(name: str) -> Escaper:
    found = _LIGHT.get(name)
    if found is None:
        from . import contexts

        found = getattr(contexts, name)
    return found
