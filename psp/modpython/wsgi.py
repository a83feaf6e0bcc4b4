"""``mod_python.wsgi``: a WSGI application (PEP 3333) as a handler."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from .constants import DECLINED, OK
from .handlers import find_module
from .request import mp_request

__name__ = "mod_python.wsgi"  # what pages print, and find it under

APPLICATION, BASE_URI = "mod_python.wsgi.application", "mod_python.wsgi.base_uri"


def handler(req: mp_request) -> int:
    """Run the application that an option names; KeyError without one.

    DECLINED if its module has none of that name, or the path lies outside of it.
    """
    name, _, function = str(req.get_options()[APPLICATION]).partition("::")
    module = find_module(name, req.hlist.directory)
    application = getattr(module, function or "application", None)
    if application is None:
        return DECLINED
    environ = req.build_wsgi_env()
    if environ is None:
        return DECLINED
    response = application(environ, req.wsgi_start_response)
    try:
        for piece in response:
            req.write(piece)
    finally:
        if hasattr(response, "close"):
            response.close()
    return OK


def environ_of(req: mp_request) -> dict[str, Any] | None:
    """The environ of *req*; None where its path lies outside the base URI."""
    base = str(req.get_options().get(BASE_URI) or req._settings.location)
    if base.endswith("/"):
        text = f"PythonOption {BASE_URI!r} ({base!r}) must not end with '/'"
        raise ValueError(text)
    path = req.uri
    if base and path != base and not path.startswith(f"{base}/"):
        return None
    req.add_cgi_vars()
    environ: dict[str, Any] = {name: _native(v) for name, v in _variables(req)}
    environ.update(
        {
            "SCRIPT_NAME": _native(base),
            "PATH_INFO": _native(path[len(base) :]),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if req.is_https() else "http",
            "wsgi.input": req,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": bool(req._request.environ.get("wsgi.multithread")),
            "wsgi.multiprocess": bool(req._request.environ.get("wsgi.multiprocess")),
            "wsgi.run_once": False,
        }
    )
    return environ


def start_response(
    req: mp_request,
    status: str,
    headers: Iterable[tuple[str, str]],
    exc_info: Any = None,
) -> Callable[[str | bytes], None]:
    """Take over status and headers; what is written goes out without a flush."""
    if exc_info and req.sent_bodyct:
        raise exc_info[1].with_traceback(exc_info[2])
    req.headers_out.clear()
    req.status_line = status
    req.status = int(status[:3])
    for name, value in headers:
        if name.lower() == "content-type":
            req.content_type = value
        else:
            req.headers_out.add(name, value)
    return lambda data: req.write(data)


def _variables(req: mp_request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in req.subprocess_env.items()]


def _native(text: str) -> str:
    """*text* as WSGI has it: its UTF-8 bytes spelt as Latin-1."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
