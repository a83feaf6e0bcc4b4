"""How pages of the mod_python dialect are served: as mod_python serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ..manners import Manners
from .settings import Handler
from .site import Site, attach

if TYPE_CHECKING:
    from ..handler import PageHandler
    from ..pagerun import PageRun

HANDLER = "mod_python.psp"
_sites: WeakKeyDictionary[PageHandler, Site] = WeakKeyDictionary()


class ModPythonManners(Manners):
    """mod_python's: its handler runs the page, its dispatcher answers if that fails."""

    content_type = "text/html"
    eager = True
    has_tokens = False
    headers = ()

    def answer(self, run: PageRun) -> bool:
        """Run the page as Apache would have it run; PythonDebug shows to everybody."""
        from .dispatch import Run

        req, handler = run.exchange, run.handler
        site = _sites.get(handler)
        if site is None:
            site = _sites.setdefault(handler, Site(handler))
        attach(req, site)
        shows = handler.debug or handler.reports.may_show(run.request)
        req._config = {"PythonDebug": str(int(shows))}
        content = Handler(HANDLER, f"{req.document_root()}/")
        Run(site, req, run.response, run.output, run.answer).content([content])
        return True
