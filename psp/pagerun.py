"""PageRun: one page answering one request, whatever comes of it."""

from __future__ import annotations

import sys

from . import errors
from .http.answer import Answer
from .http.exchange import Exchange
from .http.response import Response
from .manners import manners_of
from .runtime.output import Output
from .runtime.run import run_page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from logging import Logger
    from typing import Any

    from .handler import PageHandler
    from .http.answer import Start
    from .http.forms import FieldStorage
    from .http.interface import PSPInterface
    from .http.languages import Language
    from .http.paths import Target
    from .http.request import Request
    from .runtime.run import LoadedPage
    from .session.base import Session
    from .session.rules import SessionRules


def site_log() -> Logger:
    """Where errors of pages are told; imported when there is one."""
    from logging import getLogger

    return getLogger("psp")


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
        if self.answer.started and not isinstance(error, errors.ResponseCut):
            request_id = self.handler.note(error, self.request)
            message = f"failed after headers were sent: {request_id}"
            raise errors.ResponseCut(message) from error

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
            raise errors.ResponseCut(
                f"headers were sent before {error!r} ({request_id})"
            )
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
            raise errors.ResponseCut(
                f"a page failed after headers were sent: {request_id}"
            )
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
