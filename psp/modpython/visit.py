"""Visit: one request to an application, from its path through the phases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ..errors import HTTPError
from ..http import exchange
from ..http.answer import Answer
from ..http.paths import Kind, Target
from ..http.request import Request
from ..http.response import Response
from ..http.static import send_file
from ..options import MOD_PYTHON
from ..runtime.output import Output
from .access import Visitor
from .constants import (
    DECLINED,
    HTTP_FORBIDDEN,
    HTTP_INTERNAL_SERVER_ERROR,
    HTTP_METHOD_NOT_ALLOWED,
    HTTP_MOVED_PERMANENTLY,
    HTTP_NOT_FOUND,
    HTTP_NOT_IMPLEMENTED,
    HTTP_OK,
    HTTP_UNAUTHORIZED,
    M_INVALID,
    OK,
)
from .dispatch import Run
from .filters import INPUT, OUTPUT, Filter, FilterChain
from .handlers import run_phase
from .modules import set_path
from .places import TYPES, normal_path
from .request import mp_request
from .settings import CONTENT, OURS, Handler, Settings, extension_of
from .site import attach
from .tables import Headers

if TYPE_CHECKING:
    from ..http.answer import Start
    from .application import Application

Write = Callable[[bytes], object]

_EARLY = (
    "PythonPostReadRequestHandler",
    "PythonTransHandler",
    "PythonHeaderParserHandler",
    "PythonInitHandler",
)
_LATE = ("PythonTypeHandler", "PythonFixupHandler")
_AFTER = ("PythonLogHandler", "PythonCleanupHandler")
_FILE_METHODS = "GET, HEAD, POST, OPTIONS"
_MOST_REDIRECTS = 10  # internal ones; as many as Apache allows


class Visit:
    """One request on its way; *before* is what it is an internal redirect of."""

    settings: Settings
    dispatch: Run
    #: What takes the place of the output, a file or the answer of a redirect.
    body: Iterable[bytes] | None = None
    replaced = False

    def __init__(
        self,
        application: Application,
        request: Request,
        start: Start,
        before: Visit | None = None,
    ):
        self.application = application
        self.request = request
        self.start = start
        self.before = before
        self.depth: int = before.depth + 1 if before is not None else 0

    def run(self) -> Iterable[bytes]:
        """Answer the request; what is left of the body, to be closed."""
        try:
            self._enter(self._find())
        except HTTPError as error:
            return self.application.refuse(self.request, self.start, error)
        except Exception as error:  # such as an .htaccess that cannot be read
            self.application.site.handler.note(error, self.request)
            broken = HTTPError(HTTP_INTERNAL_SERVER_ERROR)
            return self.application.refuse(self.request, self.start, broken)
        try:
            self._go_through_phases()
            body = self.body
            if body is None:
                rest = self.filters.feed(self.output.body(), ended=True)
                body = self.answer.finish(rest)
        except BaseException:
            self.req.run_cleanups()
            raise
        return _Body(body, self)

    # finding and setting up

    def _find(self) -> Target:
        """What the path leads to; for a folder the first index it has."""
        places = self.application.places
        raw = self.request.raw_uri.partition("?")[0].lower()
        if "%2f" in raw:  # decoded, it cannot be told from what divides a path
            raise HTTPError(HTTP_NOT_FOUND)
        self.request.path = normal_path(self.request.path)
        target = places.locate(self.request.path)
        is_folder = target.kind is Kind.FOLDER
        self.settings = self._settings_of(target.filename + "/" * is_folder)
        if target.kind is not Kind.MISSING or target.filename[-1] != "/":
            return target
        for name in self.settings.index:
            index = places.locate(f"/{target.name}{name}")
            if index.kind is Kind.PAGE:
                self.settings = self._settings_of(index.filename)
                self.request.path = f"/{index.name}"
                return index
        return target

    def _settings_of(self, filename: str) -> Settings:
        configuration = self.application.configuration
        return configuration.settings_for(filename, self.request.path)

    def _enter(self, target: Target) -> None:
        """Make the ``req``, and all that answers."""
        application, settings = self.application, self.settings
        self.target = target
        kind = settings.media_type(target.filename)
        if kind is None:
            kind = TYPES.get(extension_of(target.filename).lower(), "")
        self.response = Response(content_type=kind)
        self.response.headers, self.response.err_headers = Headers(), Headers()
        if self.before is not None:
            self.response.status = self.before.response.status
            self.response.err_headers.update(self.before.response.err_headers)
        self.answer = Answer(self.request, self.response, self.start)
        self.output = Output(self._send, MOD_PYTHON.buffer)
        self.req = mp_request(
            self.request,
            self.response,
            self.output,
            filename=target.filename,
            path_info=target.path_info,
            document_root=application.document_root,
            options=settings.options,
            config=settings.config,
            redirect=self._redirect,
        )
        self.req._settings = settings
        self.req.handler = settings.apache_handler(target.filename) or ""
        if self.before is not None:
            self.req._prev, self.before.req._next = self.before.req, self.req
        attach(self.req, application.site)
        site = application.site
        self.dispatch = Run(site, self.req, self.response, self.output, self.answer)
        self.filters = FilterChain(self.req.output_filters, self._filter_failed)

    def _send(self, data: bytes) -> None:
        if not self.replaced:
            self.req._bytes_sent += len(data)
            self.answer.send(self.filters.feed(data))

    def _filter_failed(self, error: Exception, item: Filter) -> bytes:
        return self.dispatch.filter_failed(error, item)

    # the phases

    def _go_through_phases(self) -> None:
        try:
            if "PythonPath" in self.settings.config:
                set_path(self.settings.config["PythonPath"])
            self._add_filters()
        except Exception as error:  # one cannot be imported, or fails
            self.dispatch.fail(error)
            return
        for phase in _EARLY:
            if not self._passes(phase):
                return
        if self.req.filename != self.target.filename:
            self.settings = self._settings_of(self.req.filename)
        if not (self._lets_in() and all(map(self._passes, _LATE))):
            return
        if self.target.kind is Kind.FOLDER:
            self._redirect_to_folder()
        elif self.req.handler in OURS:
            self.dispatch.content(self._handlers(CONTENT), self._send_file)
        else:
            self._send_file()

    def _add_filters(self) -> None:
        """Put the filters of the directives in place, so far as they are ours."""
        settings = self.settings
        for name in settings.output_filters:
            if (OUTPUT, name) in settings.filters:
                self.req.add_output_filter(name)
        for name in settings.input_filters:
            if (INPUT, name) in settings.filters:
                self.req.add_input_filter(name)

    def _passes(self, phase: str) -> bool:
        """Whether the request goes on after *phase*."""
        result = self._result(phase)
        if result in (OK, DECLINED):
            return True
        if result is not None:
            self.dispatch.conclude(result)
        return False

    def _result(self, phase: str) -> int | None:
        handlers = self._handlers(phase)
        if not handlers and "added_handlers" not in vars(self.req):
            return DECLINED
        return self.dispatch.phase(phase, handlers)

    def _handlers(self, phase: str) -> tuple[Handler, ...]:
        extension = extension_of(self.req.filename)
        return self.settings.handlers_of(phase, extension)

    def _lets_in(self) -> bool:
        """Whether the rules of access and their handlers let the visitor in."""
        if not self._passes("PythonAccessHandler"):
            return False
        settings, visitor = self.settings, self._visitor()
        if settings.hosts is not None and not settings.hosts.lets_in(visitor):
            return self._refuse(HTTP_FORBIDDEN)
        if not settings.require or any(r.is_met(visitor) for r in settings.require):
            return True
        if not any(requirement.needs_user for requirement in settings.require):
            return self._refuse(HTTP_FORBIDDEN)
        return self._authenticates()

    def _authenticates(self) -> bool:
        """Whether handlers know the visitor as somebody who is let in."""
        result = self._result("PythonAuthenHandler")
        if result == OK and self._passes("PythonAuthzHandler"):
            visitor = self._visitor()
            if any(rule.is_met(visitor) for rule in self.settings.require):
                return True
            return self._refuse(HTTP_UNAUTHORIZED)
        if result == DECLINED:
            return self._refuse(HTTP_UNAUTHORIZED)
        if result not in (None, OK):
            self.dispatch.conclude(result)
        return False

    def _visitor(self) -> Visitor:
        return Visitor(self.request.remote_addr, self.req.user)

    def _refuse(self, status: int) -> bool:
        self.dispatch.refuse(status)
        return False

    # what no handler answers

    def _redirect_to_folder(self) -> None:
        """Send the visitor to the folder's own path, its slash at the end."""
        path, mark, query = self.req.unparsed_uri.partition("?")
        location = self.req.construct_url(f"{path}/{mark}{query}")
        self.response.err_headers["Location"] = location
        self.dispatch.refuse(HTTP_MOVED_PERMANENTLY)

    def _send_file(self) -> None:
        """Answer with the file itself, if files of its kind are sent at all."""
        try:
            if self.req.handler not in ("", "default-handler", *OURS):
                raise HTTPError(HTTP_NOT_FOUND)
            if self.request.method == "OPTIONS":
                self.response.err_headers["Allow"] = _FILE_METHODS
                return
            self._answer_with_file()
        except HTTPError as error:
            status = error.status
            if status == HTTP_METHOD_NOT_ALLOWED:
                self.response.err_headers["Allow"] = _FILE_METHODS
                if self.req.method_number == M_INVALID:
                    status = HTTP_NOT_IMPLEMENTED
            self.dispatch.refuse(status)

    def _answer_with_file(self) -> None:
        files = self.application.site.handler.root
        target = files.find(f"/{self.target.name}{self.target.path_info}")
        request = copy(self.request)
        if request.method == "POST":  # as there: what was sent is not looked at
            request.method = "GET"
        found, body = send_file(request, target)
        response, written = self.response, self.output.body()
        if written and response.sends_body(request.method):
            del found.headers["Content-Length"]
            body = chain((written,), body)
        if self.answer.started:
            self.body = body
            return
        if response.status == HTTP_OK:  # one that a handler has set stays
            response.status = found.status
        is_typed = self.req._content_type_set
        if not is_typed and not self.settings.media_type(target.filename):
            response.content_type = found.content_type
        for name, value in found.headers.items():
            response.headers[name] = value
        if self.filters:
            del response.headers["Content-Length"]
            body = self.filters.wrap(body)
        self.body = self.answer.pass_on(body)

    # internal redirects

    def _redirect(self, req: exchange.mp_request, uri: str) -> None:
        """Answer with the request for *uri* in place of this one."""
        if self.depth >= _MOST_REDIRECTS:
            raise RuntimeError("too many internal redirects")
        path, _, query = uri.partition("?")
        request = copy(self.request)
        request.body = self.request.body
        request.path, request.query = unquote(path, errors="surrogateescape"), query
        request.raw_uri = request.uri = uri
        self.replaced = True
        start = self._go_on if self.answer.started else self.start
        inner = Visit(self.application, request, start, self)
        self.body = inner.run()

    def _go_on(self, status: str, headers: list[tuple[str, str]]) -> Write:
        """Take the place of ``start`` once headers are out: they stay as they are."""
        return self.answer.send

    def close(self) -> None:
        """Run what comes after the answer: the log and clean-up phases, clean-ups."""
        for phase in _AFTER:
            try:
                run_phase(self.req, phase, self._handlers(phase))
            except Exception as error:
                self.application.site.handler.note(error, self.request)
        self.req.run_cleanups()


class _Body:
    """The body of an answer, at whose end the rest of the phases run (PEP 3333)."""

    def __init__(self, body: Iterable[bytes], visit: Visit):
        self._body = body
        self._visit: Visit | None = visit

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Called by the server once the answer is sent, or given up."""
        visit, self._visit = self._visit, None
        if visit is None:
            return
        close = getattr(self._body, "close", None)
        try:
            if close is not None:
                close()
        finally:
            visit.close()
