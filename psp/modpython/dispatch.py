"""Run: one request, from its handlers to its answer, as mod_python goes about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..debug.modpython import report_text
from ..errors import HTTPError, ResponseCut, SessionUnavailable
from ..http.answer import Answer
from ..http.exchange import mp_request
from ..http.members import METHOD_NUMBERS
from ..http.response import Response
from ..pagerun import site_log
from ..runtime.output import Output
from .constants import (
    DECLINED,
    DONE,
    HTTP_INTERNAL_SERVER_ERROR,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_NOT_FOUND,
    HTTP_NOT_IMPLEMENTED,
    HTTP_NOT_MODIFIED,
    HTTP_SERVICE_UNAVAILABLE,
    HTTP_UNAUTHORIZED,
    OK,
)
from .filters import Filter
from .handlers import run_phase
from .settings import CONTENT, Handler
from .site import Site


class Run:
    """The ``req`` of a request with all that answers it."""

    def __init__(
        self,
        site: Site,
        req: mp_request,
        response: Response,
        output: Output,
        answer: Answer,
    ):
        self.site = site
        self.req = req
        self.response = response
        self.output = output
        self.answer = answer

    def phase(self, name: str, handlers: Iterable[Handler]) -> int | None:
        """The result of a phase; None if it failed, which has been answered then."""
        try:
            return run_phase(self.req, name, handlers)
        except ResponseCut:
            raise
        except SessionUnavailable as error:
            self.site.handler.note(error, self.req._request)
            return HTTP_SERVICE_UNAVAILABLE
        except HTTPError as error:
            for header, value in error.headers:
                self.response.err_headers[header] = value
            return error.status or DONE
        except BaseException as error:
            self.fail(error)
            return None

    def content(
        self,
        handlers: Iterable[Handler],
        declined: Callable[[], None] | None = None,
    ) -> None:
        """Run the content phase; *declined* answers where no handler does."""
        result = self.phase(CONTENT, handlers)
        if result == DECLINED and declined is not None:
            declined()
        elif result is not None:
            self.conclude(result)

    def conclude(self, result: int) -> None:
        """Answer as *result*, that of a phase, says.

        A page that is declined stays unsent: what would be sent is its source.
        """
        self.output.unwind(0)
        if result in (OK, DONE, self.response.status):
            return
        if 200 <= result < 300:
            if not self.answer.started:
                self.response.status = result
            return
        self.refuse(HTTP_NOT_FOUND if result == DECLINED else result)

    def refuse(self, status: int, request_id: str = "") -> None:
        """Answer with *status* and the server's text, unless headers are out."""
        if self.answer.started:
            site_log().error("headers were sent before a handler answered %s", status)
            return
        if not 300 <= status <= 999:
            status = HTTP_INTERNAL_SERVER_ERROR
        self._add_headers(status)
        self.output.reset()
        if status == HTTP_NOT_MODIFIED:  # which has the headers of the page
            self.response.status = status
            return
        self.response.become_error(status)
        self.output.write(self.site.handler.reports.refusal(status, request_id))

    def _add_headers(self, status: int) -> None:
        """Add what goes with *status* (RFC 9110, sections 15.4, 15.5.2 and 15.5.6)."""
        headers = self.response.err_headers
        req = self.req
        location = req.headers_out.combined("Location")
        if location and 300 <= status < 400 and status != HTTP_NOT_MODIFIED:
            headers["Location"] = location
        if status == HTTP_UNAUTHORIZED and (req.auth_type() or "").lower() == "basic":
            headers.setdefault("WWW-Authenticate", f'Basic realm="{req.auth_name()}"')
        if status in (HTTP_METHOD_NOT_ALLOWED, HTTP_NOT_IMPLEMENTED):
            allowed = [name for name in req.allowed_methods if name in METHOD_NUMBERS]
            if allowed:
                headers["Allow"] = ", ".join(allowed)

    def filter_failed(self, error: Exception, item: Filter) -> bytes:
        """The end of a body that *item* could not go on with."""
        request_id = self.site.handler.note(error, self.req._request)
        started = self.answer.started
        if self.req.get_config().get("PythonDebug") == "1":
            if not started:
                self.response.status = HTTP_INTERNAL_SERVER_ERROR
                self.response.content_type = "text/html"
            return report_text(error, f"{item.name} {item.handler}").encode()
        if started:
            raise ResponseCut(f"a filter failed: {request_id}") from error
        self.response.become_error(HTTP_INTERNAL_SERVER_ERROR)
        text = self.site.handler.reports.refusal(HTTP_INTERNAL_SERVER_ERROR, request_id)
        return text.encode()

    def fail(self, error: BaseException) -> None:
        """Answer for a handler that raised *error*: with PythonDebug by a report.

        The report follows what was written, and headers are kept.
        """
        request_id = self.site.handler.note(error, self.req._request)
        self.output.unwind(0)
        try:
            self.output.settle()
        except UnicodeEncodeError:  # what was written cannot be sent
            self.output.reset()
        if self.req.get_config().get("PythonDebug") == "1":
            if not self.answer.started:
                self.response.status = HTTP_INTERNAL_SERVER_ERROR
                self.response.content_type = "text/html"
            heading = f"{self.req.phase} {self.req.hlist.handler}"
            self.output.write(report_text(error, heading))
        elif self.answer.started:
            text = f"a page failed after its headers were sent: {request_id}"
            raise ResponseCut(text) from error
        else:
            self.refuse(HTTP_INTERNAL_SERVER_ERROR, request_id)
