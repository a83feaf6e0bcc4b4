"""ScriptRunner: answers requests with CGI programs."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from ..debug.log import escape_log
from ..errors import HTTPError, ResponseCut
from ..http.answer import Answer
from ..http.headers import Headers
from ..http.paths import Target
from ..http.request import CHUNK, Request
from ..http.response import Response
from .head import BadHead, read_head, split
from .process import Process
from .variables import make_variables

if TYPE_CHECKING:
    from ..http.answer import Start

    Again = Callable[[Request, Start], Iterable[bytes]]

log = logging.getLogger("psp")

#: Paths that may lead on to others in one request.
MOST_REDIRECTS = 10
_REDIRECTS = "psp.redirects"  # where a request counts them
_OF_BODY = ("Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding")


class ScriptRunner:
    """Runs CGI programs below *root*, each for *seconds* at most."""

    def __init__(self, root: str, seconds: float) -> None:
        self.root, self.seconds = root, seconds

    def __call__(
        self, request: Request, start: Start, target: Target, again: Again
    ) -> Iterable[bytes]:
        """Answer *request* with the program *target*, its output as it comes.

        *again* answers the request that the program asks for in place of its own.
        Raises HTTPError: 404 for a file that is not executable, 500 for a program that
        fails before it has answered, 504 for one that takes too long.
        """
        run = _Run(self, request, target)
        try:
            response, location, begun = run.begin()
            inner = _inner(request, location)
            if inner is None and response.sends_body(request.method):
                return _answer(request, response, start, _Output(run, begun, response))
            _Output(run, begun).drain()
        except BaseException:
            run.close()
            raise
        if inner is not None:
            return again(inner, _with_cookies(response, start))
        return _answer(request, response, start, ())


def _answer(
    request: Request, response: Response, start: Start, body: Iterable[bytes]
) -> Iterable[bytes]:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return Answer(request, response, start).pass_on(body)


class _Run:
    """One run of a program."""

    def __init__(self, runner: ScriptRunner, request: Request, target: Target) -> None:
        self.name = target.name
        if not os.access(target.filename, os.X_OK):
            self.note("is not executable")
            raise HTTPError(404)
        body = _spooled(request)
        length = None if body is None else os.fstat(body.fileno()).st_size
        variables = make_variables(request, target, runner.root, length)
        try:
            self.process = Process(
                target.filename,
                variables,
                body,
                runner.seconds,
                self.note,
                request.is_gone,
            )
        except OSError as error:
            self.note(f"cannot be run: {error.strerror}")
            raise HTTPError(500) from error
        finally:
            if body is not None:
                body.close()

    def note(self, text: str) -> None:
        """Write *text* into the log."""
        log.error("%s: %s", escape_log(self.name), escape_log(text))

    def close(self) -> None:
        """End the program if it still runs."""
        self.process.kill()

    def begin(self) -> tuple[Response, str, bytes]:
        """The response, where it redirects without a status, the body as begun."""
        data = b""
        try:
            while (found := split(data)) is None:
                piece = self.process.read()
                if not piece:
                    self._explain_silence()
                data += piece
            head, begun = found
            return *read_head(head), begun
        except TimeoutError:
            self.note("did not answer in time")
            raise HTTPError(504) from None
        except ConnectionError as error:
            raise ResponseCut(f"{self.name}: {error}") from None
        except BadHead as error:
            self.note(str(error))
            raise HTTPError(500) from None

    def _explain_silence(self) -> None:
        status = self.process.finish()
        raise BadHead(f"ended with {status} before it had answered")

    def end(self) -> None:
        """Wait for the end of a program whose output has ended."""
        try:
            status = self.process.finish()
        except ConnectionError:
            pass  # all that it has written was sent
        except TimeoutError:
            self.note("did not end in time")
        else:
            if status:
                self.note(f"ended with {status}")


class _Output:
    """What the program *run* writes, from *begun* on, and no more than *response* says.

    Closed early, as servers do when the visitor is gone, it ends the program.
    """

    #: Each piece is to be sent as soon as it is there.
    streams = True

    def __init__(
        self, run: _Run, begun: bytes, response: Response | None = None
    ) -> None:
        self._run, self._begun = run, begun
        self._length = None if response is None else response.told_length()
        self._sent = 0
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            piece = self._cut(self._begun)
            if piece:
                yield piece
            while data := self._read():
                if piece := self._cut(data):
                    yield piece
            if self._length is not None and self._sent < self._length:
                raise ResponseCut(f"{self._run.name} wrote less than it had told")
            self._run.end()
        finally:
            self.close()

    def drain(self) -> None:
        """Let the program come to its end, for nobody to read."""
        for _ in self:
            pass

    def close(self) -> None:
        """End the program, if it has not ended."""
        if not self._closed:
            self._closed = True
            self._run.close()

    def _read(self) -> bytes:
        try:
            return self._run.process.read()
        except TimeoutError:
            self._run.note("did not end in time")
            raise ResponseCut(f"{self._run.name} took too long") from None
        except ConnectionError as error:
            raise ResponseCut(f"{self._run.name}: {error}") from None

    def _cut(self, data: bytes) -> bytes:
        """*data* as far as it is within the length."""
        if self._length is not None:
            data = data[: self._length - self._sent]
        self._sent += len(data)
        return data


def _spooled(request: Request) -> IO[bytes] | None:
    """The body of *request* in a file, None where there is none; raises HTTPError."""
    if request.lacks_length:
        raise HTTPError(411)
    if not request.body.has_end:
        return None
    file = tempfile.TemporaryFile(buffering=0)
    try:
        while data := request.body.read(CHUNK):
            file.write(data)
        if request.body.is_cut:
            raise HTTPError(400, "a body that ends early")
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _inner(request: Request, location: str) -> Request | None:
    """The request for *location*, a path of the site; None for any other.

    Raises HTTPError 500 where there is no end of it.
    """
    if not location.startswith("/") or location.startswith("//"):
        return None
    count = int(str(request.environ.get(_REDIRECTS, 0)))
    if count >= MOST_REDIRECTS:
        raise HTTPError(500, "too many redirects within the server")
    path, _, query = location.partition("#")[0].partition("?")
    path = unquote_to_bytes(path).decode("utf-8", "surrogateescape")
    if not path.startswith(f"{request.script_name}/"):
        return None
    headers = Headers.received(
        pair for pair in request.headers.items() if pair[0].title() not in _OF_BODY
    )
    return Request(
        method="HEAD" if request.method == "HEAD" else "GET",
        path=path[len(request.script_name) :],
        query=query,
        headers=headers,
        scheme=request.scheme,
        server_name=request.server_name,
        server_port=request.server_port,
        remote_addr=request.remote_addr,
        remote_port=request.remote_port,
        protocol=request.protocol,
        script_name=request.script_name,
        environ={**request.environ, _REDIRECTS: count + 1},
        limits=request.limits,
        is_gone=request.is_gone,
    )


def _with_cookies(response: Response, start: Start) -> Start:
    """*start*, with the cookies of *response* beside those of the answer."""
    cookies = [("Set-Cookie", text) for text in response.headers.get_all("Set-Cookie")]

    def started(
        status: str, headers: list[tuple[str, str]]
    ) -> Callable[[bytes], object] | None:
        return start(status, [*headers, *cookies])

    return started
