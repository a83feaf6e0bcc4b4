"""Visitors who leave while a CGI program is silent, as servers tell of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from adapters.test_asgi import Visit
from adapters.test_gateway import serving
from adapters.webserver import ajp_request, fcgi_request, scgi_request

from psp import ASGIApplication, WSGIApplication
from psp.adapters.ajp import AJP
from psp.adapters.fcgi import FastCGI, Record
from psp.adapters.scgi import SCGI
from psp.adapters.wire import Wire
from psp.scripts import process

from .site import is_running, wait_until

GET = {"PATH_INFO": "/a.cgi"}
CGI = {"extensions": [".cgi"]}


@pytest.fixture(params=["before", "after"])
def root(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A site whose program is silent before its headers, or after them."""
    monkeypatch.setattr(process, "LOOK", 0.05)
    head = "echo Content-Type: text/plain; echo" if request.param == "after" else ":"
    program = tmp_path / "a.cgi"
    program.write_text(
        f"#!/bin/sh\n{head}\necho $$ > new\nmv new pid\nexec sleep 1000\n"
    )
    program.chmod(0o755)
    return tmp_path


def started(root: Path) -> int:
    """The id of the program, once it has begun."""
    wait_until((root / "pid").exists)
    return int((root / "pid").read_text())


@pytest.mark.parametrize(
    ("make", "request_", "last"),
    [
        (FastCGI, fcgi_request(GET), b""),
        (FastCGI, fcgi_request(GET, keep=True), Record(2, 1, b"").encode()),
        (SCGI, scgi_request(GET), b""),
        (AJP, ajp_request("/a.cgi"), b""),
    ],
    ids=["fcgi", "fcgi-abort", "scgi", "ajp"],
)
def test_a_web_server(
    root: Path, make: Callable[[], Wire], request_: bytes, last: bytes
) -> None:
    with serving(WSGIApplication(root, cgi=CGI), make) as address:
        with socket.create_connection(address, 60) as connection:
            connection.sendall(request_)
            program = started(root)
            connection.sendall(last)
            if not last:
                connection.close()
            wait_until(lambda: not is_running(program))


def test_a_server_of_asgi(root: Path) -> None:
    application = ASGIApplication(root, cgi=CGI)

    async def run() -> None:
        visit = Visit(path="/a.cgi")
        running = asyncio.create_task(visit.run(application))
        program = await asyncio.to_thread(started, root)
        visit.left.set()
        with pytest.raises(Exception, match="the visitor has left"):
            await running
        assert not is_running(program)

    asyncio.run(run())
