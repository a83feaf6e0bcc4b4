"""The access log: a line for each request, in the Combined Log Format of Apache."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from logging.handlers import WatchedFileHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..errors import HTTPError
from ..http.request import Request
from ..settings import STANDARD_OUTPUT
from .wsgi import request_of

if TYPE_CHECKING:
    from .wsgi import Environ, StartResponse

    Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_UNSAFE = re.compile(r"[^ !#-\[\]-~]")


class AccessLog:
    """*application*, with a line in *file* for each request that it has answered.

    *find_visitor* makes the request of a proxy the visitor's; requests for the path
    *unlogged* are left out. A file that was moved away is made anew. Raises OSError
    where the file cannot be written.
    """

    def __init__(
        self,
        application: Application,
        file: str,
        find_visitor: Callable[[Request], None] | None = None,
        unlogged: str | None = None,
    ):
        self._application = application
        self._find_visitor = find_visitor
        self._unlogged = unlogged
        self._handler: logging.Handler = (
            logging.StreamHandler(sys.stdout)
            if file == STANDARD_OUTPUT
            else WatchedFileHandler(file, encoding="ascii")
        )

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == self._unlogged:
            return self._application(environ, start_response)
        entry = _Entry(self, environ, start_response)
        try:
            entry.body = self._application(environ, entry.start)
        except BaseException:
            entry.close()
            raise
        return entry

    def write(self, environ: Environ, status: str, sent: int, began: float) -> None:
        """Write the line of a request that was answered by *sent* bytes."""
        words = (
            self._visitor(environ) or "-",
            "-",
            _safe(environ.get("REMOTE_USER", "").replace(" ", "_")) or "-",
            _time(began),
            f'"{_safe(_request_line(environ))}"',
            status[:3] or "-",
            str(sent or "-"),
            f'"{_safe(environ.get("HTTP_REFERER", "")) or "-"}"',
            f'"{_safe(environ.get("HTTP_USER_AGENT", "")) or "-"}"',
        )
        self._handler.handle(logging.makeLogRecord({"msg": " ".join(words)}))

    def _visitor(self, environ: Environ) -> str:
        with suppress(HTTPError):
            if self._find_visitor is not None:
                request = request_of(environ)
                self._find_visitor(request)
                return request.remote_addr
        return str(environ.get("REMOTE_ADDR", ""))


class _Entry:
    """The answer to one request on its way out."""

    body: Iterable[bytes] = ()

    def __init__(self, log: AccessLog, environ: Environ, start: StartResponse):
        self._log, self._environ, self._start = log, environ, start
        self._status, self._sent, self._began = "", 0, time.time()

    def start(self, status: str, *rest: Any) -> Callable[[bytes], object]:
        """The server's ``start_response``, and its ``write``, listened to."""
        self._status = status
        write = self._start(status, *rest)

        def counted(data: bytes) -> None:
            self._sent += len(data)
            write(data)

        return counted

    def __iter__(self) -> Iterator[bytes]:
        for data in self.body:
            self._sent += len(data)
            yield data

    def close(self) -> None:
        """Called by the server in the end, whatever has happened (PEP 3333)."""
        try:
            close = getattr(self.body, "close", None)
            if close is not None:
                close()
        finally:
            self._log.write(self._environ, self._status, self._sent, self._began)


def _request_line(environ: Environ) -> str:
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if not target:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        target = quote(path, encoding="latin-1") + (f"?{query}" if query else "")
    protocol = environ.get("SERVER_PROTOCOL", "HTTP/1.0")
    return f"{environ.get('REQUEST_METHOD', '-')} {target} {protocol}"


def _time(seconds: float) -> str:
    now = time.gmtime(seconds)
    month = _MONTHS[now.tm_mon - 1]  # strftime would write that of the locale
    return time.strftime(f"[%d/{month}/%Y:%H:%M:%S +0000]", now)


def _safe(text: str) -> str:
    """*text* as Apache writes what visitors have sent: quotes and bytes escaped."""
    return _UNSAFE.sub(
        lambda match: (
            f"\\{match[0]}" if match[0] in '"\\' else f"\\x{ord(match[0]):02x}"
        ),
        text,
    )
