"""A site with CGI programs, asked without a server."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psp.testing import Client


class WholeClient(Client):
    """Takes answers as a whole, unless told, so that programs have ended."""

    def open(self, *args: Any, buffered: bool = True, **options: Any) -> Any:
        return super().open(*args, buffered=buffered, **options)


class Site:
    """A document root: files that end in ``.cgi``, or lie in ``cgi-bin``, are run."""

    def __init__(self, root: Path, **settings: Any) -> None:
        self.root = root
        cgi = {"extensions": [".cgi"], "folders": ["cgi-bin"]}
        self.client = WholeClient(root, raises=False, cgi=cgi, **settings)

    def file(self, name: str, text: str, mode: int = 0o755) -> Path:
        """A file of the site."""
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
        path.chmod(mode)
        return path

    def shell(self, name: str, text: str) -> Path:
        """A program of the shell."""
        return self.file(name, f"#!/bin/sh\n{textwrap.dedent(text)}")

    def python(self, name: str, text: str) -> Path:
        """A program in Python."""
        return self.file(name, f"#!{sys.executable} -IS\n{textwrap.dedent(text)}")


def is_running(pid: int) -> bool:
    """Whether there is a process *pid* that has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # before or while it is read
        return False
    return state not in "ZX"


def wait_until(condition: Callable[[], bool]) -> None:
    """Return when *condition* holds; AssertionError if it never does."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
