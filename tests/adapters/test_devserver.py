"""The built-in server over real sockets: limits, log lines and a stop that finishes."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from psp.adapters.devserver import Server, is_loopback
from psp.adapters.wsgi import WSGIApplication
from psp.settings import LimitSettings, ServerSettings, Settings

Environ = dict[str, Any]


def echo(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answers with method, path and the number of bytes in the body."""
    body = environ["wsgi.input"].read()
    text = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)}".encode()
    start_response("200 OK", [("Content-Length", str(len(text)))])
    return [text]


def settings(**changes: Any) -> Settings:
    return Settings(server=ServerSettings(port=0, threads=2), **changes)


@contextmanager
def serving(
    application: Any,
    with_settings: Settings,
    body_limit: Callable[[str], int] | None = None,
) -> Iterator[Server]:
    server = Server(application, with_settings, body_limit)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(20)
    assert not thread.is_alive()


def ask(server: Server, data: bytes) -> bytes:
    """The first line that *server* answers to the raw request *data*."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(data)
        return connection.makefile("rb").readline().strip()


def test_requests_are_answered() -> None:
    with serving(echo, settings()) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        for path in ("/one", "/two"):
            connection.request("POST", path, b"12345")
            response = connection.getresponse()
            assert response.read() == f"POST {path} 5".encode()
            assert response.headers["Server"] == "psp"
        connection.close()


def test_port_0_takes_a_free_port_and_the_url_tells_it() -> None:
    with serving(echo, settings()) as server:
        assert server.port > 0
        assert server.url == f"http://127.0.0.1:{server.port}/"


def test_ipv6_address_is_in_brackets() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        server = Server(echo, Settings(server=ServerSettings(host="::1", port=0)))
    except OSError:
        pytest.skip("no IPv6 here")
    assert server.url == f"http://[::1]:{server.port}/"
    server.stop()
    server.run()


def test_port_in_use_is_an_os_error() -> None:
    with serving(echo, settings()) as server:
        taken = Settings(server=ServerSettings(port=server.port))
        with pytest.raises(OSError, match="in use"):
            Server(echo, taken)


def test_unknown_host_is_an_os_error() -> None:
    with pytest.raises(OSError):
        Server(echo, Settings(server=ServerSettings(host="256.256.256.256")))


@pytest.mark.parametrize(
    ("count", "status"), [(4, b"HTTP/1.1 200 OK"), (5, b"HTTP/1.0 400 Bad Request")]
)
def test_number_of_header_fields(count: int, status: bytes) -> None:
    fields = b"".join(b"X-%d: y\r\n" % number for number in range(count))
    with serving(echo, settings(limits=LimitSettings(headers=4))) as server:
        assert ask(server, b"GET / HTTP/1.1\r\n" + fields + b"\r\n") == status


def test_size_of_the_header() -> None:
    limited = settings(limits=LimitSettings(header_bytes=1000))
    with serving(echo, limited) as server:
        answer = ask(server, b"GET / HTTP/1.1\r\nX: " + b"y" * 1000 + b"\r\n\r\n")
        assert answer.split()[1] == b"431"
        answer = ask(server, b"GET / HTTP/1.1\r\nX: " + b"y" * 900 + b"\r\n\r\n")
        assert answer.split()[1] == b"200"


def test_header_that_never_ends_is_cut_off() -> None:
    limited = settings(limits=LimitSettings(header_bytes=1000))
    with serving(echo, limited) as server:
        answer = ask(server, b"GET / HTTP/1.1\r\nX: " + b"y" * 2000)
        assert answer.split()[1] == b"431"


@pytest.mark.parametrize(("size", "status"), [(100, b"200"), (101, b"413")])
def test_size_of_the_body(size: int, status: bytes) -> None:
    with serving(echo, settings(limits=LimitSettings(body_bytes=100))) as server:
        head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
        assert ask(server, head + b"x" * size).split()[1] == status


@pytest.mark.parametrize(("chunks", "status"), [(1, b"200"), (2, b"413")])
def test_size_of_a_chunked_body(chunks: int, status: bytes) -> None:
    with serving(echo, settings(limits=LimitSettings(body_bytes=100))) as server:
        head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        body = (b"3c\r\n" + b"x" * 60 + b"\r\n") * chunks + b"0\r\n\r\n"
        assert ask(server, head + body).split()[1] == status


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/large.psp", 200, b"200"),
        ("/large.psp", 150, b"200"),
        ("/l%61rge.psp?a=b", 200, b"200"),
        ("/large.psp", 201, b"413"),
        ("/small.psp", 51, b"413"),
        ("/other.psp", 101, b"413"),
        ("/broken.psp", 101, b"413"),
        ("/missing.psp", 101, b"413"),
        ("/%00", 101, b"413"),
    ],
)
def test_size_of_the_body_by_page(
    tmp_path: Path, path: str, size: int, status: bytes
) -> None:
    for name, limit in {"large": "200", "small": "50", "broken": "lots"}.items():
        text = f'<%@ page body_bytes="{limit}" %><% req.read() %>'
        (tmp_path / f"{name}.psp").write_text(text)
    (tmp_path / "other.psp").write_text("<% req.read() %>")
    limited = settings(limits=LimitSettings(body_bytes=100))
    application = WSGIApplication(tmp_path, settings=limited)
    with serving(application, limited, application.body_limit) as server:
        start = f"POST {path} HTTP/1.1\r\n".encode()
        head = start + b"Content-Length: %d\r\n\r\n" % size
        assert ask(server, head + b"x" * size).split()[1] == status
        if size != 200:  # of chunks the server counts their heads as well
            head = start + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % size
            tail = b"\r\n0\r\n\r\n"
            assert ask(server, head + b"x" * size + tail).split()[1] == status


def test_server_that_is_woken_while_it_is_stopped_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(echo, settings()) as server:
        pull = server._waitress.pull_trigger

        def pull_late() -> None:
            socket.create_connection(("127.0.0.1", server.port), 10).close()
            time.sleep(0.3)  # time enough to close everything
            pull()

        monkeypatch.setattr(server._waitress, "pull_trigger", pull_late)
        server.stop()
        monkeypatch.undo()


def test_request_that_runs_when_the_server_stops_is_finished() -> None:
    started, go_on = threading.Event(), threading.Event()
    big = b"x" * 5_000_000  # more than the buffers of a socket take

    def slow(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        started.set()
        go_on.wait(10)
        start_response("200 OK", [("Content-Length", str(len(big)))])
        return [big]

    with serving(slow, settings()) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/")
        assert started.wait(10)
        server.stop()
        with pytest.raises(OSError):
            while True:  # the stop is noticed a moment later
                socket.create_connection(("127.0.0.1", server.port), 10).close()
        go_on.set()
        assert connection.getresponse().read() == big
        connection.close()


def test_stop_before_run() -> None:
    server = Server(echo, settings())
    server.stop()
    server.run()


def test_idle_connections_do_not_hold_up_the_stop() -> None:
    with serving(echo, settings()) as server:
        idle = socket.create_connection(("127.0.0.1", server.port), 10)
        ask(server, b"GET / HTTP/1.0\r\n\r\n")
    assert idle.recv(1) == b""
    idle.close()


def test_development_logs_every_request_on_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with serving(echo, settings(development=True)) as server:
        ask(server, b"GET /a\x1b[31m HTTP/1.1\r\n\r\n")
        ask(server, b"GET /\xe9 HTTP/1.1\r\nContent-Length: x\r\n\r\n")
    lines = [entry.getMessage() for entry in caplog.records if "access" in entry.name]
    bad, good = sorted(lines)  # each is logged by its own thread
    assert good.startswith(r'127.0.0.1 "GET /a\x1b[31m HTTP/1.1" 200 ')
    assert bad.startswith(r'127.0.0.1 "GET /\xe9 HTTP/1.1" 400 ')


def test_production_logs_no_requests(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with serving(echo, settings()) as server:
        ask(server, b"GET /a HTTP/1.0\r\n\r\n")
    assert not [entry for entry in caplog.records if "access" in entry.name]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("example.org", False),
    ],
)
def test_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
