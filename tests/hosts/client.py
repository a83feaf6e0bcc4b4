"""A small HTTP/1.1 client that sends what it is told and hides nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from http.client import HTTPException, HTTPResponse
from typing import Any, NamedTuple

Pairs = Iterable[tuple[str, str]]

SECONDS = 15.0
VISITOR = "127.0.0.2"  # not the address of a proxy


class Reply(NamedTuple):
    """An answer; ``body`` has its chunks undone."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of the header *name*."""
        return [value for key, value in self.headers if key.lower() == name]

    def one(self, name: str) -> str:
        """The value of the header *name*; empty without."""
        return ", ".join(self.all(name))

    @property
    def text(self) -> str:
        """The body, without blanks around it."""
        return self.body.decode("utf-8", "replace").strip()

    def json(self) -> Any:
        """What the body says in JSON."""
        assert self.status == 200, f"status {self.status}: {self.text[:200]}"
        return json.loads(self.body)


class Client:
    """Asks the web server at *address* for what is below *prefix*.

    The path of a request goes out as it is.
    """

    def __init__(self, address: tuple[str, int], prefix: str = ""):
        self.address = address
        self.prefix = prefix
        self.host = f"localhost:{address[1]}"

    def get(self, path: str, *headers: tuple[str, str], method: str = "GET") -> Reply:
        """The answer to a request without a body."""
        return self.send(method, path, headers)

    def post(self, path: str, body: bytes, *headers: tuple[str, str]) -> Reply:
        """The answer to a body of known length."""
        length = ("Content-Length", str(len(body)))
        return self.send("POST", path, [length, *headers], body)

    def send(self, method: str, path: str, headers: Pairs, body: bytes = b"") -> Reply:
        """The answer to a request that ends its connection."""
        with self.connect() as connection:
            head = self.head(method, path, [("Connection", "close"), *headers])
            try:
                connection.sendall(head + body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it was answered before all of it was read
            return read_reply(connection, method)

    def several(self, *requests: tuple[str, str]) -> list[Reply]:
        """The answers to methods and paths, on one connection while it is kept."""
        connection, replies = self.connect(), []
        for method, path in requests:
            connection.sendall(self.head(method, path, []))
            replies.append(read_reply(connection, method))
            if replies[-1].one("connection").lower() == "close":
                connection.close()
                connection = self.connect()
        connection.close()
        return replies

    def head(self, method: str, path: str, headers: Pairs) -> bytes:
        """The head of a request."""
        lines = [f"{method} {self.prefix}{path} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def connect(self) -> socket.socket:
        """A connection that is given up after a while."""
        return socket.create_connection(self.address, SECONDS, (VISITOR, 0))


def open_reply(connection: socket.socket, method: str = "GET") -> HTTPResponse:
    """The answer with its body still to be read."""
    response = HTTPResponse(connection, method=method)
    try:
        response.begin()
    except HTTPException as error:
        raise ConnectionError(f"no answer: {error!r}") from error
    return response


def read_reply(connection: socket.socket, method: str = "GET") -> Reply:
    """The whole answer; ConnectionError if it is cut."""
    with open_reply(connection, method) as response:
        try:
            body = response.read()
        except HTTPException as error:
            raise ConnectionError(f"the answer is cut: {error!r}") from error
        return Reply(response.status, response.reason, response.getheaders(), body)
