"""A view that answers for a folder of pages, as WSGIApplication does."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Mapping
from http.cookies import Morsel
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.conf import settings as project
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)

from ...adapters.wsgi import WSGIApplication
from ...settings import Settings

if TYPE_CHECKING:
    from ...adapters.wsgi import Environ

#: Bytes of an answer beyond which it is not collected first.
LARGE = 65536

View = Callable[..., HttpResponseBase]


def page_view(
    document_root: str | os.PathLike[str] | None = None,
    *,
    settings: Settings | None = None,
    **options: Any,
) -> View:
    """The view for ``re_path(r"^shop/(?P<path>.*)$", …)``: a document root below it.

    The arguments are those of WSGIApplication. Django's protection against forged
    requests is not asked: it would read uploads; the setting ``csrf`` is for that.
    What pages flush is sent when they end.
    """
    site = WSGIApplication(document_root, settings=settings, **options)

    def view(request: HttpRequest, path: str = "") -> HttpResponseBase:
        return _answer(site, _environ(request, path))

    view.csrf_exempt = True  # type: ignore[attr-defined]
    return view


def _environ(request: HttpRequest, path: str) -> Environ:
    """The environ for *path* of the site, which the path of *request* ends in.

    Whoever is logged in with Django is REMOTE_USER.
    """
    prefix = request.path[: len(request.path) - len(path)].rstrip("/")
    served_by_wsgi = "wsgi.input" in request.META
    in_chunks = _ends_by_itself(request.META)
    environ = {
        "wsgi.version": (1, 0),
        "wsgi.errors": None,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **request.META,
        # Django may have read its own, which stops at its end; chunks it leaves alone.
        "wsgi.input": request.META["wsgi.input"] if in_chunks else request,
        "wsgi.input_terminated": in_chunks or not served_by_wsgi,
        "wsgi.url_scheme": request.scheme,
        "SCRIPT_NAME": _wire(prefix),
        "PATH_INFO": _wire(f"/{path}"),
    }
    if project.SESSION_COOKIE_NAME in request.COOKIES and hasattr(request, "user"):
        if request.user.is_authenticated:
            environ["REMOTE_USER"] = request.user.get_username()
    return environ


def _ends_by_itself(meta: Mapping[str, Any]) -> bool:
    """Whether a WSGI server has a body in chunks, which Django takes for none."""
    unmeasured = "HTTP_TRANSFER_ENCODING" in meta and not meta.get("CONTENT_LENGTH")
    return unmeasured and bool(meta.get("wsgi.input_terminated"))


def _wire(text: str) -> str:
    """*text* with its bytes spelt as Latin-1 (PEP 3333)."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def _answer(site: WSGIApplication, environ: Environ) -> HttpResponseBase:
    """What *site* answers; what is large goes out in pieces where the server is WSGI's.

    That of ASGI would have Django collect them all.
    """
    heads: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        heads.append((status, headers))
        return written.append

    result = site(environ, start)
    status, headers = heads[-1]
    by_wsgi = environ["wsgi.errors"] is not None
    response = _response(written, result, by_wsgi and _length(headers) > LARGE)
    code, _, reason = status.partition(" ")
    response.status_code, response.reason_phrase = int(code), reason
    _copy_headers(headers, response)
    return response


def _length(headers: Iterable[tuple[str, str]]) -> int:
    return next((int(v) for k, v in headers if k.lower() == "content-length"), 0)


def _response(
    written: list[bytes], result: Iterable[bytes], streams: bool
) -> HttpResponseBase:
    if streams:
        response = StreamingHttpResponse(chain(written, result))
        if hasattr(result, "close"):
            response._resource_closers.append(result.close)
        return response
    try:
        return HttpResponse(b"".join(chain(written, result)))
    finally:
        if hasattr(result, "close"):
            result.close()


def _copy_headers(
    headers: Iterable[tuple[str, str]], response: HttpResponseBase
) -> None:
    """Give *response* the *headers*, and none of its own; cookies go as they are."""
    del response.headers["Content-Type"]
    for name, value in headers:
        if name.lower() == "set-cookie":
            _add_cookie(response, value)
        elif name in response.headers:
            response.headers[name] = f"{response.headers[name]}, {value}"
        else:
            response.headers[name] = value


def _add_cookie(response: HttpResponseBase, text: str) -> None:
    """Add the cookie of a header *text*, beside others of its name."""
    name = text.partition("=")[0].strip()
    # Django looks for cookies by name, but sends whatever is there.
    key = text if name in response.cookies else name
    dict.__setitem__(response.cookies, key, _Sent(text))


class _Sent(Morsel[str]):
    """A cookie in the words of the page, which Django would choose anew."""

    text = ""

    def __init__(self, text: str) -> None:
        super().__init__()
        name, _, value = text.partition(";")[0].partition("=")
        state = {"key": name.strip(), "value": value.strip()}
        # Not set(), which refuses names that browsers take.
        self.__setstate__({**state, "coded_value": value.strip()})  # type: ignore[attr-defined]
        self.text = text

    def set(self, key: str, val: str, coded_val: str) -> None:
        """Be another cookie, of Django's."""
        self.text = ""
        super().set(key, val, coded_val)

    def OutputString(self, attrs: Container[str] | None = None) -> str:
        """What is sent."""
        return self.text or super().OutputString(attrs)
