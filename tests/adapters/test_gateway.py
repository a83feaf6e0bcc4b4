"""The gateway over real sockets, with a web server that is a few lines."""

from __future__ import annotations

import errno
import fcntl
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from psp import WSGIApplication
from psp.adapters import gateway as gateway_module
from psp.adapters.ajp import AJP
from psp.adapters.fcgi import FastCGI, Record
from psp.adapters.gateway import Gateway
from psp.adapters.listening import address_of, listen, peers, release
from psp.adapters.scgi import SCGI
from psp.adapters.talk import Application, Talk
from psp.adapters.wire import Wire

from .webserver import (
    Reply,
    ajp_body,
    ajp_packet,
    ajp_reply,
    ajp_request,
    cgi_reply,
    fcgi_records,
    fcgi_reply,
    fcgi_request,
    scgi_request,
)

SECONDS = 60.0  # until a gateway, which may have to start first, has answered
PAGE = "<%= req.method %> <%= req.path_info %> <%= form.getfirst('name', '-') %>"
POST = {
    "REQUEST_METHOD": "POST",
    "SCRIPT_NAME": "/page.psp",
    "PATH_INFO": "/x",
    "CONTENT_TYPE": "application/x-www-form-urlencoded",
    "CONTENT_LENGTH": "8",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "htdocs"
    root.mkdir()
    (root / "page.psp").write_text(PAGE)
    (root / "cut.psp").write_text("there<% req.flush() %><%= nothing %>")
    return root


@pytest.fixture
def site(root: Path) -> Application:
    return WSGIApplication(root)


@contextmanager
def serving(
    application: Application, make: Callable[[], Wire], **options: Any
) -> Iterator[tuple[str, int]]:
    listener = listen("127.0.0.1:0")
    gateway = Gateway(application, listener, make, **options)
    thread = Thread(target=gateway.run)
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        gateway.stop()
        thread.join(20)
        release(listener)
    assert not thread.is_alive()


def ask(address: tuple[str, int], request: bytes) -> bytes:
    """All that comes back."""
    with socket.create_connection(address, SECONDS) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def ajp_post() -> bytes:
    headers = [("Content-Type", POST["CONTENT_TYPE"]), ("Content-Length", "8")]
    return ajp_request("/page.psp/x", headers, 4) + ajp_body(b"name=Ada")


@pytest.mark.parametrize(
    ("make", "request_", "read"),
    [
        (FastCGI, fcgi_request(POST, b"name=Ada"), fcgi_reply),
        (SCGI, scgi_request(POST, b"name=Ada"), cgi_reply),
        (AJP, ajp_post(), ajp_reply),
    ],
    ids=["fcgi", "scgi", "ajp"],
)
def test_a_form_is_posted_to_a_page(
    site: Application,
    make: Callable[[], Wire],
    request_: bytes,
    read: Callable[[bytes], Reply],
) -> None:
    with serving(site, make) as address:
        reply = read(ask(address, request_))
    assert (reply.status, reply.body) == ("200 OK", b"POST /x Ada")


def test_kept_connections_cost_no_thread(site: Application) -> None:
    get = {"PATH_INFO": "/page.psp"}
    with serving(site, FastCGI, threads=1) as address:
        connections = [socket.create_connection(address, SECONDS) for _ in range(5)]
        for _ in range(2):
            for connection in connections:
                connection.sendall(fcgi_request(get, keep=True))
                data = b""
                while not data.endswith(Record(3, 1, bytes(8)).encode()):
                    data += connection.recv(65536)
                assert fcgi_reply(data).body == b"GET  -"
        for connection in connections:
            connection.close()


def test_a_ping_before_and_between_requests(site: Application) -> None:
    with serving(site, AJP) as address:
        with socket.create_connection(address, SECONDS) as connection:
            for _ in range(2):
                connection.sendall(ajp_packet(b"\x0a"))
                assert connection.recv(100) == b"AB\0\1\x09"
                connection.sendall(ajp_request("/page.psp"))
                data = b""
                while not data.endswith(b"AB\0\2\5\1"):
                    data += connection.recv(65536)
                assert ajp_reply(data).body == b"GET  -"


def test_without_the_secret_there_is_no_page(site: Application) -> None:
    with serving(site, lambda: AJP(secret="s")) as address:
        reply = ajp_reply(ask(address, ajp_request("/page.psp")))
    assert reply.status == "403 Forbidden" and b"GET" not in reply.body


def test_what_is_no_protocol_closes_the_connection(site: Application) -> None:
    with serving(site, SCGI) as address:
        assert ask(address, b"GET / HTTP/1.0\r\n\r\n") == b""
        assert ask(address, b"") == b""


def test_a_page_that_fails_after_its_headers_has_no_end(site: Application) -> None:
    with serving(site, FastCGI) as address:
        data = ask(address, fcgi_request({"PATH_INFO": "/cut.psp"}))
    assert fcgi_reply(data).body == b"there"
    assert 3 not in [record.type for record in fcgi_records(data)]


@pytest.mark.parametrize("length", ["", "0"])
def test_a_body_that_was_lost_is_no_empty_form(site: Application, length: str) -> None:
    lost = {**POST, "CONTENT_LENGTH": length, "HTTP_TRANSFER_ENCODING": "chunked"}
    with serving(site, FastCGI) as address:
        assert fcgi_reply(ask(address, fcgi_request(lost))).status[:3] == "411"
        whole = fcgi_reply(ask(address, fcgi_request(lost, b"name=Ada")))
    assert whole.body == b"POST /x Ada"


def test_a_body_that_is_cut_is_refused(site: Application) -> None:
    with serving(site, SCGI) as address:
        reply = cgi_reply(ask(address, scgi_request({**POST, "CONTENT_LENGTH": "9"})))
    assert reply.status == "400 Bad Request"


def test_streams_stop_when_they_are_aborted() -> None:
    ended = Event()

    def endless(environ: dict[str, Any], start: Any) -> Iterator[bytes]:
        start("200 OK", [])
        try:
            while True:
                yield b"x" * 1000
        finally:
            ended.set()

    with serving(endless, FastCGI) as address:
        with socket.create_connection(address, SECONDS) as connection:
            connection.sendall(fcgi_request({}, keep=True))
            assert connection.recv(100)
            connection.sendall(Record(2, 1, b"").encode())
            while not ended.wait(0):
                connection.recv(1 << 20)


@pytest.mark.parametrize("error", [RuntimeError("no"), SystemExit("no")])
def test_errors_of_the_application_are_500_and_told_in_the_log(
    caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    def broken(environ: dict[str, Any], start: Any) -> list[bytes]:
        environ["wsgi.errors"].write("oh")
        raise error

    with serving(broken, FastCGI, threads=1) as address:
        for _ in range(2):
            data = ask(address, fcgi_request({}))
            assert fcgi_reply(data).status == "500 Internal Server Error"
            assert Record(7, 1, b"oh") in fcgi_records(data)
    assert f"{type(error).__name__}: no" in caplog.text


class _Full(socket.socket):
    """A listener of a process that has no descriptor left for its first visitor."""

    calls = 0

    def accept(self) -> tuple[socket.socket, Any]:
        self.calls += 1
        if self.calls == 1:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().accept()


def test_where_nothing_can_be_accepted_the_gateway_waits(
    site: Application,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(gateway_module, "PAUSE", 0.1)
    with _Full(fileno=listen("127.0.0.1:0").detach()) as listener:
        gateway = Gateway(site, listener, SCGI)
        thread = Thread(target=gateway.run)
        thread.start()
        data = ask(listener.getsockname(), scgi_request({"PATH_INFO": "/page.psp"}))
        gateway.stop()
        thread.join(20)
        assert listener.calls == 2
    assert cgi_reply(data).body == b"GET  -"
    assert "no connection can be accepted: Too many open files" in caplog.text


def test_descriptors_may_have_high_numbers(site: Application) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
    theirs, ours = socket.socketpair()
    number = fcntl.fcntl(ours.fileno(), fcntl.F_DUPFD_CLOEXEC, 1024)
    with ours, theirs, socket.socket(fileno=number) as connection:
        theirs.sendall(fcgi_request({"PATH_INFO": "/page.psp"}))
        assert not Talk(connection, FastCGI(), (".psp",)).serve(site)
        assert fcgi_reply(theirs.recv(65536)).body == b"GET  -"


class _Narrow(socket.socket):
    """A connection that takes little at a time, and not everything in one time-out."""

    def send(self, data: Any, flags: int = 0) -> int:
        return super().send(data[:1000], flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        raise TimeoutError


def test_an_answer_may_take_long_as_long_as_some_of_it_goes() -> None:
    def large(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [])
        return [b"x" * 10_000]

    theirs, ours = socket.socketpair()
    with theirs, _Narrow(fileno=ours.detach()) as connection:
        theirs.sendall(scgi_request({}))
        assert not Talk(connection, SCGI(), (".psp",)).serve(large)
        connection.close()
        data = b"".join(iter(lambda: theirs.recv(65536), b""))
    assert cgi_reply(data).body == b"x" * 10_000


def test_a_gateway_that_has_ended_leaves_no_threads(site: Application) -> None:
    before = set(threading.enumerate())
    with serving(site, SCGI) as address:
        ask(address, scgi_request({"PATH_INFO": "/page.psp"}))
    assert set(threading.enumerate()) <= before


def test_stopping_lets_requests_finish() -> None:
    started, finish = Event(), Event()

    def slow(environ: dict[str, Any], start: Any) -> list[bytes]:
        started.set()
        finish.wait(10)
        start("200 OK", [])
        return [b"done"]

    listener = listen("127.0.0.1:0")
    gateway = Gateway(slow, listener, SCGI)
    thread = Thread(target=gateway.run)
    thread.start()
    with socket.create_connection(listener.getsockname(), SECONDS) as connection:
        connection.sendall(scgi_request({}))
        started.wait(10)
        gateway.stop()
        finish.set()
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    assert cgi_reply(data).body == b"done"
    thread.join(10)
    release(listener)


def test_only_the_named_may_connect(site: Application) -> None:
    request = scgi_request({"PATH_INFO": "/page.psp"})
    allowed = frozenset({"192.0.2.1"})
    with serving(site, SCGI, allowed=allowed) as address:
        with socket.create_connection(address, SECONDS) as connection:
            try:
                connection.sendall(request)
                answer = connection.recv(65536)
            except ConnectionError:  # a reset or an end, by who was faster
                answer = b""
    assert answer == b""
    assert peers({"FCGI_WEB_SERVER_ADDRS": "127.0.0.1, ::1"}) == {"127.0.0.1", "::1"}
    assert peers({}) == frozenset()


def test_a_unix_socket_of_somebody_busy_is_left(tmp_path: Path) -> None:
    path, waiting = str(tmp_path / "s"), []
    with ExitStack() as stack, socket.socket(socket.AF_UNIX) as busy:
        busy.bind(path)
        busy.listen(0)
        while not waiting or waiting[-1] == 0:  # until no more may wait
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            waiting.append(client.connect_ex(path))
        with pytest.raises(OSError, match="in use"):
            listen(f"unix:{path}")


def test_a_unix_socket_takes_the_place_of_a_dead_one(tmp_path: Path) -> None:
    path = tmp_path / "s"
    first = listen(f"unix:{path}", 0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OSError):
        listen(f"unix:{path}")
    first.close()
    second = listen(f"unix:{path}")
    assert address_of(second) == f"unix:{path}"
    release(second)
    assert not path.exists()


@pytest.mark.parametrize(
    "address", ["", "unix:", "9000", "host:", "127.0.0.1:99999", "a:-1"]
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="neither HOST:PORT nor unix:PATH"):
        listen(address)


@contextmanager
def command(*words: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", "psp", *words],
        stdout=subprocess.PIPE,
        env={**os.environ, "XDG_DATA_HOME": str(options.pop("home"))},
        **options,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code after SIGTERM."""
    process.send_signal(signal.SIGTERM)
    return process.wait(SECONDS)


def test_the_command_serves_with_several_processes(root: Path, tmp_path: Path) -> None:
    (root / "page.psp").write_text("<% import os %><%= os.getpid() %>")
    words = ("--listen", f"unix:{tmp_path}/s", "--workers", "2")
    with command("scgi", str(root), *words, home=tmp_path / "home") as process:
        assert process.stdout and b"Serving" in process.stdout.readline()

        def get() -> int:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(f"{tmp_path}/s")
                connection.sendall(scgi_request({"PATH_INFO": "/page.psp"}))
                data = b"".join(iter(lambda: connection.recv(65536), b""))
            return int(cgi_reply(data).body)

        first = get()
        assert first != process.pid
        os.kill(first, signal.SIGKILL)  # another takes its place
        assert get() != first
        assert ended(process) == 0
    assert not (tmp_path / "s").exists()


def test_a_mode_that_is_none_is_refused(root: Path, tmp_path: Path) -> None:
    words = ("fcgi", str(root), "--listen", f"unix:{tmp_path}/s", "--mode", "999")
    with command(*words, home=tmp_path, stderr=subprocess.PIPE) as process:
        _, text = process.communicate(timeout=SECONDS)
    assert (process.returncode, b"'999' is no mode in octal" in text) == (2, True)


def test_the_web_server_may_start_it(root: Path, tmp_path: Path) -> None:
    with listen("127.0.0.1:0") as listener:
        home = tmp_path / "home"
        with command("fcgi", str(root), stdin=listener, home=home) as process:
            get = fcgi_request({"PATH_INFO": "/page.psp"})
            assert fcgi_reply(ask(listener.getsockname(), get)).body == b"GET  -"
            assert ended(process) == 0
            assert process.stdout and process.stdout.read() == b""


def test_ajp_for_other_machines_needs_a_secret(root: Path, tmp_path: Path) -> None:
    words = ("ajp", str(root), "--listen", "0.0.0.0:0")
    with command(*words, home=tmp_path, stderr=subprocess.PIPE) as process:
        _, text = process.communicate(timeout=SECONDS)
    assert (process.returncode, b"needs --secret" in text) == (1, True)


def test_cgi_answers_once(root: Path, tmp_path: Path) -> None:
    environ = {**os.environ, **POST, "XDG_DATA_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "psp", "cgi", str(root)],
        input=b"name=Ada",
        env=environ,
        capture_output=True,
    )
    reply = cgi_reply(done.stdout)
    assert (reply.status, reply.body) == ("200 OK", b"POST /x Ada")
    assert (done.returncode, done.stderr) == (0, b"")
