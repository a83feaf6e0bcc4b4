"""``psp serve``: a process that is asked over HTTP and told to stop."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread

import pytest

from psp.cli.serve import _manner
from psp.settings import ServerSettings, Settings

from .conftest import Run

Write = Callable[[str, str], Path]


class Served:
    """A running ``psp serve``; ``stop`` gives its exit code and what it logged."""

    def __init__(self, process: subprocess.Popen[str]):
        self.process = process
        assert process.stdout and process.stderr
        self.greeting = process.stdout.readline() + process.stdout.readline()
        found = re.search(r"http://\S+:(\d+)/", self.greeting)
        assert found, process.stderr.read()
        self.url, self.port = found[0], int(found[1])

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of the answer to GET *path*."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and log after the signal *number*."""
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, log


Serve = Callable[..., Served]


@pytest.fixture
def serve(environment: dict[str, str]) -> Iterator[Serve]:
    """Starts ``psp serve`` on a free port, with arguments."""
    with ExitStack() as stack:

        def start(*arguments: str) -> Served:
            process = subprocess.Popen(
                [sys.executable, "-m", "psp", "serve", "--port", "0", *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
            )
            stack.enter_context(process)  # closes its pipes, waits for its end
            stack.callback(process.kill)
            return Served(process)

        yield start


def test_pages_files_and_nothing_else(serve: Serve, write: Write, folder: Path) -> None:
    write("site/index.psp", "<h1><%= req.method %> <%= form.getfirst('q') %></h1>")
    write("site/style.css", "h1 { color: red }")
    write("site/_part.psp", "part")
    write("site/.secret", "secret")
    write("psp.toml", "[server]\nthreads = 2")
    served = serve("site")
    assert served.greeting.startswith(f"Serving {folder}/site on http://127.0.0.1:")
    assert "production" in served.greeting
    assert "other machines" not in served.greeting
    assert served.get("?q=%3Cb%3E") == (200, "<h1>GET &lt;b&gt;</h1>")
    assert served.get("style.css") == (200, "h1 { color: red }")
    for path in ("none.psp", "_part.psp", ".secret", "../psp.toml", "index.psc"):
        assert served.get(path)[0] == 404
    assert served.stop() == (0, "")


def test_pages_change_while_they_are_served(serve: Serve, write: Write) -> None:
    page = write("a.psp", "one")
    write("psp.toml", "reload_interval = 0")
    served = serve()
    assert served.get("a.psp") == (200, "one")
    page.write_text("two, longer")
    assert served.get("a.psp") == (200, "two, longer")


def test_compiled_pages_outlive_the_server(
    serve: Serve, write: Write, tmp_path: Path
) -> None:
    os.utime(write("a.psp", "one"), (1, 1))  # old enough for its time to be trusted
    kept = tmp_path / "caches" / "psp"
    assert serve().get("a.psp") == (200, "one")
    (file,) = kept.glob("*/*.psc")
    before = file.stat().st_ino
    assert serve().get("a.psp") == (200, "one")
    assert file.stat().st_ino == before
    write("psp.toml", "cache_dir = 'cache'")
    assert serve().get("a.psp") == (200, "one")
    assert len(list(Path("cache").iterdir())) == 1


def test_no_cache_folder_is_no_trouble(
    serve: Serve, write: Write, tmp_path: Path
) -> None:
    (tmp_path / "caches").write_text("a file in its place")
    write("a.psp", "one")
    served = serve()
    assert served.get("a.psp") == (200, "one")
    assert served.stop() == (0, "")


def test_production_tells_errors_to_the_log_only(serve: Serve, write: Write) -> None:
    write("a.psp", "<%= 1 / 0 %>")
    write("b.psp", "<% for %>")
    served = serve("--prod")
    for name in ("a.psp", "b.psp"):
        status, text = served.get(name)
        assert status == 500
        assert not re.search("ZeroDivision|SyntaxError|invalid|1 / 0|<%", text)
    code, log = served.stop()
    assert code == 0
    assert "ZeroDivisionError: division by zero" in log
    assert "expected ':' at the end of this 'for'" in log
    assert "psp.access" not in log


def test_development_shows_errors_and_logs_requests(serve: Serve, write: Write) -> None:
    write("a.psp", "<%= 1 / 0 %>")
    served = serve("--dev")
    assert "development" in served.greeting
    status, text = served.get("a.psp?x=%0A")
    assert status == 500
    assert "ZeroDivisionError" in text
    code, log = served.stop()
    assert code == 0
    assert 'psp.access: 127.0.0.1 "GET /a.psp?x=%0A HTTP/1.1" 500 ' in log


def test_settings_come_from_file_and_options_win(serve: Serve, write: Write) -> None:
    write("pages/a.html", "<%= None %>")
    write("psp.toml", "document_root = 'pages'\nextensions = ['.html']")
    assert serve().get("a.html") == (200, "")
    assert serve("--dialect", "mod_python").get("a.html") == (200, "None")


def test_sessions_live_as_long_as_the_server(serve: Serve, write: Write) -> None:
    write("a.psp", "<% session['n'] = session.get('n', 0) + 1 %><%= session['n'] %>")
    served = serve()
    connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("GET", "/a.psp")
    response = connection.getresponse()
    assert response.read() == b"1"
    cookie = str(response.headers["Set-Cookie"]).partition(";")[0]
    connection.request("GET", "/a.psp", headers={"Cookie": cookie})
    assert connection.getresponse().read() == b"2"
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_lets_a_running_page_finish(
    serve: Serve, write: Write, folder: Path, number: int
) -> None:
    # The page says that it runs through one FIFO and waits at another.
    os.mkfifo(folder / "runs")
    os.mkfifo(folder / "goes-on")
    write("a.psp", "<% open('runs', 'w').close(); open('goes-on').close() %>done")
    served = serve()
    answers: list[tuple[int, str]] = []
    visitor = Thread(target=lambda: answers.append(served.get("a.psp")))
    visitor.start()
    (folder / "runs").open().close()
    served.process.send_signal(number)
    while True:  # until the stop has been noticed
        try:
            socket.create_connection(("127.0.0.1", served.port), 5).close()
        except OSError:
            break
    (folder / "goes-on").open("w").close()
    visitor.join(20)
    assert answers == [(200, "done")]
    _, log = served.process.communicate(timeout=30)
    assert (served.process.returncode, log) == (0, "")


def test_second_signal_ends_the_process(
    serve: Serve, write: Write, folder: Path
) -> None:
    os.mkfifo(folder / "runs")
    os.mkfifo(folder / "never")
    write("a.psp", "<% open('runs', 'w').close(); open('never').close() %>")
    served = serve()
    with socket.create_connection(("127.0.0.1", served.port), 5) as visitor:
        visitor.sendall(b"GET /a.psp HTTP/1.0\r\n\r\n")
        (folder / "runs").open().close()
        served.process.send_signal(signal.SIGINT)
        while True:
            try:
                socket.create_connection(("127.0.0.1", served.port), 5).close()
            except OSError:
                break
        assert served.stop(signal.SIGINT)[0] == -signal.SIGINT


def test_greeting_says_when_other_machines_can_ask() -> None:
    settings = Settings(server=ServerSettings(host="0.0.0.0"))
    assert _manner(settings).endswith("; other machines can ask too")


def test_port_in_use(run: Run, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert result.exit_code == 1
    expected = (
        f"Error: cannot listen on 127.0.0.1 port {port}: Address already in use\n"
    )
    assert result.stderr == expected
    assert result.stdout == ""


def test_unknown_host(run: Run, folder: Path) -> None:
    result = run("serve", "--host", "256.256.256.256", "--port", "0")
    assert result.exit_code == 1
    assert "cannot listen on 256.256.256.256 port 0: " in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none"], 2, "'none' does not exist"),
        (["file"], 2, "'file' is a file"),
        (["--port", "65536"], 2, "65536 is not in the range"),
        (["--port", "http"], 2, "'http' is not a valid integer"),
        (["--threads", "0"], 2, "0 is not in the range"),
        (["--config", "bad.toml"], 1, "bad.toml:1:1: server is a table, not 1"),
        (["--config", "root.toml"], 1, "No such file or directory"),
    ],
)
def test_usage(
    run: Run, write: Write, arguments: list[str], code: int, message: str
) -> None:
    write("file", "")
    write("bad.toml", "server = 1")
    write("root.toml", "document_root = 'none'")
    result = run("serve", *arguments)
    assert result.exit_code == code
    assert message in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_folder_that_may_not_be_read(run: Run, folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0)
    result = run("serve", "closed")
    assert result.exit_code in (1, 2)
    assert "closed" in result.stderr
