"""Talk: a socket with a wire on it, and an application that answers."""

from __future__ import annotations

import io
import logging
import select
import socket
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import ProtocolError
from .cgivars import is_chunked, make_environ
from .wire import HeaderPairs, Wire
from .wsgi import IS_GONE

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

#: Seconds for which the web server may be silent in the middle of a request.
SILENCE = 60.0
#: Seconds for which a closed connection is drained, that the answer may arrive.
LINGER = 5.0
_CHUNK = 64 * 1024


def is_readable(connection: socket.socket, milliseconds: int) -> bool:
    """Whether bytes come on *connection*, or its end, within *milliseconds*."""
    watch = select.poll()  # select knows descriptors below 1024 alone
    watch.register(connection, select.POLLIN)
    return bool(watch.poll(milliseconds))


class ClientGone(ConnectionError):
    """The web server has given the request up, or closed the connection."""


class Talk:
    """One connection of a web server; used by one thread at a time.

    *extensions* are those of pages, *multiprocess* is told to the application.
    """

    def __init__(
        self,
        connection: socket.socket,
        wire: Wire,
        extensions: tuple[str, ...],
        multiprocess: bool = False,
    ):
        self.connection = connection
        self.wire = wire
        self._extensions = extensions
        self._multiprocess = multiprocess
        connection.settimeout(SILENCE)

    def serve(self, application: Application) -> bool:
        """Answer what comes until nothing waits: whether more may come later.

        Raises OSError where the connection breaks, ProtocolError for what is not of
        the protocol, and what the application raises once its headers are sent.
        """
        while True:
            while self.wire.variables is None:
                if not self.read_more():
                    return False
                if self.wire.is_idle:
                    return True
            _Answer(self).make(application)
            if not self.wire.keeps:
                return False
            self.wire.again()
            if self.wire.is_idle:
                return True

    def read_more(self) -> bool:
        """Wait for bytes and feed them: whether there were any."""
        data = self.connection.recv(_CHUNK)
        if data:
            self.wire.feed(data)
        self._send_replies()
        return bool(data)

    def send(self, data: bytes) -> None:
        """Send *data*; ClientGone where nobody wants it any more."""
        if self.wire.ended:
            while self._is_heard() and self.read_more():
                pass
        if self.wire.aborted:
            raise ClientGone("the web server has aborted the request")
        rest = memoryview(data)
        while rest:  # sendall would have SILENCE for all of it
            rest = rest[self.connection.send(rest) :]

    def _send_replies(self) -> None:
        if self.wire.replies:
            self.connection.sendall(self.wire.replies)
            self.wire.replies.clear()

    def environ(self) -> dict[str, Any]:
        """The environ of the request at hand."""
        variables = self.wire.variables
        assert variables is not None
        body = io.BufferedReader(_Body(self))
        environ = make_environ(
            variables,
            body,
            _errors(self),
            extensions=self._extensions,
            headers=self.wire.headers,
            terminated=is_chunked(variables) and bool(body.peek(1)),
            multithread=True,
            multiprocess=self._multiprocess,
        )
        environ[IS_GONE] = self.is_gone
        return environ

    def is_gone(self) -> bool:
        """Whether the web server has given the request up, or left."""
        try:
            while not self.wire.aborted and self._is_heard():
                if not self.read_more():
                    return True
        except (OSError, ProtocolError):
            return True
        return self.wire.aborted

    def _is_heard(self) -> bool:
        """Whether something has come, and there is no body to be read before it."""
        return not self.wire.has_body and is_readable(self.connection, 0)

    def close(self) -> None:
        """Close; what still comes is read first: a reset would lose the answer."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(LINGER)
            end = time.monotonic() + LINGER
            while self.connection.recv(_CHUNK) and time.monotonic() < end:
                pass
        except OSError:
            pass
        self.connection.close()


class _Body(io.RawIOBase):
    """The body of a request, read from the connection as far as it is asked for."""

    def __init__(self, talk: Talk):
        self._talk = talk

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wire = self._talk.wire
        try:
            while not wire.has_body and not wire.ended:
                self._talk.connection.sendall(wire.ask())
                if not self._talk.read_more():
                    break
        except (OSError, ProtocolError) as error:  # a body that is cut, for who reads
            log.info("a body that ended too early: %s", error)
            wire.aborted = True
        data = wire.take(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Complaints(io.TextIOBase):
    """``wsgi.errors`` of a web server that takes lines for its log."""

    def __init__(self, talk: Talk):
        self._talk = talk

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        line = self._talk.wire.complaint(text.encode("utf-8", "backslashreplace"))
        if line:
            self._talk.connection.sendall(line)
        return len(text)


def _errors(talk: Talk) -> object:
    takes = talk.wire.complaint(b"") is not None
    return _Complaints(talk) if takes else sys.stderr


class _Answer:
    """One answer: ``start_response`` and what goes out after it (PEP 3333)."""

    def __init__(self, talk: Talk):
        self._talk = talk
        self._head: tuple[str, HeaderPairs] | None = None
        self._started = False

    def make(self, application: Application) -> None:
        """Have *application* answer the request at hand."""
        if getattr(self._talk.wire, "is_refused", False):
            log.warning("a request without the secret was refused")
            application = forbid
        try:
            self._run(application)
        except (OSError, ProtocolError):
            raise
        except BaseException:  # SystemExit would end the thread
            if self._started:
                raise
            log.exception("the application failed")
            self._run(fail)
        self._talk.send(self._talk.wire.end())

    def _run(self, application: Application) -> None:
        body = application(self._talk.environ(), self.start)
        try:
            for piece in body:
                if piece:
                    self.write(piece)
            self.write(b"")
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()

    def start(
        self, status: str, headers: HeaderPairs, exc_info: Any = None
    ) -> Callable[[bytes], object]:
        """Keep status and headers until the first byte; raise *exc_info* if late."""
        if exc_info is not None and self._started:
            raise exc_info[1].with_traceback(exc_info[2])
        self._head = status, headers
        return self.write

    def write(self, data: bytes) -> None:
        """Send *data*, after the headers if it is the first."""
        wire, head = self._talk.wire, b""
        if not self._started:
            if self._head is None:
                raise AssertionError("the application sent before start_response")
            head = wire.head(*self._head)
            self._started = True
        if head or data:
            self._talk.send(head + wire.data(data))


def _fixed(status: str) -> Application:
    """An application that always answers *status*."""
    text = f"{status[4:]}\n".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))]

    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        start(status, headers)
        return [text]

    return application


forbid = _fixed("403 Forbidden")
fail = _fixed("500 Internal Server Error")
