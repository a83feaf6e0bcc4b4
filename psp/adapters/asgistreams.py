"""The two directions of an ASGI connection, as a thread that blocks sees them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import CancelledError, Future
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from ..errors import TooLarge

Message = MutableMapping[str, Any]


class Gone(ConnectionError):
    """The client has left."""


class Inbox:
    """The body of a request as a stream; a thread waits for what has not come.

    ``gone`` says whether the client has left.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[], Awaitable[Message]],
        spool_bytes: int,
    ):
        self._loop = loop
        self._receive = receive
        self._spool_bytes = spool_bytes
        self._came = b""
        self._ended = False
        self._file: IO[bytes] | None = None
        self._too_long = False
        self._watch: asyncio.Task[None] | None = None
        self._taking: asyncio.Task[None] | None = None  # the one that asks the server
        self._lock = threading.Lock()  # of what came
        self._turns = asyncio.Lock()  # one asks the server at a time
        self.gone = False

    def read(self, size: int, /) -> bytes:
        """Up to *size* bytes, fewer than that only at the end."""
        if self._file is not None:
            return self._spooled(self._file.read(size))
        while len(self._came) < size and self._pull():
            pass
        return self._cut(size)

    def readline(self, size: int, /) -> bytes:
        """Up to and with the next newline, and no more than *size* bytes."""
        if self._file is not None:
            return self._spooled(self._file.readline(size))
        while b"\n" not in self._came and len(self._came) < size and self._pull():
            pass
        end = self._came.find(b"\n") + 1 or len(self._came)
        return self._cut(min(end, size))

    def _cut(self, size: int) -> bytes:
        with self._lock:
            data, self._came = self._came[:size], self._came[size:]
        return data

    def spool(self, most: int, length: int | None) -> None:
        """Take in all that is to come, so that reading does not wait any more.

        Of a body of more than *most* bytes, by its *length* if that is known, no more
        is taken; who reads as far as that gets TooLarge.
        """
        if self._file is None:
            file, size = SpooledTemporaryFile(self._spool_bytes), 0
            self._too_long = (length or 0) > most
            while not self._too_long and (self._came or self._pull()):
                size += file.write(self._cut(len(self._came)))
                self._too_long = size > most
            file.seek(0)
            self._file = file

    def _spooled(self, data: bytes) -> bytes:
        """*data* of the file, unless more of the body should follow."""
        if self._too_long and not data:
            raise TooLarge(message="a body that was not taken in")
        return data

    def _pull(self) -> bool:
        """Wait for the next piece: whether there may have been one."""
        if self._ended:
            return False
        try:
            asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
        except CancelledError:  # the request was given up
            self.gone = self._ended = True
        return True

    async def _next(self) -> None:
        """Take the next message, of the body or that the client has left."""
        async with self._turns:
            if self._ended:
                return
            self._taking = asyncio.current_task()
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.gone = self._ended = True
                return
            with self._lock:
                self._came += message.get("body", b"")
            self._ended = not message.get("more_body", False)

    def is_gone(self) -> bool:
        """Whether the client has left, as far as the server has told, for a thread."""
        self._loop.call_soon_threadsafe(self.watch)
        return self.gone

    def watch(self) -> None:
        """Look out for the client's leaving, from the loop, behind the body."""
        if self._watch is None or self._watch.done():
            self._watch = self._loop.create_task(self._wait_for_end())

    async def _wait_for_end(self) -> None:
        if not self._ended and not self._came:
            await self._next()  # most have no body, or one of a single piece
        while self._ended and not self.gone:
            async with self._turns:
                message = await self._receive()
                self.gone = message["type"] == "http.disconnect"

    def close(self) -> None:
        """Let go of the file, wait for nothing any more; from the loop."""
        self._ended = True
        for task in (self._watch, self._taking):
            if task is not None:
                task.cancel()
        if self._file is not None:
            self._file.close()


class Outbox:
    """What goes out, in order, whether a thread or the loop itself has written it.

    A thread waits until its piece is sent. A page that runs on the loop cannot: what
    it flushes waits in memory until it awaits something.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        send: Callable[[Message], Awaitable[None]],
        inbox: Inbox,
    ):
        self.loop = loop
        self._send = send
        self._inbox = inbox
        self._thread = threading.get_ident()
        self._queue: asyncio.Queue[tuple[Message, Future[None] | None]]
        self._queue = asyncio.Queue()
        self._head: Message | None = None
        self._last = b""  # kept back: most answers are one piece
        self._closed = False

    @property
    def on_loop(self) -> bool:
        """Whether this is the thread of the loop."""
        return threading.get_ident() == self._thread

    def start(
        self, status: str, headers: list[tuple[str, str]]
    ) -> Callable[[bytes], object]:
        """Take status and headers; they go with the first piece."""
        pairs = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers]
        number = int(status.partition(" ")[0])
        self._head = {
            "type": "http.response.start",
            "status": number,
            "headers": pairs,
        }
        return self.send

    def write(self, data: bytes) -> None:
        """Send a piece that nobody waits for: the last one is kept until the end."""
        if self._last:
            self.send(self._last)
        self._last = data

    def send(self, data: bytes) -> None:
        """Send a piece at once; Gone where nobody wants it any more."""
        if self._head is not None:
            head, self._head = self._head, None
            self._post(head)
        self._post({"type": "http.response.body", "body": data, "more_body": True})

    def _post(self, message: Message) -> None:
        if self._closed or self._inbox.gone:
            raise Gone("the client has left")
        if self.on_loop:
            self._queue.put_nowait((message, None))
            return
        sent: Future[None] = Future()
        self.loop.call_soon_threadsafe(self._take, message, sent)
        sent.result()

    def _take(self, message: Message, sent: Future[None]) -> None:
        """Queue what a thread has posted, unless nobody sends any more."""
        if self._closed:
            sent.set_exception(Gone("the request was given up"))
        else:
            self._queue.put_nowait((message, sent))

    async def run(self) -> None:
        """Send what is posted, one after the other."""
        while True:
            message, sent = await self._queue.get()
            try:
                self._inbox.watch()
                await self._send(message)
            except BaseException as error:
                self._inbox.gone = True
                if sent is not None:  # whoever waits must not wait for ever
                    sent.set_exception(Gone(str(error) or "given up"))
                if not isinstance(error, Exception):
                    raise
            else:
                if sent is not None:
                    sent.set_result(None)
            finally:
                self._queue.task_done()

    async def finish(self) -> None:
        """Send what was kept back, and the end; from the loop."""
        await self._queue.join()
        if self._inbox.gone:
            return
        if self._head is not None:
            await self._send(self._head)
        await self._send({"type": "http.response.body", "body": self._last})

    def close(self) -> None:
        """Let nobody wait any more; from the loop."""
        self._closed = True
        while not self._queue.empty():
            _, sent = self._queue.get_nowait()
            if sent is not None:
                sent.set_exception(Gone("the request was given up"))
