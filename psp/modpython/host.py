"""Pages inside Apache's own mod_python: ``PythonHandler psp.modpython | .psp``.

Apache finds the file, runs the other phases, sends errors of its own and dispatches
handlers; the pages, their forms, templates and sessions are ours. What a site imports
from ``mod_python`` is ours from the first request on that comes here, except for
``apache``, which is Apache's in our modules as well.

``PythonOption psp.settings FILE`` names a psp.toml. Of it count the cache folder and
its key, the reload interval, the encoding, the limits, and the session's store, cookie
and timeout.
"""

from __future__ import annotations

import logging
import os
import sys
from functools import lru_cache
from importlib import import_module
from typing import Any

from ..adapters.site import limits_of, make_handler
from ..debug.modpython import report_text
from ..errors import HTTPError, SessionUnavailable
from ..http.limits import Limits
from ..loaders import FileLoader
from ..settings import load_settings
from .adopted import ApacheRequest, twin_of
from .apache import SERVER_RETURN
from .constants import (
    DECLINED,
    DONE,
    HTTP_INTERNAL_SERVER_ERROR,
    HTTP_NOT_FOUND,
    HTTP_SERVICE_UNAVAILABLE,
)
from .foreign import Answer
from .install import ALIASES, PACKAGE
from .site import Site, attach

SETTINGS_OPTION = "psp.settings"
_OURS = ("util", "Session", "Cookie", "psp")
_ERROR = 300  # results from here on are statuses that end a request


def serve(answer: Answer, native: Any) -> int:
    """The result of the handler *answer* for Apache, its output handed over.

    A handler that declines is answered by 404: Apache would send the file, which is
    the source of a page or module.
    """
    try:
        req = request_of(native)
    except UnicodeDecodeError:  # of a path that names no page
        return HTTP_NOT_FOUND
    try:
        result = answer(req)
    except SERVER_RETURN as ending:
        result = _result_of(req, ending)
    except SessionUnavailable as error:
        _note(req, error)
        result = HTTP_SERVICE_UNAVAILABLE
    except HTTPError as error:
        for name, value in error.headers:
            req.err_headers_out[name] = value
        result = error.status
    except BaseException as error:
        result = _fail(req, error)
    req._output.unwind(0)
    if result >= _ERROR:
        req._output.reset()
    req.deliver()
    return HTTP_NOT_FOUND if result == DECLINED else result


def _result_of(req: ApacheRequest, ending: BaseException) -> int:
    """What SERVER_RETURN was raised with: (result), or (result, status)."""
    result, status = (*ending.args, None, None)[:2]
    if type(result) is not int:
        return _fail(req, ending)
    if status:
        req.status = status
    return result


def _fail(req: ApacheRequest, error: BaseException) -> int:
    """The result for a handler that raised *error*: with PythonDebug it is reported.

    Without, Apache answers with a page of its own, or with nothing more if there has
    been an answer already.
    """
    _note(req, error)
    req._output.unwind(0)
    req._output.settle()
    if req.get_config().get("PythonDebug") == "1":
        if not req.sent_bodyct:
            req.status = HTTP_INTERNAL_SERVER_ERROR
            req.content_type = "text/html"
        heading = f"{req.phase} {req.hlist.handler}"
        req._output.write(report_text(error, heading))
        return DONE
    if req.sent_bodyct or req.next is not None:
        req._output.reset()
        return DONE
    return HTTP_INTERNAL_SERVER_ERROR


def _note(req: ApacheRequest, error: BaseException) -> None:
    req._site.handler.note(error, req._request)


def request_of(native: Any) -> ApacheRequest:
    """The ``req`` that stands for *native*, made when it is first asked for."""
    known = twin_of(native)
    if known is not None:
        return known
    options = native.get_options()
    folder = os.path.dirname(native.filename or "")
    root, file = native.document_root(), options.get(SETTINGS_OPTION, "")
    limits, site = site_for(root, folder, file)
    made = ApacheRequest(native, limits)
    attach(made, site)
    return made


@lru_cache(maxsize=1000)
def site_for(root: str, folder: str, file: str) -> tuple[Limits, Site]:
    """The site of pages in *folder*, and its limits; one for all of a document root.

    A folder outside of *root*, where aliases and links of Apache lead to, is one of
    its own. SettingsError for a bad *file*.
    """
    top, real = os.path.realpath(root), os.path.realpath(folder)
    outside = os.path.commonpath((top, real)) != top
    return _make_site(root, real if outside else "", file)


@lru_cache(maxsize=1000)
def _make_site(root: str, outside: str, file: str) -> tuple[Limits, Site]:
    options: dict[str, object] = {"document_root": root, "dialect": "mod_python"}
    if not file:
        options["reload_interval"] = 0  # as mod_python, which looks every time
    settings = load_settings(file or None, {}, options)
    roots = [outside] if outside else []
    loader = FileLoader(root, settings.encoding, allowed_roots=roots)
    # Memory is what a process has for itself, and Apache has several.
    kept = "MemorySession" if settings.session.store != "memory" else "DbmSession"
    return limits_of(settings), Site(make_handler(settings, loader), kept)


class ApacheLog(logging.Handler):
    """Writes what this package logs into Apache's error log."""

    def emit(self, record: logging.LogRecord) -> None:
        apache = import_module("mod_python.apache")
        levels = ((40, apache.APLOG_ERR), (30, apache.APLOG_WARNING))
        level = next((n for at, n in levels if record.levelno >= at), apache.APLOG_INFO)
        apache.log_error(self.format(record), level)


def _settle_in() -> None:
    """Take the place of mod_python's modules, and log where Apache logs."""
    package = import_module(PACKAGE)
    for name in _OURS:
        full = f"{PACKAGE}.{name}"
        module = sys.modules[full] = import_module(ALIASES[full])
        setattr(package, name, module)
    logging.getLogger("psp").addHandler(ApacheLog())


if "_apache" in sys.modules:
    _settle_in()
