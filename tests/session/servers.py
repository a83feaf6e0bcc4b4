"""Real Redis and PostgreSQL for tests: started when first asked for, ended at exit."""

from __future__ import annotations

import atexit
import glob
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

START_SECONDS = 30


@cache
def redis_url() -> str:
    """The URL of a Redis of our own."""
    program = shutil.which("redis-server") or _missing("redis-server")
    folder = _folder()
    socket = folder / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(socket), "--save", ""]
    _start([*command, "--dir", str(folder), "--appendonly", "no"], folder)
    _wait(socket.exists)
    return f"unix://{socket}"


@cache
def postgres_url() -> str:
    """The URL of a PostgreSQL of our own, as SQLAlchemy writes it."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    initdb = found[-1] if found else shutil.which("initdb") or _missing("postgresql")
    folder = _folder()
    data = folder / "data"
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if user:
        shutil.chown(folder, user)
    make = [initdb, "-D", str(data), "-U", "psp", "-A", "trust", "-E", "UTF8"]
    subprocess.run(make, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    server = str(Path(initdb).with_name("postgres"))
    command = [server, "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
    _start([*command, "-c", "fsync=off"], folder, user)
    _wait((folder / ".s.PGSQL.5432").exists)
    ready = [str(Path(initdb).with_name("pg_isready")), "-q", "-h", str(folder)]
    _wait(lambda: subprocess.run(ready).returncode == 0)
    return f"postgresql+psycopg://psp@/postgres?host={folder}"


def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="psp-server-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _start(command: list[str], folder: Path, user: str | None = None) -> None:
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, user=user, cwd=folder
        )
    pid = os.getpid()

    def stop() -> None:
        if pid == os.getpid():  # a forked child has the same exit functions
            server.terminate()
            server.wait(START_SECONDS)

    atexit.register(stop)


def _wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        assert time.monotonic() < end, "the server does not start"
        time.sleep(0.05)


def _missing(package: str) -> str:
    if os.environ.get("CI"):
        pytest.fail(f"{package} is not installed")
    pytest.skip(f"{package} is not installed")
