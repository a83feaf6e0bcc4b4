"""mypy, run on files, and what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import PspError

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = ("site-packages", "dist-packages")  # mypy refuses to be told of these


class MypyError(PspError):
    """mypy is missing, or has not come to an end; the text says why."""


class Remark(NamedTuple):
    """What mypy says of a place: a line from 1, a column from 0 in bytes."""

    file: str
    line: int
    column: int
    message: str
    code: str
    severity: str


def run_mypy(files: Iterable[Path], folders: Iterable[str]) -> list[Remark]:
    """What mypy says of *files*, and of what they import, by the settings it finds.

    Modules are looked for in *folders* as well. Raises MypyError.
    """
    if find_spec("mypy") is None:
        raise MypyError("mypy is not installed: pip install 'psp[types]'")
    command = [sys.executable, "-m", "mypy", "--output=json", "--check-untyped-defs"]
    command += _parser()
    done = subprocess.run(
        [*command, *map(str, files)],
        env={**os.environ, "MYPYPATH": os.pathsep.join(_path(folders))},
        capture_output=True,
        encoding="utf-8",
    )
    try:
        remarks = [_remark(json.loads(line)) for line in done.stdout.splitlines()]
    except (ValueError, KeyError):
        remarks = []
        done.stderr += done.stdout
    if done.returncode not in (0, 1):
        told = [f"{r.file}:{r.line}: {r.message}" for r in remarks]
        why = "\n".join([*told, done.stderr.strip()]).strip()
        raise MypyError(f"mypy has not come to an end:\n{why}")
    return remarks


def _parser() -> list[str]:
    """What has columns counted in bytes: mypy's own parser miscounts beside ASCII."""
    from mypy.options import Options

    return ["--no-native-parser"] if hasattr(Options(), "native_parser") else []


def _path(folders: Iterable[str]) -> list[str]:
    """Where modules are, this package among them if it is not installed."""
    known = [path for path in (os.environ.get("MYPYPATH"),) if path]
    ours = _PACKAGE.parent
    return [*folders, *known, *([] if ours.name in _INSTALLED else [str(ours)])]


def _remark(said: dict[str, Any]) -> Remark:
    hint = said.get("hint") or ""
    message = said["message"] + (f" ({hint})" if hint and "\n" not in hint else "")
    place = said["file"], said["line"], max(said["column"], 0)
    return Remark(*place, message, said.get("code") or "", said["severity"])
