"""A visitor that sends a request as it is told, one for each connection."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
)
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, urlsplit

Pairs = Iterable[tuple[str, str]]

SECONDS = 20.0  # that an answer may take
LARGEST = 4 * 1024 * 1024  # bytes of an answer that are looked at
#: Where a visitor on this machine asks from: 127.0.0.1 is what trusted proxies have.
_NO_PROXY = "127.0.0.2"
_VISIBLE = "".join(map(chr, range(0x21, 0x7F)))


class Unreadable(OSError):
    """Something was answered that is not HTTP, or nothing at all."""


class Reply(NamedTuple):
    """An answer; ``body`` is what was sent, even where nothing should have been."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of the header *name*, which is in lower case."""
        return [value for key, value in self.headers if key.lower() == name]

    def one(self, name: str) -> str:
        """The value of the header *name*; empty without."""
        return ", ".join(self.all(name))

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def is_html(self) -> bool:
        """Whether it says that it is HTML."""
        return "html" in self.one("content-type")


class Visitor:
    """Asks the site at *url*, ``https`` or ``http``; paths are below that of *url*.

    With *insecure* any certificate will do. Raises ValueError for what is no such URL.
    """

    def __init__(self, url: str, *, insecure: bool = False) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is not the URL of a site")
        self.scheme, self.netloc = parts.scheme, parts.netloc.rpartition("@")[2]
        self.host, self.port = parts.hostname, parts.port
        if not self.host.isascii():
            self.host = self.host.encode("idna").decode()
            self.netloc = f"{self.host}:{self.port}" if self.port else self.host
        self.prefix = in_ascii(parts.path.rstrip("/"))
        self.requests = 0
        self._context = ssl.create_default_context()
        if insecure:
            self._context.check_hostname = False
            self._context.verify_mode = ssl.CERT_NONE

    @property
    def is_local(self) -> bool:
        """Whether the site is on this machine, by its name."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def ask(
        self, method: str, path: str, headers: Pairs = (), body: bytes = b""
    ) -> Reply:
        """The answer to a request whose *path* goes out as it is, quoted already.

        Raises OSError where there is none that can be read.
        """
        self.requests += 1
        connection = self._connect()
        try:
            connection.putrequest(
                method, self.prefix + path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in [("Host", self.netloc), *headers]:
                connection.putheader(name, value)
            connection.putheader("User-Agent", "psp")
            connection.putheader("Connection", "close")
            connection.endheaders(body or None)
            response = connection.getresponse()
            raw = _left_over(response) if method == "HEAD" else _read(response)
            return Reply(response.status, response.getheaders(), raw)
        except HTTPException as error:
            raise Unreadable(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()

    def _connect(self) -> HTTPConnection:
        source = (_NO_PROXY, 0) if self.host in ("127.0.0.1", "localhost") else None
        made = self._make(source)
        try:
            made.connect()
        except OSError:
            if source is None:
                raise
            made = self._make(None)  # not every system has more than one such address
            made.connect()
        return made

    def _make(self, source: tuple[str, int] | None) -> HTTPConnection:
        if self.scheme == "http":
            return HTTPConnection(
                self.host, self.port, timeout=SECONDS, source_address=source
            )
        return HTTPSConnection(
            self.host,
            self.port,
            timeout=SECONDS,
            source_address=source,
            context=self._context,
        )


def _left_over(response: HTTPResponse) -> bytes:
    """What follows the head of an answer that has no body."""
    return response.fp.read(LARGEST) if response.fp else b""


def _read(response: HTTPResponse) -> bytes:
    """The body, as much of it as there is: pages may end in the middle."""
    try:
        return response.read(LARGEST)
    except IncompleteRead as error:
        return error.partial


def in_ascii(path: str) -> str:
    """*path* as it is in a URL, with what cannot be in a request line quoted."""
    return quote(path, safe=_VISIBLE)


def as_path(name: str) -> str:
    """The path of the file *name* below the root, for a URL."""
    return "/" + quote(name)
