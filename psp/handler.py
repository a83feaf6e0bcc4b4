"""PageHandler: Request to response, whatever server it came through."""

from __future__ import annotations

import sys

from . import errors
from .http.answer import Answer
from .http.exchange import Exchange
from .http.paths import Kind
from .http.response import Response
from .light import NamedTuple
from .manners import manners_of
from .runtime.output import Output
from .runtime.run import run_page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from logging import Logger
    from typing import Any, Protocol

    from .engine import Engine
    from .http.answer import Start
    from .http.forms import FieldStorage
    from .http.interface import PSPInterface
    from .http.languages import Catalogues, Language
    from .http.paths import DocumentRoot, Target
    from .http.request import Request
    from .runtime.run import LoadedPage
    from .session.base import Session
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


def site_log() -> Logger:
    """Where errors of pages are told; imported when there is one."""
    from logging import getLogger

    return getLogger("psp")


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


class ResponseCut(errors.PspError):
    """A page failed after its headers were sent; the server should drop the line."""


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
        except ResponseCut:
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


class PageRun:
    """One page answering one request."""

    form: FieldStorage | None = None
    session: Session | None = None
    language: Language | None = None
    page: LoadedPage | None = None
    broken: BaseException | None = None
    failed = False  # what the page did to its session does not count then

    def __init__(
        self, handler: PageHandler, request: Request, start: Start, target: Target
    ):
        self.handler = handler
        self.request = request
        self.target = target
        options = handler.engine.options
        try:
            self.page = handler.engine.load(target.name)
            options = self.page.page.options
        except errors.PageNotFound:
            raise errors.HTTPError(404) from None
        except BaseException as error:  # its declarations may raise SystemExit, too
            self.broken = error
        self.options = options
        self.manners = manners = manners_of(options)
        if options.methods and request.method not in options.methods:
            raise errors.HTTPError(405, headers=[("Allow", ", ".join(options.methods))])
        if options.limits:
            request.limits = request.limits._replace(**dict(options.limits))
        self.response = Response(200, manners.content_type)
        self.answer = Answer(request, self.response, start, manners.headers)
        self.output = Output(self.answer.send, options.buffer)
        self.exchange = Exchange(
            request,
            self.response,
            self.output,
            filename=target.filename,
            path_info=target.path_info,
            document_root=handler.root.folder,
            flush_writes=manners.eager,
        )
        if handler.csp is not None:
            from .http.csp import HEADER, with_nonce

            policy = (HEADER, with_nonce(handler.csp, self.exchange._nonce))
            self.answer.defaults = (*manners.headers, policy)

    def run(self) -> Iterable[bytes]:
        """Run the page to its end, whatever that is; the rest of the body."""
        try:
            self._guard()
            ended_well = self.manners.answer(self)
            if self.session is not None and ended_well:
                self.session.commit()
            body = self.answer.finish(self.output.body())
        except BaseException as error:
            self.exchange.run_cleanups()
            self._translate(error)
            raise
        finally:
            if self.session is not None:
                self.session.close()
                self.answer.before = None  # it leads back to this very run
        if self.exchange.has_cleanups():
            return _WithCleanups(body, self.exchange)
        return body

    def _guard(self) -> None:
        """Raise ForgedRequest for what another site may have had a visitor send."""
        csrf = self.options.csrf
        guarded = csrf == "on" or csrf == "site" and self.handler.csrf
        if not guarded:
            return
        from .guard import SAFE, check_forgery

        if self.request.method in SAFE:
            return
        try:
            check_forgery(self)
        except errors.ForgedRequest as error:
            request = self.request
            site_log().warning("refused %s %r: %s", request.method, request.uri, error)
            raise

    def _translate(self, error: BaseException) -> None:
        """Raise what *error*, which nothing has answered, means to the server."""
        if isinstance(error, errors.SessionUnavailable) and not self.answer.started:
            raise errors.HTTPError(503) from error
        if self.answer.started and not isinstance(error, ResponseCut):
            request_id = self.handler.note(error, self.request)
            message = f"failed after headers were sent: {request_id}"
            raise ResponseCut(message) from error

    def run_page(self) -> bool:
        """Run the page, or what takes its place; whether that came to a good end."""
        interface = None
        try:
            if self.page is None:
                assert self.broken is not None
                raise self.broken
            names = self._names(self.page)
            if self.page.needs_interface:
                interface = self._interface(names)
            if interface is not None and self.handler.fragments:
                self._run_fragment(self.page, names, interface)
                return True
            run_page(self.page, names, self.output, interface, self.handler.engine)
            if interface is not None:
                interface.finish()
        except errors.HTTPError as error:
            self._end(error)
        except errors.SessionUnavailable as error:
            self.handler.note(error, self.request)
            self._end(errors.HTTPError(503))
            return False
        except BaseException as error:
            return self._fail(error, interface)
        return True

    def _run_fragment(
        self, page: LoadedPage, names: dict[str, Any], interface: PSPInterface
    ) -> None:
        """Run *page* for the fragment that is asked for, or for all of it.

        Raises HTTPError 404 where the query names one that the page does not write.
        """
        from .http.asked import asked_fragment
        from .runtime.parts import FragmentDone

        interface._wanted, needed = asked_fragment(self.request)
        self.response.headers.add("Vary", "HX-Request, HX-Target")
        try:
            run_page(page, names, self.output, interface, self.handler.engine)
            if needed:
                raise errors.HTTPError(404)
            interface.finish()
        except FragmentDone as done:
            self.output.unwind(0)
            self.output.reset()
            self.output.write(done.text)

    def note(self, error: BaseException) -> str:
        """Write *error* into the log; the id under which it can be found there."""
        return self.handler.note(error, self.request)

    def _names(self, page: LoadedPage) -> dict[str, Any]:
        """The names of a page, with those it mentions made ready."""
        names = {**self.handler.engine.names, "req": self.exchange}
        if "session" in page.names:
            names["session"] = self.make_session()
        elif self.options.session == "write":
            self.make_session()
        if "form" in page.names:
            names["form"] = self.make_form()
        if "_" in page.names or "ngettext" in page.names:
            names |= self.translators(page)
        return names

    def _interface(self, names: dict[str, Any]) -> PSPInterface:
        from .http.interface import PSPInterface

        handler = self.handler
        return PSPInterface(
            handler.engine, self.output, names, self, handler.cookie_keys
        )

    def make_form(self) -> FieldStorage:
        """The form of the request, the same for every page that runs for it."""
        if self.form is None:
            from .http.forms import FieldStorage

            manners = self.manners
            if "progress=" in self.request.query:
                self.request.session = self.session_id()
            self.form = self.exchange.form = FieldStorage(
                self.exchange, True, rules=manners.form_rules, lazy=not manners.eager
            )
        return self.form

    def make_session(self) -> Session:
        """The session of the visitor, likewise."""
        if self.session is None:
            self.session = self.exchange.session = self.open_session(
                self.options.session
            )
            self.answer.before = self._add_session_headers
            if self.answer.started:
                self.session.headers()  # too late to send any; it has to know
        return self.session

    def make_language(self) -> Language:
        """The language of the answer, likewise."""
        if self.language is None:
            from .http.languages import Catalogues, Language

            catalogues = self.handler.catalogues or Catalogues(None)
            self.language = Language(catalogues, self.request, self.response)
        return self.language

    def translators(self, page: LoadedPage) -> dict[str, Any]:
        """The functions of gettext that *page* mentions, if the site is translated."""
        if self.handler.catalogues is None:
            return {}
        language = self.make_language()
        functions = {"_": language.gettext, "ngettext": language.ngettext}
        return {name: functions[name] for name in functions if name in page.names}

    def session_id(self) -> str:
        """The id of a session as the visitor's cookie has it, or ""."""
        return self.request.cookies.get(self._session_rules().cookie_name, "")

    def open_session(self, mode: str) -> Session:
        """A session of the visitor, used as *mode* says; the caller closes it."""
        from .session.base import Session

        rules = self._session_rules()
        cookie = self.request.cookies.get(rules.cookie_name)
        # The request is the owner: nothing leads from it back to the session, so that
        # both are gone once they are done with, without the garbage collector.
        return Session(
            cookie, self.handler.sessions, rules, owner=self.request, mode=mode
        )

    def _session_rules(self) -> SessionRules:
        secure = self.request.scheme == "https"
        return self.handler.session_rules_of(self.manners.session_rules, secure)

    def _add_session_headers(self) -> None:
        """Add what the session has to say, unless its page has failed."""
        if self.session is not None and not self.failed:
            for name, value in self.session.headers():
                self.response.headers.add(name, value)

    def _end(self, error: errors.HTTPError) -> None:
        """The page ended itself, by a redirect or with a status."""
        if self.answer.started:
            request_id = self.handler.note(error, self.request)
            raise ResponseCut(f"headers were sent before {error!r} ({request_id})")
        self.output.unwind(0)
        self.manners.end(self, error)

    def _fail(self, error: BaseException, interface: PSPInterface | None) -> bool:
        """The page raised *error*: whether its error page could answer."""
        self.output.unwind(0)
        page = interface.error_page if interface is not None else None
        if page is not None:
            try:
                self._run_error_page(page)
                return True
            except errors.HTTPError as ending:
                self._end(ending)
                return True
            except BaseException as failure:
                error = failure
        self.failed = True
        request_id = self.handler.note(error, self.request)
        self.output.unwind(0)
        self.output.settle()
        if self.answer.started and not self.manners.shows(self):
            raise ResponseCut(f"a page failed after headers were sent: {request_id}")
        self.manners.fail(self, error, request_id)
        return False

    def _run_error_page(self, page: LoadedPage) -> None:
        if not self.answer.started:
            self.manners.prepare_error_page(self)
        names = {**self._names(page), "exception": sys.exc_info()}
        fresh = self._interface(names)
        run_page(page, names, self.output, fresh, self.handler.engine)
        fresh.finish()

    def refuse(self, status: int, request_id: str = "") -> None:
        """Write the fixed text of *status*."""
        self.become_error(status)
        self.output.write(self.handler.reports.refusal(status, request_id))

    def become_error(self, status: int) -> None:
        """Drop the headers of the page; what is written next runs nothing."""
        self.response.become_error(status)
        if self.handler.csp is not None:
            from .http.csp import FIXED, HEADER

            self.response.headers[HEADER] = FIXED

    def error_text(self, error: BaseException, status: int, request_id: str) -> str:
        """HTML about *error*, by who asks."""
        return self.handler.error_text(error, self.request, status, request_id)


class _WithCleanups:
    """A body whose end, or abandonment, runs what pages registered for it."""

    def __init__(self, body: Iterable[bytes], exchange: Exchange):
        self._body = body
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Called by the server once the response is done with (PEP 3333)."""
        self._exchange.run_cleanups()


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
