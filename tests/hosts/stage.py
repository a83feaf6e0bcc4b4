"""A stage: one site in a temporary folder, and the processes that serve it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .packages import ROOT, SYSTEM, express, install_into
from .recipes import Recipe, read_recipes

#: What the documentation calls the folder of the site, and that of the commands.
SITE, BIN = "/srv/site", "/srv/psp/bin/"
USER = "www-data"
PACKAGES = "/srv/psp/packages"
SECONDS = 20.0  # that a start or a stop may take

_PORT = re.compile(
    r'(127\.0\.0\.1:|--port | -p |"port" => |\("127\.0\.0\.1", |\.port=)(\d+)'
)

SETTINGS = """
document_root = "htdocs"
private = ["private"]
cache_dir = "cache"
key_file = "key/psp"
trusted_proxies = ["127.0.0.1"]

[session]
store = "sqlite"
path = "sessions/sessions.sqlite"
"""


class Stage:
    """Files below ``root``, addresses, and processes that end with the stage."""

    def __init__(self, root: Path):
        self.root = root
        self._ports: dict[str, int] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._prepare()

    def _prepare(self) -> None:
        self.root.chmod(0o755)
        for name in ("cache", "key", "sessions", "run", "log", "bin"):
            (self.root / name).mkdir()
        shutil.copytree(Path(__file__).with_name("site"), self.root / "htdocs")
        (self.root / "psp.toml").write_text(SETTINGS)

    def add_settings(self, text: str) -> None:
        """Have psp.toml say what *text* does, which is its table of sessions."""
        path = self.root / "psp.toml"
        path.write_text(path.read_text().replace("[session]\n", text))

    def write(self, name: str, text: str, mode: int = 0o644) -> Path:
        """A file of the site, with what *text* calls things as they are here."""
        path = self.root / name
        path.write_text(self.filled(text))
        path.chmod(mode)
        return path

    def filled(self, text: str) -> str:
        """*text* of the documentation with the folders and ports of this stage."""
        text = re.sub(rf"{BIN}([\w-]+)", self._program, text)
        text = text.replace(PACKAGES, str(self.root / "python"))
        text = text.replace(SITE, str(self.root))
        text = text.replace("listen 80;", "listen 127.0.0.1:80;")
        return _PORT.sub(lambda match: match[1] + str(self.port(match[2])), text)

    def _program(self, match: re.Match[str]) -> str:
        """A command of this stage, or else of the Python that runs the tests."""
        own = self.root / "bin" / match[1]
        if own.exists() or match[1] == "psp":
            return str(own)
        return os.path.join(os.path.dirname(sys.executable), match[1])

    def port(self, name: str) -> int:
        """The free port that *name*, a port of the documentation, stands for."""
        if name not in self._ports:
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 0))
                self._ports[name] = listener.getsockname()[1]
        return self._ports[name]

    def address(self, name: str = "80") -> tuple[str, int]:
        """Where the port *name* is."""
        return "127.0.0.1", self.port(name)

    def give_command(self, python: str = sys.executable, packages: str = "") -> None:
        """Make ``bin/psp`` run this project with *python*."""
        path = packages or str(ROOT)
        lines = ["#!/bin/sh", f'PYTHONPATH={path} exec {python} -m psp "$@"', ""]
        self.write("bin/psp", "\n".join(lines), 0o755)

    def use_system(self) -> None:
        """Make ``bin/psp`` run a copy of psp with the Python of the system."""
        packages = self.root / "python"
        if not packages.exists():
            install_into(packages)
        self.give_command(SYSTEM, str(packages))

    def give_away(self) -> None:
        """Have the user of web servers own what is written, and a command to run."""
        self.use_system()
        if os.getuid() == 0:
            for path in (self.root, *self.root.glob("*")):
                shutil.chown(path, USER, USER)

    def use_express(self) -> None:
        """Make ``bin/mod_wsgi-express`` run with the Python of the system."""
        self.give_away()
        shutil.copytree(express(), self.root / "express")
        path = f"{self.root}/python:{self.root}/express"
        program = f"{SYSTEM} {self.root}/express/bin/mod_wsgi-express"
        lines = ["#!/bin/sh", f'PYTHONPATH={path} exec {program} "$@"', ""]
        self.write("bin/mod_wsgi-express", "\n".join(lines), 0o755)

    def run(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """Start a process; what it prints goes to the log."""
        environ = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{self.root}",
            "TMPDIR": str(self.root / "run"),
        }
        with open(self.root / "log" / f"{len(self._processes)}.log", "wb") as log:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=self.root,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def wait_for(self, port: str) -> None:
        """Wait until somebody listens at *port*; RuntimeError with the logs if not."""
        end = time.monotonic() + SECONDS
        while True:
            try:
                socket.create_connection(self.address(port), 1).close()
                return
            except OSError:
                ended = [p for p in self._processes if p.poll() is not None]
                if ended or time.monotonic() > end:
                    raise RuntimeError(f"not started: {self.logs()}") from None
                time.sleep(0.05)

    def logs(self) -> str:
        """All that was printed, by file."""
        files = sorted((self.root / "log").iterdir())
        texts = [(file.name, file.read_text(errors="replace")) for file in files]
        return "\n".join(f"--- {name}\n{text}" for name, text in texts if text)

    def recipe(self, kind: str, name: str) -> Recipe:
        """What the documentation says about *name*."""
        return read_recipes()[kind, name]

    def stop(self) -> None:
        """End the processes, the last one first; who does not listen is killed."""
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def staged() -> Iterator[Stage]:
    """A stage in a folder of its own, which others may enter."""
    with TemporaryDirectory(prefix="psp-hosts-") as folder:
        stage = Stage(Path(folder))
        try:
            yield stage
        finally:
            stage.stop()
