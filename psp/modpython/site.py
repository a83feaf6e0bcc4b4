"""Site: what all requests of one document root share."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from ..engine import Template

if TYPE_CHECKING:
    from ..handler import PageHandler
    from ..http.exchange import mp_request

_SITE = "_site"  # where a req keeps it
_MOST_STRINGS = 512  # templates that are strings; as many as mod_python keeps


class Site:
    """The handler of pages, and the templates that are strings.

    *default_session* is the class of sessions where no option names one, if any.
    """

    def __init__(self, handler: PageHandler, default_session: str = ""):
        self.handler = handler
        self.engine = handler.engine
        self.default_session = default_session
        self._templates: OrderedDict[str, Template] = OrderedDict()
        self._lock = Lock()

    def template(self, text: str, name: str) -> Template:
        """The page *text*, compiled; those used last are kept."""
        with self._lock:
            known = self._templates.pop(text, None)
        made = known or self.engine.from_string(text, name)
        with self._lock:
            self._templates[text] = made
            while len(self._templates) > _MOST_STRINGS:
                self._templates.popitem(last=False)
        return made


def attach(req: mp_request, site: Site) -> None:
    """Have *req* know the site it belongs to."""
    setattr(req, _SITE, site)


def site_of(req: mp_request) -> Site:
    """The site that *req* belongs to; RuntimeError where nothing serves it."""
    site = getattr(req, _SITE, None)
    if not isinstance(site, Site):
        raise RuntimeError("this needs a request that psp.modpython serves")
    return site
