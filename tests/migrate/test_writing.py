"""Nothing that was there is ever lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from psp.migrate.writing import Changed, copy_file, copy_site, replace_file


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file with a mode and a time of its own."""
    path = tmp_path / "a.psp"
    path.write_bytes(b"old")
    path.chmod(0o640)
    os.utime(path, (1000, 1000))
    return path


def test_replaced(old: Path) -> None:
    backup = Path(replace_file(str(old), b"new", old.stat()))
    assert backup == old.with_name("a.psp.orig")
    assert (old.read_bytes(), backup.read_bytes()) == (b"new", b"old")
    assert old.stat().st_mode & 0o777 == backup.stat().st_mode & 0o777 == 0o640
    assert backup.stat().st_mtime == 1000
    assert sorted(os.listdir(old.parent)) == ["a.psp", "a.psp.orig"]


def test_a_backup_is_never_replaced(old: Path) -> None:
    (old.parent / "a.psp.orig").symlink_to("nowhere")
    (old.parent / "a.psp.1.orig").mkdir()
    backup = Path(replace_file(str(old), b"new", old.stat()))
    assert backup.name == "a.psp.2.orig"
    assert backup.read_bytes() == b"old"
    again = Path(replace_file(str(old), b"newer", old.stat()))
    assert (again.name, again.read_bytes()) == ("a.psp.3.orig", b"new")
    assert backup.read_bytes() == b"old"


def test_without_hard_links(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    (old.parent / "a.psp.orig").write_bytes(b"older")
    backup = Path(replace_file(str(old), b"new", old.stat()))
    assert (backup.name, backup.read_bytes()) == ("a.psp.1.orig", b"old")
    assert backup.stat().st_mtime == 1000
    assert (old.parent / "a.psp.orig").read_bytes() == b"older"


def test_what_somebody_else_has_written_stays(old: Path) -> None:
    state = old.stat()
    old.write_bytes(b"theirs")
    with pytest.raises(Changed, match="somebody else"):
        replace_file(str(old), b"new", state)
    assert old.read_bytes() == b"theirs"
    assert os.listdir(old.parent) == ["a.psp"]


def test_when_it_cannot_be_replaced(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="full"):
        replace_file(str(old), b"new", old.stat())
    assert old.read_bytes() == b"old"
    assert os.listdir(old.parent) == ["a.psp"]


def test_copy_of_a_site(tmp_path: Path, old: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    (site / "sub").mkdir(parents=True)
    (site / "sub").chmod(0o750)
    old.rename(site / "sub" / "a.psp")
    for name in (".htaccess", "style.css"):
        (site / name).write_bytes(name.encode())
        os.utime(site / name, (2000, 2000))
    (site / "near").symlink_to("sub/a.psp")
    (site / "far").symlink_to("../elsewhere")
    (site / "etc").symlink_to("/etc")
    os.mkfifo(site / "pipe")
    left_out = copy_site(str(site), str(out), {"sub/a.psp": b"new"})
    assert left_out == ["etc", "far"]
    assert sorted(os.listdir(out)) == [".htaccess", "near", "style.css", "sub"]
    assert (out / "sub" / "a.psp").read_bytes() == b"new"
    assert (out / "sub" / "a.psp").stat().st_mode & 0o777 == 0o640
    assert (out / "sub").stat().st_mode & 0o777 == 0o750
    assert (out / "style.css").stat().st_mtime == 2000
    assert os.readlink(out / "near") == "sub/a.psp"
    assert (site / "sub" / "a.psp").read_bytes() == b"old"


def test_copy_of_a_file(tmp_path: Path, old: Path) -> None:
    copy_file(str(old), str(tmp_path / "out"), b"new")
    copy_file(str(old), str(tmp_path / "same"), None)
    assert (tmp_path / "out" / "a.psp").read_bytes() == b"new"
    assert (tmp_path / "same" / "a.psp").stat().st_mtime == 1000
    with pytest.raises(FileExistsError):
        copy_file(str(old), str(tmp_path / "out"), b"newer")
