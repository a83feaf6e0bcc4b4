"""CGI (RFC 3875): one request from the environment, its answer to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from io import BufferedReader, FileIO, RawIOBase
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from .cgivars import is_chunked, make_environ
from .wire import HeaderPairs, cgi_head

if TYPE_CHECKING:
    from ..settings import Settings

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def run(config: str) -> None:
    """Answer the request of this process with the site of the settings file *config*.

    SettingsError where the settings cannot be understood.
    """
    from ..settings import load_settings
    from .preparing import with_cache

    answer(with_cache(load_settings(config)))


def answer(settings: Settings) -> None:
    """Answer the request of this process with the site of *settings*."""
    from .preparing import set_up_logging, shared_sessions
    from .wsgi import WSGIApplication

    settings = shared_sessions(settings)
    set_up_logging(settings)
    serve_once(
        WSGIApplication(settings=settings),
        os.environ,
        FileIO(0, closefd=False),
        sys.stdout.buffer,
        settings.extensions,
    )


def serve_once(
    application: Application,
    variables: Mapping[str, str],
    body: RawIOBase,
    output: BinaryIO,
    extensions: tuple[str, ...] = (".psp",),
) -> None:
    """Have *application* answer the request of *variables* and *body* to *output*.

    BrokenPipeError where the web server does not listen any more.
    """
    counted = _Counted(body)
    reader = BufferedReader(counted)
    spelt = {name: _wire(value) for name, value in variables.items()}
    environ = make_environ(
        spelt,
        cast(BinaryIO, reader),
        sys.stderr,
        extensions=extensions,
        terminated=is_chunked(spelt) and bool(reader.peek(1)),
        multiprocess=True,
    )
    environ["wsgi.run_once"] = True
    answer = _Answer(output)
    result = application(environ, answer.start)
    try:
        for piece in result:
            answer.write(piece)
        answer.write(b"")
        output.flush()
        counted.drain(spelt.get("CONTENT_LENGTH", ""))
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()


class _Counted(RawIOBase):
    """Standard input, and how much of it was read."""

    def __init__(self, body: RawIOBase):
        self._body = body
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._body.readinto(buffer) or 0
        self._count += count
        return count

    def drain(self, length: str) -> None:
        """Read the rest of a body of *length*: fcgiwrap takes a program that does not
        for one that failed.
        """
        buffer = bytearray(65536)
        while length.isdigit() and self._count < int(length) and self.readinto(buffer):
            pass


def _wire(value: str) -> str:
    """A variable of the environment with its bytes spelt as Latin-1."""
    return value if value.isascii() else os.fsencode(value).decode("latin-1")


class _Answer:
    """``start_response``, and ``write`` that sends at once (PEP 3333)."""

    def __init__(self, output: BinaryIO):
        self._output = output
        self._head = b""

    def start(
        self, status: str, headers: HeaderPairs, exc_info: Any = None
    ) -> Callable[[bytes], object]:
        self._head = cgi_head(status, headers)
        return self.write

    def write(self, data: bytes) -> None:
        if self._head or data:
            self._output.write(self._head + data)
            self._output.flush()
            self._head = b""
