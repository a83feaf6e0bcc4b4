"""The built-in server: waitress, with the site's limits and a stop that finishes.

waitress speaks HTTP/1.1 and reads a whole body before the application is called,
so the site's limits for headers and bodies are enforced here.
"""

from __future__ import annotations

import copy
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from waitress.adjustments import Adjustments  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import (  # type: ignore[import-untyped]
    HTTPRequestParser,
    ParsingError,
)
from waitress.server import create_server  # type: ignore[import-untyped]
from waitress.task import ErrorTask, Task, WSGITask  # type: ignore[import-untyped]
from waitress.wasyncore import close_all, loop  # type: ignore[import-untyped]

from ..settings import Settings
from .listening import listen_at

log = logging.getLogger(__name__)
access_log = logging.getLogger("psp.access")

#: Seconds that running requests have to finish once the server is to stop.
GRACE = 10.0
#: Seconds in which a new connection has to bring its request then.
FRESH = 0.5

BodyLimit = Callable[[str], int]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Server:
    """A socket that listens from the start, and the loop that serves it.

    ``settings.server.port`` 0 takes a free port; ``url`` tells which. Raises
    OSError where the address cannot be had. *body_limit* tells how many bytes may be
    sent to a path, where that is more than the site's limit. With a *listener* it is
    that which is served.
    """

    def __init__(
        self,
        application: Application,
        settings: Settings,
        body_limit: BodyLimit | None = None,
        listener: socket.socket | None = None,
    ):
        if listener is None:
            listener = listen_at(settings.server.host, settings.server.port)
        limits = settings.limits
        self._waitress = create_server(
            application,
            sockets=[listener],
            threads=settings.server.threads,
            # waitress refuses what reaches its limit, we what is over ours
            max_request_header_size=limits.header_bytes + 1,
            max_request_body_size=limits.body_bytes + 1,
            inbuf_overflow=limits.spool_bytes,
            connection_limit=1000,
            # which proxies to believe is decided once for all servers
            clear_untrusted_proxy_headers=False,
            server_name=settings.server.host,
            ident="psp",
        )
        self._waitress.channel_class = _channel_class(
            limits.headers, settings.development, body_limit
        )
        self._stopping = False
        # One that a thread has twice: a signal may come while it is held.
        self._trigger = threading.RLock()
        self.port = int(self._waitress.effective_port)
        self.host = settings.server.host

    @property
    def url(self) -> str:
        """Where a browser finds the site."""
        return url_of(self.host, self.port)

    def run(self) -> None:
        """Serves until ``stop`` is called, then lets running requests finish."""
        sockets = self._waitress._map
        while not self._stopping:
            loop(timeout=1.0, use_poll=True, map=sockets, count=1)
        with self._trigger:
            pass  # it is closed below: who is about to pull it has done so
        self._waitress.del_channel()
        self._waitress.socket.close()
        deadline = time.monotonic() + GRACE
        while self._busy() and time.monotonic() < deadline:
            loop(timeout=0.1, use_poll=True, map=sockets, count=1)
        self._waitress.task_dispatcher.shutdown(timeout=1)
        for channel in self._channels():
            channel.handle_close()
        close_all(sockets, ignore_all=True)

    def stop(self) -> None:
        """Makes ``run`` return; may be called from a signal handler or a thread."""
        with self._trigger:
            if not self._stopping:  # once stopped, the trigger may be another's file
                self._stopping = True
                self._waitress.pull_trigger()

    def _busy(self) -> bool:
        """Whether a request comes, is worked on, or is still being answered."""
        newest = time.time() - FRESH
        return any(
            channel.requests
            or channel.total_outbufs_len
            or channel.request is not None
            or channel.last_activity == channel.creation_time > newest
            for channel in self._channels()
        )

    def _channels(self) -> list[HTTPChannel]:
        """The connections that are open now."""
        return list(self._waitress.active_channels.values())


def url_of(host: str, port: int) -> str:
    """The URL of a server at *host*, a name or an address."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address *host*."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _channel_class(
    max_headers: int, logged: bool, body_limit: BodyLimit | None
) -> type:
    """waitress's connection, with a limit for header fields and a log of requests."""

    class Parser(HTTPRequestParser):  # type: ignore[misc]
        adj: Adjustments

        def parse_header(self, header_plus: bytes) -> None:
            lines = header_plus.strip().count(b"\n")  # without the request line
            if lines > max_headers:
                raise ParsingError(f"more than {max_headers} header fields")
            super().parse_header(header_plus)
            large = self.content_length >= self.adj.max_request_body_size
            if body_limit is not None and (large or self.chunked):
                self.adj = _with_limit(self.adj, body_limit(self.path))

    class Channel(HTTPChannel):  # type: ignore[misc]
        parser_class = Parser
        task_class = _LoggedTask if logged else WSGITask
        error_task_class = _LoggedErrorTask if logged else ErrorTask

    return Channel


def _with_limit(adjustments: Adjustments, limit: int) -> Adjustments:
    """waitress's settings for a request of at most *limit* bytes, if that is more."""
    if limit < adjustments.max_request_body_size:
        return adjustments
    changed = copy.copy(adjustments)
    changed.max_request_body_size = limit + 1
    return changed


class _LoggedTask(WSGITask):  # type: ignore[misc]
    """A request whose end is told in the access log."""

    def service(self) -> None:
        try:
            super().service()
        finally:
            _log_request(self)


class _LoggedErrorTask(ErrorTask):  # type: ignore[misc]
    """A request that waitress itself refuses, told in the access log as well."""

    def service(self) -> None:
        super().service()
        _log_request(self)


def _log_request(task: Task) -> None:
    request = task.request
    line = getattr(request, "first_line", b"-").decode("latin-1")
    access_log.info(
        '%s "%s" %s %.1f ms',
        task.channel.addr[0],
        line.encode("unicode_escape").decode("ascii"),
        task.status.partition(" ")[0],
        (time.time() - task.start_time) * 1000,
    )
