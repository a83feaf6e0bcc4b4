"""Modules kept in one file: the same as those of their sources, or not taken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import psp

KEEP = """
import psp.adapters.cgi
from psp.adapters.keptmodules import keep_modules
keep_modules()
"""
USE = """
from psp.adapters.keptmodules import use_kept_modules
use_kept_modules()
import psp.errors, psp.runtime.escape
def told(module):
    spec = module.__spec__
    assert module.__loader__ is spec.loader and module.__cached__ == spec.cached
    print(type(spec.loader).__name__, module.__file__, *getattr(module, '__path__', ()))
told(psp.errors)
told(psp.runtime)
"""


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with a copy of psp, and nothing compiled in it."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(psp.__file__).parent, tmp_path / "psp", ignore=ignored)
    return tmp_path


def run(packages: Path, code: str, *flags: str) -> str:
    """What *code* prints where psp is that of *packages*."""
    path = f"import sys\nsys.path += [{str(packages)!r}, *{sys.path!r}]\n"
    command = [sys.executable, "-IS", *flags, "-c", path + code]
    return subprocess.run(
        command, capture_output=True, text=True, check=True
    ).stdout.strip()


def kept(packages: Path) -> list[Path]:
    return list(packages.glob("psp/adapters/__pycache__/*.modules"))


def loaders(packages: Path) -> list[str]:
    """What loads psp.errors and psp.runtime."""
    return [line.split()[0] for line in run(packages, USE).splitlines()]


def test_modules_are_taken_from_the_file_and_are_as_ever(packages: Path) -> None:
    ordinary = run(packages, USE)
    run(packages, KEEP)
    assert len(kept(packages)) == 1
    assert ordinary.count("SourceFileLoader") == 2
    assert run(packages, USE) == ordinary.replace("SourceFileLoader", "_KeptLoader")


def test_errors_show_lines_and_resources_are_found(packages: Path) -> None:
    run(packages, KEEP)
    code = """
import traceback
from importlib.resources import files
from psp.http.fieldvalues import checked
try:
    checked('\\n')
except ValueError:
    print(traceback.format_exc())
print(files('psp.http').joinpath('body.py').is_file())
"""
    printed = run(packages, USE + code)
    assert "    raise ValueError(" in printed
    assert printed.endswith("True")


def test_a_source_that_has_changed_is_compiled(packages: Path) -> None:
    run(packages, KEEP)
    errors = packages / "psp" / "errors.py"
    before = errors.stat()
    errors.write_text(errors.read_text() + "\nprint('changed')\n")
    assert "changed" in run(packages, USE)
    assert loaders(packages)[1:] == ["SourceFileLoader", "_KeptLoader"]
    text = errors.read_text().replace("changed", "renewed")
    errors.write_text(text)
    os.utime(errors, ns=(before.st_atime_ns, before.st_mtime_ns))  # of another size
    assert "renewed" in run(packages, USE)
    errors.unlink()
    (packages / "psp" / "errors").mkdir()
    (packages / "psp" / "errors" / "__init__.py").write_text(text)
    assert str(packages / "psp" / "errors" / "__init__.py") in run(packages, USE)


@pytest.mark.parametrize("size", [0, 3, 4, 5, 1000, -1])
def test_a_file_that_is_cut_is_not_taken(packages: Path, size: int) -> None:
    run(packages, KEEP)
    file = kept(packages)[0]
    file.write_bytes(file.read_bytes()[:size])
    assert loaders(packages) == ["SourceFileLoader", "SourceFileLoader"]


def test_a_file_of_another_python_is_not_taken(packages: Path) -> None:
    run(packages, KEEP)
    file = kept(packages)[0]
    file.write_bytes(b"\0\0" + file.read_bytes()[2:])
    assert loaders(packages) == ["SourceFileLoader", "SourceFileLoader"]


def test_nothing_is_kept_where_python_keeps_nothing(packages: Path) -> None:
    run(packages, KEEP, "-B")
    assert not kept(packages)


def test_nothing_is_kept_where_nothing_can_be_written(packages: Path) -> None:
    (packages / "psp" / "adapters" / "__pycache__").write_text("no folder")
    run(packages, KEEP)
    assert loaders(packages) == ["SourceFileLoader", "SourceFileLoader"]
