"""``psp serve --workers``: real processes, replaced and stopped without a loss."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

import pytest

from .conftest import Run
from .test_serve import Served

Write = Callable[[str, str], Path]
Serve = Callable[..., Served]

PROCESS = "<% import os %><%= os.getpid() %>"
#: Says that it runs through one FIFO and waits at another.
WAITING = "<% open('runs', 'w').close(); open('goes-on').close() %>done"


@pytest.fixture(params=["gunicorn", "waitress"])
def serve(
    request: pytest.FixtureRequest, environment: dict[str, str], tmp_path: Path
) -> Iterator[Serve]:
    """Starts ``psp serve`` with two processes of each server."""
    if request.param == "waitress":  # as where gunicorn is not installed
        hidden = tmp_path / "hidden"
        hidden.mkdir()
        (hidden / "gunicorn.py").write_text("raise ImportError(__name__)")
        environment["PYTHONPATH"] = f"{hidden}:{environment['PYTHONPATH']}"
    with ExitStack() as stack:

        def start(*arguments: str) -> Served:
            words = ["serve", "--port", "0", "--workers", "2", *arguments]
            process = subprocess.Popen(
                [sys.executable, "-m", "psp", *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
                start_new_session=True,
            )
            stack.enter_context(process)
            stack.callback(kill_group, process.pid)
            served = Served(process)
            assert f"processes of {request.param}: 2;" in served.greeting
            return served

        yield start


def kill_group(leader: int) -> None:
    """Kill a process and those it has started, as far as they are still there."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_until(holds: Callable[[], bool]) -> None:
    """Ask again and again, for at most 30 seconds."""
    pause = Event()
    for _ in range(600):
        if holds():
            return
        pause.wait(0.05)
    raise AssertionError("it never came true")


def processes(served: Served) -> set[int]:
    """The ids of the processes that answer ten requests."""
    return {int(served.get("process.psp")[1]) for _ in range(10)}


def test_processes_are_replaced(serve: Serve, write: Write) -> None:
    write("process.psp", PROCESS)
    served = serve()
    first = processes(served)
    assert served.process.pid not in first
    os.kill(min(first), signal.SIGKILL)
    wait_until(lambda: bool(processes(served) - first))
    assert served.stop()[0] == 0


def test_sessions_are_shared(serve: Serve, write: Write) -> None:
    write("a.psp", "<% session['n'] = session.get('n', 0) + 1 %><%= session['n'] %>")
    served = serve()
    headers: dict[str, str] = {}
    for number in range(1, 9):
        connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
        connection.request("GET", "/a.psp", headers=headers)
        response = connection.getresponse()
        assert response.read().decode() == str(number)
        if number == 1:
            cookie = str(response.headers["Set-Cookie"]).partition(";")[0]
            headers["Cookie"] = cookie
        connection.close()


def test_stop_lets_a_running_page_finish(
    serve: Serve, write: Write, folder: Path
) -> None:
    os.mkfifo(folder / "runs")
    os.mkfifo(folder / "goes-on")
    write("a.psp", WAITING)
    served = serve()
    answers: list[tuple[int, str]] = []
    visitor = Thread(target=lambda: answers.append(served.get("a.psp")))
    visitor.start()
    (folder / "runs").open().close()
    served.process.send_signal(signal.SIGTERM)
    (folder / "goes-on").open("w").close()
    visitor.join(20)
    assert answers == [(200, "done")]
    served.process.communicate(timeout=30)
    assert served.process.returncode == 0
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", served.port), 5)


def test_reload_loses_no_request(serve: Serve, write: Write, folder: Path) -> None:
    write("pages/process.psp", PROCESS)
    write("others/process.psp", f"{PROCESS} others")
    write("psp.toml", "document_root = 'pages'")
    served = serve()
    assert len(processes(served)) <= 2
    statuses: list[int] = []
    enough = Event()

    def visit() -> None:
        while not enough.is_set():
            statuses.append(served.get("process.psp")[0])

    visitors = [Thread(target=visit) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    write("psp.toml", "document_root = 'others'")
    served.process.send_signal(signal.SIGHUP)
    try:
        wait_until(lambda: served.get("process.psp")[1].endswith("others"))
        before = len(statuses)
        wait_until(lambda: len(statuses) > before + 20)
    finally:
        enough.set()
        for visitor in visitors:
            visitor.join(20)
    assert set(statuses) == {200}
    wait_until(lambda: all("others" in served.get("process.psp")[1] for _ in range(9)))
    assert served.stop()[0] == 0


def test_reload_with_wrong_settings_changes_nothing(serve: Serve, write: Write) -> None:
    write("process.psp", PROCESS)
    write("psp.toml", "")
    served = serve()
    first = processes(served)
    write("psp.toml", "[server]\nthread = 1")
    served.process.send_signal(signal.SIGHUP)
    wait_until(lambda: not processes(served) & first)
    code, log = served.stop()
    assert code == 0
    assert (
        "the settings stay as they were: psp.toml:2:1: no setting 'server.thread'"
        in log
    )


def test_access_log_and_health(serve: Serve, write: Write, folder: Path) -> None:
    write("a.psp", "12345")
    write(
        "psp.toml",
        "health = '/healthz'\ntrusted_proxies = ['127.0.0.1']\n"
        "[server]\naccess_log = 'access.log'",
    )
    served = serve()
    assert served.get("healthz") == (200, "ok\n")
    connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
    headers = {"X-Forwarded-For": "192.0.2.7", "User-Agent": 'a "b" \\ \xe9'}
    connection.request("GET", "/a.psp?q=%0A", headers=headers)
    connection.getresponse().read()
    connection.close()
    assert served.get("none.psp")[0] == 404
    assert served.stop()[0] == 0
    first, second = (folder / "access.log").read_text().splitlines()
    assert re.fullmatch(
        r"192\.0\.2\.7 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] "
        r'"GET /a\.psp\?q=%0A HTTP/1\.1" 200 5 "-" "a \\"b\\" \\\\ \\xe9"',
        first,
    )
    assert '"GET /none.psp HTTP/1.1" 404 ' in second


def test_only_in_production(run: Run, folder: Path) -> None:
    result = run("serve", "--dev", "--workers", "2")
    assert result.exit_code == 2
    assert "--workers goes with --prod only" in result.stderr


def test_a_log_that_cannot_be_written(run: Run, folder: Path) -> None:
    result = run("serve", "--access-log", "none/access.log")
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: {folder}/none/access.log: No such file or directory\n"
    )
