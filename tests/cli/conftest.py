"""A folder to work in, the command in this process, and the command in its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from psp.cli import main

ROOT = Path(__file__).resolve().parents[2]

Run = Callable[..., Result]
Spawn = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty; nothing of the user's settings is seen in it."""
    for name in [name for name in os.environ if name.startswith("PSP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def run(folder: Path) -> Run:
    """Runs ``psp`` with arguments, in this process."""

    def invoke(*arguments: str, **options: object) -> Result:
        result = CliRunner().invoke(main, arguments, **options)  # type: ignore[arg-type]
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """The environment in which a process of its own finds this package."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def spawn(environment: dict[str, str]) -> Spawn:
    """Runs ``python -m psp`` with arguments, as a process of its own."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "psp", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
        )

    return call


@pytest.fixture
def write(folder: Path) -> Callable[[str, str], Path]:
    """Writes a file below the current folder."""

    def make(name: str, text: str) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make
