"""How the pages of a dialect are served: the names they get, how they end and fail.

``Manners`` are those of the psp dialect; another dialect's are a subclass, named in
``MANNERS`` and imported when a page of that dialect is first served.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from markupsafe import Markup

from .errors import HTTPError, Redirect
from .http.forms import PSP_RULES, FormRules
from .options import PageOptions
from .session.rules import PSP, SessionRules

if TYPE_CHECKING:
    from .handler import PageRun

MANNERS = {
    "psp": "psp.manners:Manners",
    "mod_python": "psp.modpython.manners:ModPythonManners",
}
_loaded: dict[str, Manners] = {}


class Manners:
    """The psp dialect's: forms and sessions made on first use, errors are errors."""

    content_type = "text/html; charset=utf-8"
    form_rules: FormRules = PSP_RULES
    session_rules: SessionRules = PSP
    #: Whether a form and a session are made before a page that mentions them runs.
    eager = False
    #: Whether pages have ``psp.csrf_field()``, so that the guard can ask for tokens.
    has_tokens = True
    #: Sent with every page.
    headers: tuple[tuple[str, str], ...] = (("X-Content-Type-Options", "nosniff"),)
    #: The status of an error page that sets none.
    error_page_status = 500

    def answer(self, run: PageRun) -> bool:
        """Have the page of *run* write its answer: whether it came to a good end."""
        return run.run_page()

    def end(self, run: PageRun, error: HTTPError) -> None:
        """Write the answer of a page that ended itself by raising *error*."""
        run.output.reset()
        run.response.status = error.status
        for name, value in error.headers:
            run.response.err_headers[name] = value
        if isinstance(error, Redirect):
            run.output.write(moved_notice(error.location))
        else:
            run.refuse(error.status)

    def shows(self, run: PageRun) -> bool:
        """Whether the sender of the request may see what went wrong."""
        return run.handler.reports.may_show(run.request)

    def fail(self, run: PageRun, error: BaseException, request_id: str) -> None:
        """Write the answer of a page that raised *error*."""
        run.output.reset()
        run.become_error(500)
        if self.shows(run):
            for name, value in run.handler.reports.headers:
                run.response.headers[name] = value
        run.output.write(run.error_text(error, 500, request_id))

    def prepare_error_page(self, run: PageRun) -> None:
        """Make room for the error page: nothing of the failed page stays."""
        run.output.reset()
        run.response.status = self.error_page_status


def moved_notice(location: str) -> str:
    """The body of a redirect (RFC 9110, section 15.4)."""
    link = Markup('<p>The document has moved <a href="{}">here</a></p>\n')
    return str(link.format(location))


def manners_of(options: PageOptions) -> Manners:
    """The manners of the dialect of a page."""
    manners = _loaded.get(options.dialect)
    if manners is None:
        module, _, name = MANNERS[options.dialect].partition(":")
        made: Manners = getattr(import_module(module), name)()
        manners = _loaded.setdefault(options.dialect, made)
    return manners
