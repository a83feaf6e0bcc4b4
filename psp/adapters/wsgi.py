"""WSGI (PEP 3333): environ to Request; start_response serves as it is."""

from __future__ import annotations

import os

from .. import errors
from ..http.fieldvalues import from_wire
from ..http.limits import DEFAULT_LIMITS, Limits
from ..http.paths import Kind
from ..http.request import Request, parse_content_length
from .site import limits_of, make_handler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from ..handler import PageHandler
    from ..http.headers import Headers
    from ..session.store import SessionStore
    from ..settings import Settings

    Environ = dict[str, Any]
    StartResponse = Callable[..., Callable[[bytes], object]]

#: Header fields that CGI spells without HTTP_ (RFC 3875, section 4.1).
_PLAIN = {"CONTENT_TYPE": "Content-Type", "CONTENT_LENGTH": "Content-Length"}

#: HTTP_PROXY programs take for a setting (CVE-2016-5385); the others nginx sends to
#: FastCGI, SCGI and uWSGI besides the variables that have the same without HTTP_.
NOT_HEADERS = frozenset({"HTTP_PROXY", "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"})

#: Where a server may put the header fields as they were sent, as pairs of str: WSGI
#: itself keeps neither their spelling nor their order.
RAW_HEADERS = "psp.headers"

#: Where a server may put a function that tells whether the visitor has left.
IS_GONE = "psp.is_gone"


class WSGIApplication:
    """A document root as a WSGI application.

    Keyword arguments are settings by name, such as ``development=True`` or
    ``session={"timeout": 600}``; or *settings* is a whole Settings object. *sessions*
    takes the place of the store that they name. Raises SettingsError, and TypeError for
    both at once.
    """

    def __init__(
        self,
        document_root: str | os.PathLike[str] | None = None,
        *,
        settings: Settings | None = None,
        sessions: SessionStore | None = None,
        **options: Any,
    ):
        if document_root is not None:
            options["document_root"] = os.fspath(document_root)
        if settings is None:
            from ..settings import load_settings

            settings = load_settings(environ={}, options=options)
        elif options.keys() - {"document_root"}:
            raise TypeError("settings or keyword arguments, not both")
        elif options:
            from dataclasses import replace

            settings = replace(settings, document_root=options["document_root"])
        self.settings = settings
        self.limits = limits_of(settings)
        self.handler = make_handler(settings, sessions=sessions)

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        return serve(self.handler, environ, start_response, self.limits)

    def body_limit(self, path: str) -> int:
        """Bytes that a body sent to *path*, of an environ, may have.

        For servers that take in a body before they call the application.
        """
        handler, limit = self.handler, self.limits.body_bytes
        try:
            target = handler.root.find(_decoded(path))
            if target.kind is Kind.PAGE:
                page = handler.engine.get_page(target.name)
                limit = dict(page.options.limits).get("body_bytes", limit)
        except Exception:  # told to whoever gets as far as the application
            pass
        return limit


def serve(
    handler: PageHandler,
    environ: Environ,
    start_response: StartResponse,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterable[bytes]:
    """Have *handler* answer the request of *environ*."""
    try:
        request: Request = WSGIRequest(environ, limits)
    except errors.HTTPError as error:
        request = Request(method=environ.get("REQUEST_METHOD", "GET"))
        return handler.refuse(request, start_response, error)
    if request.content_length:
        return _answer_body(handler, request, start_response)
    return handler.handle(request, start_response)


def _answer_body(
    handler: PageHandler, request: Request, start_response: StartResponse
) -> Iterable[bytes]:
    """Have *handler* answer a request with a body, and read what is left of that.

    Servers that close a connection with something unread reset it, and a proxy before
    them has lost the answer. For who is refused nothing is read.
    """
    statuses: list[str] = []

    def start(status: str, headers: list[tuple[str, str]]) -> Any:
        statuses.append(status)
        return start_response(status, headers)

    answer = handler.handle(request, start)
    if statuses and statuses[-1] < "400":
        _drain(request)
    return answer


def _drain(request: Request) -> None:
    """Read what is left of a body, unless it is over the limit."""
    body = request.body
    if body.remaining and (request.content_length or 0) <= body.limit:
        try:
            body.discard()
        except (errors.HTTPError, OSError):
            pass


def request_of(environ: Environ, limits: Limits = DEFAULT_LIMITS) -> Request:
    """The request of *environ*; raises HTTPError 400 for a length that is none."""
    return WSGIRequest(environ, limits)


#: How the members of a request that few pages look at are taken from its environ.
_MEMBERS: dict[str, Callable[[Environ], object]] = {
    "query": lambda environ: environ.get("QUERY_STRING", ""),
    "_headers": lambda environ: headers_of(environ),
    "_stream": lambda environ: environ["wsgi.input"],
    "input_terminated": lambda environ: bool(environ.get("wsgi.input_terminated")),
    "scheme": lambda environ: environ.get("wsgi.url_scheme", "http"),
    "server_name": lambda environ: environ.get("SERVER_NAME", "localhost"),
    "server_port": lambda environ: int(environ.get("SERVER_PORT") or 80),
    "remote_addr": lambda environ: environ.get("REMOTE_ADDR", ""),
    "remote_port": lambda environ: int(environ.get("REMOTE_PORT") or 0),
    "protocol": lambda environ: environ.get("SERVER_PROTOCOL", "HTTP/1.0"),
    "script_name": lambda environ: _decoded(environ.get("SCRIPT_NAME", "")),
    "is_gone": lambda environ: environ.get(IS_GONE, lambda: False),
    "raw_uri": lambda environ: (
        environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    ),
}


class WSGIRequest(Request):
    """The request of *environ*: what nobody looks at is not taken from it."""

    environ: Environ

    def __init__(self, environ: Environ, limits: Limits):
        get = environ.get
        path = get("PATH_INFO") or "/"
        self.environ = environ
        self.limits = limits
        self.method = get("REQUEST_METHOD", "GET")
        self.path = path if path.isascii() else _decoded(path)
        length = get("CONTENT_LENGTH")
        self.content_length = parse_content_length(length) if length else None

    def __getattr__(self, name: str) -> Any:
        if name not in _MEMBERS:
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
        value = self.__dict__[name] = _MEMBERS[name](self.environ)
        return value

    def cookie_header(self) -> str:
        """The Cookie header, without making a table of all where there is none yet."""
        if "headers" in self.__dict__ or RAW_HEADERS in self.environ:
            return super().cookie_header()
        return from_wire(self.environ.get("HTTP_COOKIE", ""))


def headers_of(environ: Environ) -> Headers:
    """The header fields of *environ*, in their usual spelling, but for ``Proxy``."""
    from ..http.headers import Headers

    raw = environ.get(RAW_HEADERS)
    if raw is not None:
        return Headers.received((k, v) for k, v in raw if k.lower() != "proxy")
    pairs = []
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            if key not in NOT_HEADERS:
                pairs.append((key[5:].replace("_", "-").title(), value))
        elif key in _PLAIN and value:
            pairs.append((_PLAIN[key], value))
    return Headers.received(pairs)


def _decoded(text: str) -> str:
    """Text that WSGI spells as Latin-1, as what it is: UTF-8 (PEP 3333)."""
    return text.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
