"""PageOptions: what a site, an engine or ``<%@ page %>`` may set for a page."""

from __future__ import annotations

from .light import NamedTuple

KIB = 1024
#: The language of a site that says nothing of languages.
DEFAULT_LOCALE = "en"


class PageOptions(NamedTuple):
    """The options of one page; immutable, use ``_replace``.

    ``dialect``   ``"psp"`` or ``"mod_python"``: which set of defaults holds
    ``escape``    ``"context"``, ``"html"`` or ``"none"``: how ``<%= %>`` is escaped
    ``trim``      ``"none"`` or ``"lines"``: what lines of tags alone leave behind
    ``buffer``    bytes kept back before headers go out; 0 sends at once
    ``tier``      ``"auto"``, ``"function"`` or ``"module"``: how page code runs
    ``layout``    name of the page that is run around this one, or None
    ``encoding``  how the file is decoded
    ``methods``   HTTP methods the page answers, upper case
    ``session``   ``"auto"``: locked when used, saved when changed; ``"write"``: locked
                  from the start; ``"read"``: neither locked nor saved; ``"none"``
    ``csrf``      ``"on"``, ``"off"`` or ``"site"``: whether what changes something must
                  prove that a page of this site sent it
    ``parameters``  names that ``<%@ param %>`` declares, and whether each is needed
    ``limits``    limits of the site that the page changes for itself, by name
    ``nonce``     whether scripts and styles in the page are given ``psp.nonce``
    """

    dialect: str = "psp"
    escape: str = "context"
    trim: str = "none"
    buffer: int = 64 * KIB
    tier: str = "auto"
    layout: str | None = None
    encoding: str = "utf-8"
    methods: tuple[str, ...] = ("GET", "HEAD", "POST")
    session: str = "auto"
    csrf: str = "site"
    parameters: tuple[tuple[str, bool], ...] = ()
    limits: tuple[tuple[str, int], ...] = ()
    nonce: bool = False

    @property
    def lenient_directives(self) -> bool:
        """Whether an unknown directive earns a warning in place of an error."""
        return self.dialect == "mod_python"


PSP = PageOptions()
MOD_PYTHON = PageOptions(
    dialect="mod_python",
    escape="none",
    buffer=8000,
    methods=(),  # every method runs the page, as there
)
DIALECTS = {"psp": PSP, "mod_python": MOD_PYTHON}
DEFAULT_OPTIONS = PSP
