"""The probes' client for a site in the same process: ``psp.testing.Client`` asked."""

from __future__ import annotations

import socket

from psp import testing
from psp.errors import ResponseCut
from psp.settings import load_settings

from .client import VISITOR, Client, Pairs, Reply
from .probes import NotPossible
from .stage import Stage


class InProcess(Client):
    """Asks the site of *stage* without a connection."""

    def __init__(self, stage: Stage):
        super().__init__(("localhost", 80))
        self.host = "localhost"
        settings = load_settings(str(stage.root / "psp.toml"))
        self._site = testing.Client(settings=settings, raises=False)

    def send(self, method: str, path: str, headers: Pairs, body: bytes = b"") -> Reply:
        """The answer, read to its end."""
        if ("Transfer-Encoding", "chunked") in headers:
            raise NotPossible("there are no chunks without a connection")
        given = {"REMOTE_ADDR": VISITOR}
        if "Content-Length" in dict(headers):
            given["CONTENT_LENGTH"] = dict(headers)["Content-Length"]
        path, _, query = path.partition("?")
        try:
            return self._ask(method, path, query, headers, body, given)
        except ResponseCut as error:
            raise ConnectionError(str(error)) from error

    def _ask(
        self,
        method: str,
        path: str,
        query: str,
        headers: Pairs,
        body: bytes,
        given: dict[str, str],
    ) -> Reply:
        response = self._site.open(
            path,
            method=method,
            query_string=query,
            headers=list(headers),
            data=body,
            environ_overrides=given,
        )
        with response:
            status, reason = response.status.split(" ", 1)
            pairs = list(response.headers)
            return Reply(int(status), reason, pairs, response.data)

    def several(self, *requests: tuple[str, str]) -> list[Reply]:
        """The answers to methods and paths."""
        return [self.send(method, path, []) for method, path in requests]

    def connect(self) -> socket.socket:
        """There is none."""
        raise NotPossible("there is no connection")
