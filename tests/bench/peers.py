"""The virtual environment that holds the peers and this project."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from .model import ROOT, progress

HERE = Path(__file__).resolve().parent
FOLDER = ROOT / "build" / "peers"


def interpreter() -> str:
    """The Python that measures: the peers' where it is made, else this one."""
    found = FOLDER / "bin" / "python"
    return str(found) if found.exists() else sys.executable


def requirements(path: Path = HERE / "requirements.txt") -> list[str]:
    """The names in a requirements file."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def setup() -> None:
    """Make the environment, or complete it; peers that cannot be had are left out."""
    if not (FOLDER / "bin" / "python").exists():
        venv.create(FOLDER, with_pip=True)
    # A plain path file: the default finder would load modules in every process.
    if not install("-e", str(ROOT), "--config-settings", "editable_mode=compat"):
        raise SystemExit("the project itself could not be installed")
    missing = [name for name in requirements() if not install(name)]
    if missing:
        progress(f"left out: {', '.join(missing)}")


def install(*what: str) -> bool:
    """Whether pip could install *what*."""
    progress(f"pip install {' '.join(what)}")
    pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    return subprocess.run([*pip, "--disable-pip-version-check", *what]).returncode == 0
