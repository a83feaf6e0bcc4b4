"""PageHandler: Request to response, whatever server it came through."""

from __future__ import annotations

from . import errors
from .http.answer import Answer
from .http.paths import Kind
from .http.response import Response
from .light import NamedTuple
from .pagerun import PageRun, site_log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Protocol

    from .engine import Engine
    from .http.answer import Start
    from .http.languages import Catalogues
    from .http.paths import DocumentRoot, Target
    from .http.request import Request
    from .session.rules import SessionRules
    from .session.store import SessionStore

    class RunScript(Protocol):
        """Answers with a CGI program, or has another request answered in its place."""

        def __call__(
            self,
            request: Request,
            start: Start,
            target: Target,
            again: Callable[[Request, Start], Iterable[bytes]],
            /,
        ) -> Iterable[bytes]: ...

    class Refusal(Protocol):
        """Makes the HTML of a refusal that any visitor may see."""

        def __call__(
            self, status: int, request_id: str = "", advice: str = ""
        ) -> str: ...


class Reports(NamedTuple):
    """How errors are told; given by whoever sets a handler up.

    ``refusal``   (status, request id, advice) to the HTML that any visitor may see
    ``details``   (error, request, status, request id) to HTML for a developer
    ``headers``   () to those sent along with details
    ``entry``     (traceback text, request id) to the text for the log
    ``may_show``  whether the sender of a request may see details
    """

    refusal: Refusal
    details: Callable[[BaseException, Request, int, str], str]
    headers: Callable[[], Sequence[tuple[str, str]]]
    entry: Callable[[str, str], str]
    may_show: Callable[[Request], bool]


class PageHandler:
    """Serves the pages and files of one document root; shared by threads.

    *sessions* keeps the sessions, by *session_rules* where the dialect's are not
    enough. *csrf* has the guard look at all that changes something, unless a page says
    otherwise; *csrf_origins* are other sites it lets in. *cookie_keys* are those of
    signed cookies, the newest first. *find_visitor* makes the request of a proxy the
    visitor's, before anything else looks at it. *csp* is the Content-Security-Policy of
    pages, *catalogues* are the languages that they are translated into. *health* is
    the path where monitors ask. *scripts* answers with CGI programs.
    """

    def __init__(
        self,
        engine: Engine,
        root: DocumentRoot,
        reports: Reports,
        sessions: SessionStore,
        session_rules: Callable[[SessionRules], SessionRules] = lambda rules: rules,
        debug: bool = False,
        csrf: bool = False,
        cookie_keys: Sequence[str] = (),
        csrf_origins: frozenset[str] = frozenset(),
        find_visitor: Callable[[Request], None] | None = None,
        csp: str | None = None,
        fragments: bool = False,
        catalogues: Catalogues | None = None,
        health: str | None = None,
        scripts: RunScript | None = None,
    ):
        self.engine = engine
        self.root = root
        self.reports = reports
        self.sessions = sessions
        self.session_rules = session_rules
        self._rules: dict[tuple[SessionRules, bool], SessionRules] = {}
        self.debug = debug
        self.csrf = csrf
        self.cookie_keys = cookie_keys
        self.csrf_origins = csrf_origins
        self.find_visitor = find_visitor
        self.csp = csp
        self.fragments = fragments
        self.catalogues = catalogues
        self.health = health
        self.scripts = scripts

    def session_rules_of(self, rules: SessionRules, secure: bool) -> SessionRules:
        """The site's version of *rules*, a dialect's, which differs by scheme alone."""
        found = self._rules.get((rules, secure))
        if found is None:
            found = self.session_rules(rules)._replace(secure=secure)
            self._rules[rules, secure] = found
        return found

    def handle(self, request: Request, start: Start) -> Iterable[bytes]:
        """Answer *request* through *start*; what is left of the body is returned."""
        if request.path == self.health:
            from .http.health import answer_health

            return answer_health(request, start, self.root.folder)
        if self.find_visitor is not None:
            self.find_visitor(request)
        try:
            return self.answer(request, start, self.root.find(request.path))
        except errors.HTTPError as error:
            return self.refuse(request, start, error)
        except errors.ResponseCut:
            raise
        except Exception as error:
            request_id = self.note(error, request)
            text = self.error_text(error, request, 500, request_id)
            return _send_text(request, start, Response(500), text)

    def answer(self, request: Request, start: Start, target: Target) -> Iterable[bytes]:
        """Answer with what the path led to; raises HTTPError."""
        if target.kind is Kind.PAGE:
            return PageRun(self, request, start, target).run()
        if target.kind is Kind.SCRIPT and self.scripts is not None:
            if self.csrf:
                from .guard import check_origin

                check_origin(request, self.csrf_origins)
            return self.scripts(request, start, target, self._again)
        if target.kind is Kind.STATIC:
            from .http.static import send_file

            response, body = send_file(request, target)
            return Answer(request, response, start).pass_on(body)
        raise errors.HTTPError(301, headers=[("Location", folder_location(request))])

    def _again(self, request: Request, start: Start) -> Iterable[bytes]:
        """Answer *request*, which a program has asked for; raises HTTPError."""
        return self.answer(request, start, self.root.find(request.path))

    def refuse(
        self, request: Request, start: Start, error: errors.HTTPError
    ) -> Iterable[bytes]:
        """Answer with a status and a fixed text."""
        response = Response(error.status)
        for name, value in error.headers:
            response.headers[name] = value
        text = self.reports.refusal(error.status, "", error.advice)
        return _send_text(request, start, response, text)

    def note(self, error: BaseException, request: Request) -> str:
        """Write *error* into the log; the id under which it can be found there."""
        from os import urandom
        from traceback import format_exception

        request_id = urandom(8).hex()
        trace = "".join(format_exception(error)).rstrip()
        text = f"{request.method} {request.uri}\n{trace}"
        for line in self.reports.entry(text, request_id).split("\n"):
            site_log().error("%s", line)
        return request_id

    def error_text(
        self, error: BaseException, request: Request, status: int, request_id: str
    ) -> str:
        """HTML about *error*: everything for a developer, nothing for a visitor."""
        if self.reports.may_show(request):
            return self.reports.details(error, request, status, request_id)
        return self.reports.refusal(status, request_id)


def folder_location(request: Request) -> str:
    """Where a folder without its slash is: the same path with one."""
    from urllib.parse import quote

    path = quote(request.script_name + request.path, "/!$&'()*+,;=:@~")
    # A path of two slashes would be read as another host's.
    location = "/" + path.lstrip("/") + "/"
    return f"{location}?{request.query}" if request.query else location


def _send_text(
    request: Request, start: Start, response: Response, text: str
) -> Iterable[bytes]:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return Answer(request, response, start).finish(text.encode("utf-8", "replace"))
