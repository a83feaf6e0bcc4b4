"""One server: a process of its own session, its URLs, its CPU time."""

from __future__ import annotations

import glob
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import quote

from ..model import PACKAGE, ROOT
from ..timing import environment

NAME = "World & Co"
QUERY = f"?name={quote(NAME)}"
WSGI_URLS = ["/hello", "/tiny" + QUERY, "/page"]
SITE_URLS = ["/hello.psp", "/tiny.psp" + QUERY, "/page.psp", "/few.psp", "/many.psp"]
APPLICATIONS = f"{PACKAGE}.serving"


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def last(*patterns: str) -> str | None:
    """The last file in alphabetical order of the first pattern that finds any."""
    for pattern in patterns:
        if found := sorted(glob.glob(pattern)):
            return found[-1]
    return None


@dataclass
class Place:
    """What servers are started with: a folder for files, an interpreter, engines."""

    top: str
    python: str
    engines: list[str]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of servers that run the WSGI applications."""
        engines = ",".join(self.engines)
        return environment() | {"BENCH_ENGINES": engines, "PYTHONPATH": str(ROOT)}

    @property
    def urls(self) -> list[str]:
        """The URLs of wsgi_app.py, the bare hello first."""
        pages = [f"/page-{engine.partition(':')[0]}" for engine in self.engines]
        return WSGI_URLS + pages + SITE_URLS

    def program(self, name: str) -> str | None:
        """A program that is installed beside the interpreter."""
        return last(os.path.join(os.path.dirname(self.python), name))

    def folder(self, name: str, fill: Callable[[str], object] | None = None) -> str:
        """A new folder that servers with another user may read."""
        path = os.path.join(self.top, name)
        os.mkdir(path)
        os.chmod(path, 0o755)
        if fill:
            fill(path)
        return path


def running() -> list[int]:
    """The ids of all processes."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def session(pid: int) -> int:
    """The session that process *pid* belongs to; 0 if it is gone."""
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def cpu_of(pid: int) -> float:
    """CPU seconds of the threads of process *pid*, which the kernel counts in ns."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with suppress(OSError), open(path) as file:
            total += int(file.read().split()[0])
    return total / 1e9


PROCESSORS = sorted(os.sched_getaffinity(0))


@contextmanager
def first_processor() -> Iterator[None]:
    """What is started inside has one processor for itself, and wrk has the others.

    Threads of a server that wander cost several times the CPU, now and then.
    """
    os.sched_setaffinity(0, PROCESSORS[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, PROCESSORS[1:] or PROCESSORS)


class Server:
    """A running server; *behind* is the command of one that it talks to.

    Each is started in a session of its own, so that its CPU time can be summed.
    """

    def __init__(
        self,
        name: str,
        argv: list[str],
        port: int,
        urls: list[str],
        env: dict[str, str] | None = None,
        warm: int = 1,
        behind: list[str] | None = None,
    ):
        self.name, self.port, self.urls, self.warm = name, port, urls, warm
        self.log = tempfile.NamedTemporaryFile("w+", prefix="bench-", suffix=".log")
        commands = [argv, behind] if behind else [argv]
        with first_processor():
            self.processes = [
                subprocess.Popen(
                    command,
                    env=env,
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=self.log,
                    stderr=self.log,
                    start_new_session=True,
                )
                for command in commands
            ]

    def url(self, path: str) -> str:
        """The whole URL of *path*."""
        return f"http://127.0.0.1:{self.port}{path}"

    def wait(self, seconds: float = 40) -> bool:
        """Whether the server accepts connections before *seconds* are over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(process.poll() is not None for process in self.processes):
                return False
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                time.sleep(0.1)
        return False

    def get(self, path: str) -> str:
        """The body of the answer to *path*."""
        with urllib.request.urlopen(self.url(path), timeout=30) as response:
            return response.read().decode("utf-8")

    def complaint(self) -> str:
        """The end of what the server logged."""
        self.log.seek(0)
        return self.log.read()[-600:]

    def cpu(self) -> float:
        """CPU seconds of the server's processes so far."""
        sessions = {process.pid for process in self.processes}
        return sum(map(cpu_of, filter(lambda pid: session(pid) in sessions, running())))

    def stop(self) -> None:
        """End the server's processes."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(8)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
        self.log.close()
