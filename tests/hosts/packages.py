"""What the Python of the system's Apache needs to import psp: the package, and what
it depends on, installed for that version of Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: The Python that Debian's libapache2-mod-python is built for.
SYSTEM = "/usr/bin/python3"


def install_into(folder: Path) -> None:
    """Copy psp and its dependencies into *folder*, for everybody to read."""
    shutil.copytree(dependencies(), folder)
    package = folder / "psp"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "psp", package, ignore=ignored)
    _compile(package)


@cache
def dependencies() -> Path:
    """A folder below build/ with the dependencies, installed once for each list."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        wanted: list[str] = tomllib.load(file)["project"]["dependencies"]
    version = _run(SYSTEM, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    name = "-".join(["apache-python", version.strip(), str(_digest(wanted))])
    target = ROOT / "build" / name
    if not target.exists():
        _install(wanted, version.strip(), target)
    return target


@cache
def express() -> Path:
    """A folder below build/ with mod_wsgi, built once for the Python of the system."""
    target = ROOT / "build" / "mod-wsgi-express"
    if not target.exists():
        # Not from pip's cache: what is built for another Python of this version has
        # the same name, and the libraries of that Python.
        options = ["--python", SYSTEM, "install", "--no-cache-dir", "--quiet"]
        _install_as(target, [*options, "mod_wsgi>=5"])
    return target


def _digest(words: list[str]) -> str:
    from hashlib import sha256

    return sha256("\n".join(words).encode()).hexdigest()[:12]


def _install(wanted: list[str], version: str, target: Path) -> None:
    """Install *wanted* for Python *version*."""
    options = ["--python-version", version, "--only-binary", ":all:", "--quiet"]
    _install_as(target, ["install", *options, *wanted])


def _install_as(target: Path, command: list[str]) -> None:
    """Run *command* of pip for the folder *target*; who is second finds it there."""
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = os.path.join(folder, "packages")
        options = ["--disable-pip-version-check", "--root-user-action", "ignore"]
        _run(sys.executable, "-m", "pip", *command, *options, "--target", made)
        _compile(Path(made))
        try:
            os.rename(made, target)
        except OSError:
            if not target.exists():
                raise


def _compile(folder: Path) -> None:
    """Write the byte code that a server's user may not write."""
    _run(SYSTEM, "-m", "compileall", "-q", str(folder))


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr or done.stdout}")
    return done.stdout
