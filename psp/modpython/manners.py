"""How pages of the mod_python dialect are served: as mod_python serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import HTTPError, Redirect
from ..http.forms import MOD_PYTHON_RULES
from ..manners import Manners, moved_notice
from ..session.rules import MOD_PYTHON

if TYPE_CHECKING:
    from ..handler import PageRun

HEADING = "PythonHandler mod_python.psp"


class ModPythonManners(Manners):
    """mod_python's: forms and sessions at once, reports behind the text so far."""

    content_type = "text/html"
    form_rules = MOD_PYTHON_RULES
    session_rules = MOD_PYTHON
    eager = True
    headers = ()

    def names(self, run: PageRun) -> dict[str, Any]:
        """The names that leak from mod_python's own module, and the page's file."""
        from .names import page_names

        return {**page_names(), "__file__": run.target.filename}

    def end(self, run: PageRun, error: HTTPError) -> None:
        """A redirect drops the text so far, and so does the server's own page."""
        if isinstance(error, Redirect):
            run.output.reset()
            run.response.status = error.status
            run.response.err_headers["Location"] = error.location
            run.output.write(moved_notice(error.location))
        else:
            super().end(run, error)

    def shows(self, run: PageRun) -> bool:
        """PythonDebug shows its report to everybody."""
        return run.handler.debug or super().shows(run)

    def fail(self, run: PageRun, error: BaseException, request_id: str) -> None:
        """With PythonDebug the report follows what was written, headers are kept."""
        if not self.shows(run):
            run.output.reset()
            run.refuse(500, request_id)
            return
        from ..debug.modpython import report_text

        if not run.answer.started:
            run.response.status = 500
            run.response.content_type = "text/html"
        run.output.write(report_text(error, HEADING))

    def prepare_error_page(self, run: PageRun) -> None:
        """Text and status stay as the failed page left them."""
