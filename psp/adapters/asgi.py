"""ASGI 3: a document root as an application of an asynchronous server.

Pages run in threads, as they would under WSGI. A page that awaits runs on the loop of
the server, and takes up none of the threads that others wait for.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any
from urllib.parse import unquote_to_bytes

from ..errors import HTTPError
from ..http.headers import Headers
from ..http.limits import Limits
from ..http.request import Request, parse_content_length
from ..runtime.awaited import run_awaited
from ..settings import Settings
from .asgistreams import Gone, Inbox, Outbox
from .wsgi import WSGIApplication

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

#: Threads there may be, most of them waiting for pages that await something.
_THREADS = 1000


class ASGIApplication:
    """A document root as an ASGI application.

    The arguments are those of WSGIApplication. ``server.threads`` pages run at the same
    time, besides those that await something.
    """

    def __init__(
        self,
        document_root: str | os.PathLike[str] | None = None,
        *,
        settings: Settings | None = None,
        **options: Any,
    ):
        site = WSGIApplication(document_root, settings=settings, **options)
        self.settings, self.handler, self.limits = (
            site.settings,
            site.handler,
            site.limits,
        )
        self._threads = ThreadPoolExecutor(_THREADS, "psp-asgi")
        self._slots: asyncio.Semaphore | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})  # refuses the handshake by 403
        else:
            raise ValueError(f"no ASGI scope that pages know: {scope['type']!r}")

    async def _live(self, receive: Receive, send: Send) -> None:
        """Follow the server's start and stop."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self._threads.shutdown(wait=False)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; raises where the answer has to be cut."""
        loop = asyncio.get_running_loop()
        if self._slots is None:
            self._slots = asyncio.Semaphore(self.settings.server.threads)
        inbox = Inbox(loop, receive, self.limits.spool_bytes)
        outbox = Outbox(loop, send, inbox)
        sender = loop.create_task(outbox.run())
        try:
            async with self._slots:
                run = _Run(self, scope, inbox, outbox, self._slots)
                await loop.run_in_executor(self._threads, copy_context().run, run)
            await outbox.finish()
        finally:
            outbox.close()
            inbox.close()
            sender.cancel()


class _Run:
    """What a thread does for one request."""

    def __init__(
        self,
        application: ASGIApplication,
        scope: Scope,
        inbox: Inbox,
        outbox: Outbox,
        slots: asyncio.Semaphore,
    ):
        self._application = application
        self._scope = scope
        self._inbox = inbox
        self._outbox = outbox
        self._slots = slots
        self._request = Request(method=scope["method"])

    def __call__(self) -> None:
        """Have the handler answer, and pass on what it leaves to be sent."""
        token = run_awaited.set(self._await)
        try:
            body = self._handle()
            streams = getattr(body, "streams", False)
            send = self._outbox.send if streams else self._outbox.write
            try:
                for piece in body:
                    send(piece)
            except Gone:
                return  # there is nobody to be told
            finally:
                close = getattr(body, "close", None)
                if close is not None:
                    close()
        finally:
            run_awaited.reset(token)

    def _handle(self) -> Iterable[bytes]:
        handler, start = self._application.handler, self._outbox.start
        limits = self._application.limits
        try:
            self._request = request_of(self._scope, self._inbox, limits)
        except HTTPError as error:
            return handler.refuse(self._request, start, error)
        return handler.handle(self._request, start)

    def _await(self, page: Coroutine[Any, Any, object]) -> None:
        """Have the loop run *page*; its body has come before: it may not wait."""
        loop = self._outbox.loop
        if self._outbox.on_loop:
            page.close()
            raise RuntimeError("a page that awaits cannot include another that does")
        request = self._request
        self._inbox.spool(request.limits.body_bytes, request.content_length)
        error = asyncio.run_coroutine_threadsafe(self._native(page), loop).result()
        if error is not None:
            raise error

    async def _native(self, page: Coroutine[Any, Any, object]) -> BaseException | None:
        """Run *page*, without the slot of a thread; what it raised.

        It is not raised here: SystemExit would end the loop.
        """
        self._slots.release()
        try:
            await page
        except BaseException as error:
            return error
        finally:
            await self._slots.acquire()
        return None


def request_of(scope: Scope, stream: Inbox, limits: Limits) -> Request:
    """The request of *scope*; raises HTTPError 400 for a length that is none."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    raw = raw.partition(b"?")[0]
    is_raw = bool(scope.get("raw_path"))
    path = (unquote_to_bytes(raw) if is_raw else raw).decode("utf-8", "surrogateescape")
    prefix = scope.get("root_path", "").rstrip("/")
    if prefix and path.startswith(prefix + "/"):
        path = path[len(prefix) :]
    query = scope["query_string"].decode("latin-1")
    headers = headers_of(scope)
    client = scope.get("client") or ("", 0)
    server = scope.get("server") or ("localhost", 80)
    uri = raw.decode("latin-1") if is_raw else ""
    return Request(
        method=scope["method"],
        path=path or "/",
        query=query,
        headers=headers,
        stream=stream,
        content_length=parse_content_length(headers.combined("Content-Length")),
        input_terminated=True,
        scheme=scope.get("scheme", "http"),
        server_name=server[0],
        server_port=server[1] or 80,
        remote_addr=client[0],
        remote_port=client[1],
        protocol=f"HTTP/{scope['http_version']}",
        script_name=prefix,
        raw_uri=f"{uri}?{query}" if uri and query else uri,
        environ={"asgi.scope": scope},
        limits=limits,
        is_gone=stream.is_gone,
    )


def headers_of(scope: Scope) -> Headers:
    """The header fields in their usual spelling; ``Proxy`` is left out.

    So are names with underscores, which gateways take for names with hyphens.
    """
    pairs = [
        (name.decode("latin-1").title(), value.decode("latin-1"))
        for name, value in scope["headers"]
        if b"_" not in name and name.lower() != b"proxy"
    ]
    cookies = [value for name, value in pairs if name == "Cookie"]
    if len(cookies) > 1:  # HTTP/2 may cut it (RFC 9113, section 8.2.3)
        pairs = [pair for pair in pairs if pair[0] != "Cookie"]
        pairs.append(("Cookie", "; ".join(cookies)))
    return Headers.received(pairs)
