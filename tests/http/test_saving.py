"""Uploads that are kept: whole, under a name that leads nowhere else."""

from __future__ import annotations

import os
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
