"""The layouts around a page, as far as they can be read."""

from __future__ import annotations

from ..compiler.declarations import build_declarations
from ..compiler.nodes import Page
from ..compiler.pipeline import build_skeleton, read_page
from ..engine import candidates
from ..errors import PspError
from .pages import Site

_DEPTH = 50  # of layouts around layouts, before a circle is assumed


def read_called(site: Site, page: str, file: str) -> Page | None:
    """The page that *page* calls *file*; None where another check complains of it.

    That it is not there, or does not compile.
    """
    name = candidates(file, page, page, site.options.dialect)[0]
    try:
        found = read_page(site.loader.load(name), site.resolver(name), site.options)
        build_skeleton(found)
        build_declarations(found)
    except (PspError, OSError):
        return None
    return found


def layouts_of(site: Site, page: Page) -> list[Page] | None:
    """The layout of *page*, that layout's, and so on; None where one cannot be read."""
    found: list[Page] = []
    while page.options.layout is not None:
        layout = read_called(site, page.source.name, page.options.layout)
        if layout is None or len(found) == _DEPTH:
            return None
        found.append(layout)
        page = layout
    return found
