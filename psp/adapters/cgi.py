"""CGI (RFC 3875): one request from the environment, its answer to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from io import BufferedReader
from typing import Any, BinaryIO

from .cgivars import is_chunked, make_environ
from .wire import HeaderPairs, cgi_head

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def serve_once(
    application: Application,
    variables: Mapping[str, str],
    body: BufferedReader,
    output: BinaryIO,
    extensions: tuple[str, ...] = (".psp",),
) -> None:
    """Have *application* answer the request of *variables* and *body* to *output*.

    BrokenPipeError where the web server does not listen any more.
    """
    spelt = {name: _wire(value) for name, value in variables.items()}
    environ = make_environ(
        spelt,
        body,
        sys.stderr,
        extensions=extensions,
        terminated=is_chunked(spelt) and bool(body.peek(1)),
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
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()


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
