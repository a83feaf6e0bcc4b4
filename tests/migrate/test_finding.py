"""Which files are found, and which never are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from psp.migrate.finding import find_site

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of a site."""

    def make(name: str, text: str = "") -> Path:
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make


def names(path: Path, *extensions: str) -> list[str]:
    return sorted(find_site(str(path), (".psp", *extensions)).files)


def test_pages_and_modules(tmp_path: Path, write: Write) -> None:
    for name in ("b.psp", "a/c.py", "a/d.psp", "x.html", "a.txt", "p.psp.orig"):
        write(name)
    assert names(tmp_path / "site") == ["a/c.py", "a/d.psp", "b.psp"]
    assert names(tmp_path / "site", ".html") == ["a/c.py", "a/d.psp", "b.psp", "x.html"]


def test_what_is_hidden_is_left_out(tmp_path: Path, write: Write) -> None:
    for name in (".git/a.py", "__pycache__/a.py", ".a.psp", "b/.c/d.psp"):
        write(name)
    assert names(tmp_path / "site") == []


def test_included_files_are_pages(tmp_path: Path, write: Write) -> None:
    write("shop/a.psp", '<%@ include file="../parts/h.html" %>')
    write("parts/h.html", '<%@ include file="deep.inc" %><%@ include file="no.inc" %>')
    write("shop/deep.inc", "x")
    write("parts/unused.html", "x")
    assert names(tmp_path / "site") == ["parts/h.html", "shop/a.psp", "shop/deep.inc"]


def test_includes_that_lead_out_are_not_read(tmp_path: Path, write: Write) -> None:
    (tmp_path / "secret.html").write_text("x")
    inside = write("real.html", "x")
    (tmp_path / "site" / "link.html").symlink_to(inside)
    write(
        "a.psp",
        '<%@ include file="../secret.html" %><%@ include file="/etc/hostname" %>'
        '<%@ include file="link.html" %><%@ include file="." %>'
        f'<%@ include file="{tmp_path}/secret.html" %>',
    )
    assert names(tmp_path / "site") == ["a.psp"]


def test_includes_in_a_circle(tmp_path: Path, write: Write) -> None:
    write("a.psp", '<%@ include file="b.inc" %>')
    write("b.inc", '<%@ include file="a.psp" %><%@ include file="b.inc" %>')
    assert names(tmp_path / "site") == ["a.psp", "b.inc"]


def test_links_are_not_followed(tmp_path: Path, write: Write) -> None:
    write("a.psp")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.psp").write_text("x")
    (tmp_path / "site" / "folder").symlink_to(outside)
    (tmp_path / "site" / "x.psp").symlink_to(outside / "x.psp")
    (tmp_path / "site" / "y.psp").symlink_to("a.psp")
    (tmp_path / "site" / "gone.psp").symlink_to("nowhere")
    os.mkfifo(tmp_path / "site" / "pipe.psp")
    assert names(tmp_path / "site") == ["a.psp"]
    (tmp_path / "way").symlink_to(tmp_path / "site")
    assert names(tmp_path / "way") == ["a.psp"]


def test_one_file(tmp_path: Path, write: Write) -> None:
    path = write("a.psp", '<%@ include file="b.psp" %>')
    write("b.psp", "x")
    write("c.psp", "x")
    site = find_site(str(path), (".psp",))
    assert (list(site.files), list(site.others)) == (["a.psp"], ["b.psp"])
    assert set(site.sources) == {"a.psp", "b.psp"}
    (tmp_path / "way.psp").symlink_to(path)
    assert find_site(str(tmp_path / "way.psp"), (".psp",)).root == str(path.parent)


def test_what_cannot_be_read(tmp_path: Path, write: Write) -> None:
    write("a.psp").write_bytes(b"\xff\xfea\0")
    site = find_site(str(tmp_path / "site"), (".psp",))
    found = site.files["a.psp"]
    assert (found.original, found.problem) == (
        None,
        "there are NUL characters in it",
    )
    assert site.sources == {}
