"""How the pages of a dialect are served: the names they get, how they end and fail.

``Manners`` are those of the psp dialect; another dialect's are a subclass, named in
``MANNERS`` and imported when a page of that dialect is first served.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import HTTPError
    from .http.forms import FormRules
    from .options import PageOptions
    from .pagerun import PageRun
    from .session.rules import SessionRules

MANNERS = {
    "psp": "psp.manners:Manners",
    "mod_python": "psp.modpython.manners:ModPythonManners",
}
_loaded: dict[str, Manners] = {}


class Manners:
    """The psp dialect's: forms and sessions made on first use, errors are errors."""

    content_type = "text/html; charset=utf-8"
    #: Whether a form and a session are made before a page that mentions them runs.
    eager = False
    #: Whether pages have ``psp.csrf_field()``, so that the guard can ask for tokens.
    has_tokens = True
    #: Sent with every page.
    headers: tuple[tuple[str, str], ...] = (("X-Content-Type-Options", "nosniff"),)
    #: The status of an error page that sets none.
    error_page_status = 500

    @property
    def form_rules(self) -> FormRules:
        """How forms are read."""
        from .http.forms import PSP_RULES

        return PSP_RULES

    @property
    def session_rules(self) -> SessionRules:
        """How sessions are made and announced."""
        from .session.rules import PSP

        return PSP

    def answer(self, run: PageRun) -> bool:
        """Have the page of *run* write its answer: whether it came to a good end."""
        return run.run_page()

    def end(self, run: PageRun, error: HTTPError) -> None:
        """Write the answer of a page that ended itself by raising *error*."""
        run.output.reset()
        run.response.status = error.status
        for name, value in error.headers:
            run.response.err_headers[name] = value
        from .errors import Redirect

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
            for name, value in run.handler.reports.headers():
                run.response.headers[name] = value
        run.output.write(run.error_text(error, 500, request_id))

    def prepare_error_page(self, run: PageRun) -> None:
        """Make room for the error page: nothing of the failed page stays."""
        run.output.reset()
        run.response.status = self.error_page_status


def moved_notice(location: str) -> str:
    """The body of a redirect (RFC 9110, section 15.4)."""
    from html import escape

    return f'<p>The document has moved <a href="{escape(location)}">here</a></p>\n'


def manners_of(options: PageOptions) -> Manners:
    """The manners of the dialect of a page."""
    manners = _loaded.get(options.dialect)
    if manners is None:
        module, _, name = MANNERS[options.dialect].partition(":")
        made: Manners = getattr(__import__(module, fromlist=[name]), name)()
        manners = _loaded.setdefault(options.dialect, made)
    return manners
