"""Uploads that are kept: whole, under a name that leads nowhere else."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.errors import FormError
from psp.http.fields import Field
from psp.http.saving import safe_name
from psp.testing import Client


def upload(filename: str, data: bytes = b"data") -> Field:
    return Field("f", filename, BytesIO(data))


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\ada\cv.pdf", "cv.pdf"),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("a\0b\nc", "a_b_c"),
        ("Größe 1.txt", "Größe 1.txt"),
        ("x" * 300 + ".jpeg", "x" * 195 + ".jpeg"),
    ],
)
def test_safe_names(filename: str, name: str) -> None:
    assert safe_name(filename) == name


@given(st.text())
def test_a_safe_name_is_one_name(filename: str) -> None:
    name = safe_name(filename)
    assert name and not name.startswith(".") and os.path.basename(name) == name
    assert len(name.encode()) <= 220


def test_in_a_folder_it_keeps_its_name(tmp_path: Path) -> None:
    field = upload("../me.txt")
    assert field.save(tmp_path) == str(tmp_path / "me.txt")
    assert (tmp_path / "me.txt").read_bytes() == b"data"
    assert field.value == b"data"
    assert os.listdir(tmp_path) == ["me.txt"]


def test_under_another_name(tmp_path: Path) -> None:
    assert upload("x").save(tmp_path / "mine.bin") == str(tmp_path / "mine.bin")
    assert (tmp_path / "mine.bin").read_bytes() == b"data"


@pytest.mark.parametrize(
    "name", ["../out.txt", "a/../../out.txt", "..\\out.txt", "a\0b"]
)
def test_it_does_not_leave_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    with pytest.raises((FormError, OSError)):
        upload(name).save(f"{folder}/{name}x")
    assert os.listdir(tmp_path) == ["uploads"] and not os.listdir(folder)


def test_what_is_there_stays_unless_it_may_go(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(FileExistsError):
        upload("a").save(tmp_path)
    assert (tmp_path / "a").read_text() == "old"
    upload("a").save(tmp_path, overwrite=True)
    assert (tmp_path / "a").read_text() == "data"
    assert os.listdir(tmp_path) == ["a"]


@pytest.fixture(params=[errno.EPERM, errno.ENOTSUP, errno.EXDEV])
def no_links(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A file system without hard links, as its errors tell."""

    def refuse(source: str, target: str) -> None:
        raise OSError(request.param, os.strerror(request.param), source, None, target)

    with monkeypatch.context() as changes:
        changes.setattr(os, "link", refuse)
        yield


@pytest.mark.usefixtures("no_links")
def test_without_hard_links(tmp_path: Path) -> None:
    assert upload("a").save(tmp_path) == str(tmp_path / "a")
    with pytest.raises(FileExistsError):
        upload("a", b"other").save(tmp_path)
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        upload("link").save(tmp_path)
    assert (tmp_path / "a").read_bytes() == b"data"
    assert sorted(os.listdir(tmp_path)) == ["a", "link"]


@pytest.mark.usefixtures("no_links")
def test_a_claimed_name_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: str, target: str) -> None:
        assert os.path.getsize(target) == 0
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="broken"):
        upload("a").save(tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.usefixtures("no_links")
def test_one_of_many_gets_the_name(tmp_path: Path) -> None:
    def save(number: int) -> bool:
        try:
            upload("a", b"%d" % number * 1000).save(tmp_path)
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(32))) == 1
    assert os.listdir(tmp_path) == ["a"]
    assert len((tmp_path / "a").read_bytes()) >= 1000


def test_other_errors_of_links_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: str, target: str) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "link", fail)
    with pytest.raises(OSError, match="broken"):
        upload("a").save(tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(FileExistsError):
        upload("link").save(tmp_path)
    upload("link").save(tmp_path, overwrite=True)
    assert (tmp_path / "target").read_text() == "old"


def test_from_a_page(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "kept").mkdir()
    (tmp_path / "pages/p.psp").write_text(
        f"<%= form['f'].save({str(tmp_path / 'kept')!r}) %>"
    )
    data = os.urandom(200_000)
    sent = {"f": (BytesIO(data), "a b.bin")}
    with Client(tmp_path / "pages").post("/p.psp", data=sent) as answer:
        assert answer.text == str(tmp_path / "kept" / "a b.bin")
    assert (tmp_path / "kept" / "a b.bin").read_bytes() == data
