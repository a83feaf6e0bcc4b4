"""Exchange: request, response and output as the ``req`` of a page."""

from __future__ import annotations

import os
import time

from ..light import NamedTuple, lazy
from .fieldvalues import checked
from .members import RequestMembers
from .request import CHUNK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Protocol

    from ..runtime.output import Output
    from .formreader import FormInput
    from .headers import Headers
    from .request import Request
    from .response import Response

    class Redirector(Protocol):
        """Runs another request in place of the given one."""

        def __call__(self, exchange: mp_request, uri: str, /) -> None: ...


PHASES = frozenset(
    f"Python{name}Handler"
    for name in (
        "PostReadRequest Trans HeaderParser Init Access Authen Authz Type Fixup Log"
        " Cleanup"
    ).split()
) | {"PythonHandler"}


class AddedHandler(NamedTuple):
    """A handler that a handler has added to a phase."""

    phase: str
    handler: str | Callable[..., object]
    directory: str | None


class mp_request(RequestMembers):
    """``req``: what mod_python gives to handlers and pages. Own attributes are free.

    Page text that is more than the buffer holds has gone out, with the headers, before
    any of them is set or looked at: that it waits until then is nobody's business.

    *redirect* runs an ``internal_redirect``. *flush_writes* says whether ``write``
    flushes when it is not told.
    """

    def __init__(
        self,
        request: Request,
        response: Response,
        output: Output,
        *,
        filename: str,
        path_info: str = "",
        document_root: str = "",
        options: Mapping[str, str] = {},
        config: Mapping[str, str] = {},
        redirect: Redirector | None = None,
        flush_writes: bool = True,
    ):
        self._request = request
        self._response = response
        self._output = output
        self.filename = filename
        self.path_info = path_info
        self._document_root = document_root
        self._options = options
        self._config = config
        self._redirect = redirect
        self._flush_writes = flush_writes
        self._began = time.time()

    #: The agreed places for a FieldStorage and a Session; not there until they are set.
    form: Any
    session: Any

    allowed = 0
    allowed_xmethods: tuple[str, ...] = ()
    _content_type_set = 0
    _bytes_queued = 0
    _no_cache = 0
    _mtime = 0.0
    _allowed: tuple[str, ...] = ()

    @lazy
    def _nonce(self) -> str:
        """The nonce of the answer's Content-Security-Policy: 128 random bits."""
        import secrets

        return secrets.token_urlsafe(16)

    @property
    def headers_out(self) -> Headers:
        """The headers of a normal response."""
        self._output.settle()
        return self._response.headers

    @property
    def err_headers_out(self) -> Headers:
        """The headers of every response, the server's error pages included."""
        self._output.settle()
        return self._response.err_headers

    @property
    def status(self) -> int:
        """The status of the response."""
        return self._response.status

    @status.setter
    def status(self, status: int) -> None:
        self._output.settle()
        self._response.status = status

    @property
    def status_line(self) -> str | None:
        """Status and reason; counts if the number in it is that of ``status``."""
        return self._response.line

    @status_line.setter
    def status_line(self, line: str | None) -> None:
        self._output.settle()
        self._response.line = line if line is None else checked(line)

    @property
    def content_type(self) -> str | None:
        """Media type and parameters of the response; None until it has any."""
        value = self._response.content_type
        return value if value or self._content_type_set else None

    @content_type.setter
    def content_type(self, value: str | bytes) -> None:
        self._output.settle()
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        self._response.content_type = value
        self._content_type_set = 1

    @property
    def no_cache(self) -> int:
        """Whether the response is to be out of date at once; adds Expires."""
        return self._no_cache

    @no_cache.setter
    def no_cache(self, flag: int) -> None:
        self._no_cache = flag
        if flag:
            from .dates import http_date

            self.headers_out.setdefault("Expires", http_date(self._began))

    @property
    def request_time(self) -> float:
        """When the request began, in seconds since the epoch."""
        return self._began

    @property
    def mtime(self) -> float:
        """What ``update_mtime`` was told, in seconds since the epoch."""
        return self._mtime

    @property
    def allowed_methods(self) -> tuple[str, ...]:
        """What ``allow_methods`` was told."""
        return self._allowed

    @property
    def bytes_sent(self) -> int:
        """Bytes of the body that have been sent, as far as they are counted."""
        return 0

    @property
    def sent_bodyct(self) -> int:
        """Not 0 once headers are out."""
        self._output.settle()
        return int(self._output.sent)

    def write(self, data: str | bytes, flush: int | None = None) -> None:
        """Send text, as UTF-8, or bytes; flushes as well, unless *flush* is 0.

        TypeError for anything else, UnicodeEncodeError for a lone surrogate. Nothing
        is sent or flushed for nothing.
        """
        if isinstance(data, str):
            if not data.isascii():
                data.encode()
        elif not isinstance(data, bytes):
            data = _bytes(data)
        if not data:
            return
        self._output.write(data)
        if self._flush_writes if flush is None else flush:
            self._output.flush()

    def flush(self) -> None:
        """Send status, headers and what waits."""
        self._output.flush()

    def sendfile(self, path: str, offset: int = 0, length: int = -1) -> int:
        """Send a file, or *length* bytes of it from *offset*; returns how many it were.

        What waits goes first. OSError if the file cannot be read, TypeError for the
        number of an open one.
        """
        sent = 0
        path = os.fspath(path)
        try:
            opened = open(path, "rb")
        except OSError as error:
            text = f"Could not stat file for reading: {path!r}"
            raise OSError(text) from error
        with opened as file:
            self._output.flush()
            file.seek(offset)
            while length < 0 or sent < length:
                size = CHUNK if length < 0 else min(CHUNK, length - sent)
                data = file.read(size)
                if not data:
                    break
                self._output.write(data)
                sent += len(data)
        self._output.flush()
        return sent

    def send_http_header(self) -> None:
        """Do nothing: headers go out by themselves. Old scripts call it."""

    def set_content_length(self, length: int) -> None:
        """Set the Content-Length; that of a response in one piece is known anyway."""
        self.headers_out["Content-Length"] = str(int(length))

    def allow_methods(self, methods: Iterable[str], reset: int = 0) -> None:
        """Name methods for the Allow header of a 405 or 501; GET brings HEAD."""
        known = [] if reset else list(self._allowed)
        for method in methods:
            if not isinstance(method, str):
                raise TypeError("methods must be str")
            known += [method, "HEAD"] if method == "GET" else [method]
        self._allowed = tuple(dict.fromkeys(known))

    def update_mtime(self, seconds: float) -> None:
        """Make ``mtime`` *seconds* since the epoch, unless it is later already."""
        self._mtime = max(self._mtime, float(seconds))

    def set_last_modified(self) -> None:
        """Set Last-Modified to ``mtime``, or to now where that lies ahead."""
        from .dates import http_date

        self.headers_out["Last-Modified"] = http_date(min(self.mtime, time.time()))

    def set_etag(self) -> None:
        """Set an ETag, a weak one, made of the file's size and the latest ``mtime``."""
        info = self.finfo
        if info.filetype:
            changed = int(max(self.mtime, info.mtime) * 1_000_000)
            self.headers_out["ETag"] = f'W/"{info.size:x}-{changed:x}"'

    def meets_conditions(self) -> int:
        """304 or 412 if the request's conditions ask for it, otherwise 0 (OK).

        Last-Modified and ETag are to be set before.
        """
        from .conditions import check_conditions

        etag = self.headers_out.combined("ETag")
        modified = self.headers_out.combined("Last-Modified")
        return check_conditions(self.method, self.headers_in, etag, modified)

    def internal_redirect(self, uri: str) -> None:
        """Run the request for *uri*, a path and maybe a query, in place of this one.

        What was written and not flushed is lost. RuntimeError where no handler runs,
        TypeError for what is not str.
        """
        if not isinstance(uri, str):
            raise TypeError(f"a redirect leads to str, not {type(uri).__name__}")
        if self._redirect is None:
            raise RuntimeError("an internal redirect needs a handler")
        self._output.reset()
        self._redirect(self, uri)

    @lazy
    def added_handlers(self) -> list[AddedHandler]:
        """What ``add_handler`` was told, in order."""
        return []

    def add_handler(
        self,
        phase: str,
        handler: str | Callable[..., object],
        dir: str | None = None,
    ) -> None:
        """Add a handler to a phase that runs or is to come; IndexError if none is."""
        if not (isinstance(handler, str) or callable(handler)):
            raise TypeError("a handler must be str or callable")
        if phase not in PHASES:
            raise IndexError(f"Invalid phase: {phase}")
        self.added_handlers.append(AddedHandler(phase, handler, dir))

    def register_cleanup(
        self, function: Callable[[Any], object], data: object = None
    ) -> None:
        """Have *function* called with *data* after the response, the last one first."""
        if not callable(function):
            raise ValueError("first argument must be a callable object")
        self._cleanups.append((function, data))

    def has_cleanups(self) -> bool:
        """Whether ``run_cleanups`` has anything to do."""
        made = self.__dict__
        return "_cleanups" in made or "_closers" in made

    def run_cleanups(self) -> None:
        """Call what was registered, then close what the request held; for the handler.

        Errors are logged, and nothing else comes of them.
        """
        made = self.__dict__
        for function, data in reversed(made.pop("_cleanups", ())):
            self._run(function, data)
        for close in reversed(made.pop("_closers", ())):
            self._run(close)

    def _run(self, function: Callable[..., object], *arguments: object) -> None:
        try:
            function(*arguments)
        except BaseException:  # SystemExit would end the thread, or the server
            self._logger.exception("a cleanup failed")

    def form_input(self) -> FormInput:
        """What the form is read from; its files are closed after the cleanups."""
        return super().form_input()._replace(when_done=self._closers.append)

    @lazy
    def _cleanups(self) -> list[tuple[Callable[[Any], object], object]]:
        return []

    @lazy
    def _closers(self) -> list[Callable[[], object]]:
        return []

    def __repr__(self) -> str:
        return f"<mp_request {self.method} {self.uri!r}>"


def _bytes(data: Any) -> bytes:
    """What *data* holds, if it is a buffer; TypeError in mod_python's words if not."""
    try:
        return memoryview(data).tobytes()
    except TypeError:
        kind = type(data).__name__
        message = f"a bytes-like object is required, not {kind!r}"
        raise TypeError(message) from None


Exchange = mp_request
