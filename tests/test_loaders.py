"""Loaders find pages by name and never leave their folders."""

from __future__ import annotations

import errno
import os
import sys
import zipfile
from pathlib import Path

import pytest

from psp.errors import PageNotFound, PspError
from psp.loaders import ChainLoader, DictLoader, FileLoader, PackageLoader


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "shop").mkdir(parents=True)
    (root / "index.psp").write_text("front")
    (root / "shop" / "index.psp").write_text("shop")
    (tmp_path / "secret.txt").write_text("secret")
    return root


def test_file_loader_reads_a_page_and_says_where_it_is(site: Path) -> None:
    source = FileLoader(site).load("shop/index.psp")
    assert source.text == "shop"
    assert source.name == "shop/index.psp"
    assert source.filename == str(site / "shop" / "index.psp")


def test_file_loader_decodes(site: Path) -> None:
    (site / "latin.psp").write_bytes(b"caf\xe9")
    assert FileLoader(site, "latin-1").load("latin.psp").text == "café"
    assert FileLoader(site).load("latin.psp").text == "caf\udce9"


def test_file_loader_explains_what_it_cannot_decode(site: Path) -> None:
    (site / "odd.psp").write_bytes(b"odd")
    with pytest.raises(PspError, match="'odd.psp' is not utf-16"):
        FileLoader(site, "utf-16").load("odd.psp")


def test_file_loader_refuses_an_unknown_encoding_at_once(site: Path) -> None:
    with pytest.raises(LookupError, match="klingon"):
        FileLoader(site, "klingon")


@pytest.mark.parametrize(
    "name",
    [
        "missing.psp",
        "index.psp/below",
        "missing/index.psp",
        "",
        ".",
        "..",
        "shop",
        "shop/",
        "index.psp/",
        "./index.psp",
        "shop//index.psp",
        "shop/../index.psp",
        "../secret.txt",
        "../site/../secret.txt",
        "../../../../../../etc/passwd",
        "/etc/passwd",
        "//etc/passwd",
        "a\0b",
        "\ud800",
        "x" * 5000,
        "y/" * 3000 + "z",
    ],
)
def test_file_loader_has_no_such_page(site: Path, name: str) -> None:
    with pytest.raises(PageNotFound) as caught:
        FileLoader(site).load(name)
    assert caught.value.name == name
    assert str(site) not in str(caught.value)


def test_file_loader_names_the_right_spelling(site: Path) -> None:
    with pytest.raises(PageNotFound, match="it is written 'shop/index.psp'"):
        FileLoader(site).load("shop//./index.psp")


def test_absolute_names_are_confined_to_the_roots(site: Path) -> None:
    loader = FileLoader(site)
    assert loader.load(str(site / "index.psp")).text == "front"
    with pytest.raises(PageNotFound, match="outside"):
        loader.load(str(site.parent / "secret.txt"))


def test_allowed_roots_may_be_reached_but_are_not_searched(site: Path) -> None:
    shared = site.parent / "shared"
    shared.mkdir()
    (shared / "part.psp").write_text("part")
    loader = FileLoader(site, allowed_roots=[shared])
    assert loader.load("../shared/part.psp").text == "part"
    assert loader.load(str(shared / "part.psp")).text == "part"
    with pytest.raises(PageNotFound):
        loader.load("part.psp")
    with pytest.raises(PageNotFound, match="outside"):
        loader.load("../secret.txt")


def test_a_root_is_not_a_prefix_of_its_neighbour(site: Path) -> None:
    neighbour = site.parent / "site-old"
    neighbour.mkdir()
    (neighbour / "a.psp").write_text("old")
    with pytest.raises(PageNotFound, match="outside"):
        FileLoader(site).load("../site-old/a.psp")


def test_links_may_lead_inside_and_not_outside(site: Path) -> None:
    (site / "inside.psp").symlink_to("shop/index.psp")
    (site / "outside.psp").symlink_to(site.parent / "secret.txt")
    (site / "folder").symlink_to(site.parent)
    (site / "circle.psp").symlink_to("circle.psp")
    loader = FileLoader(site)
    assert loader.load("inside.psp").text == "shop"
    for name in ("outside.psp", "folder/secret.txt", "circle.psp"):
        with pytest.raises(PageNotFound):
            loader.load(name)


def test_the_root_itself_may_be_a_link_that_is_switched(site: Path) -> None:
    release = site.parent / "release"
    release.mkdir()
    (release / "index.psp").write_text("new")
    current = site.parent / "current"
    current.symlink_to(site)
    loader = FileLoader(current)
    assert loader.load("index.psp").text == "front"
    before = loader.fingerprint("index.psp")
    current.unlink()
    current.symlink_to(release)
    assert loader.load("index.psp").text == "new"
    assert loader.fingerprint("index.psp") != before
    assert loader.load("index.psp").filename == str(current / "index.psp")


def test_a_fifo_or_device_in_a_pages_place_does_not_hang(site: Path) -> None:
    os.mkfifo(site / "fifo.psp")
    (site / "null.psp").symlink_to("/dev/null")
    loader = FileLoader(site, allowed_roots=["/dev"])
    for name in ("fifo.psp", "null.psp"):
        with pytest.raises(PageNotFound, match="not a regular file"):
            loader.load(name)
        with pytest.raises(PageNotFound, match="not a regular file"):
            loader.fingerprint(name)


def _refuse_to_open(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(path: str, flags: int) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)


def test_an_unreadable_page_is_not_there_and_says_why(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _refuse_to_open(monkeypatch, errno.EACCES)
    with pytest.raises(PageNotFound, match="'index.psp' .* Permission denied"):
        FileLoader(site).load("index.psp")


def test_trouble_that_may_pass_is_not_a_missing_page(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _refuse_to_open(monkeypatch, errno.EMFILE)
    with pytest.raises(PspError, match="Too many open files") as caught:
        FileLoader(site).load("index.psp")
    assert not isinstance(caught.value, PageNotFound)


def test_the_first_root_that_has_a_page_wins(site: Path) -> None:
    theme = site.parent / "theme"
    theme.mkdir()
    (theme / "index.psp").write_text("themed")
    loader = FileLoader([theme, site])
    assert loader.load("index.psp").text == "themed"
    assert loader.load("shop/index.psp").text == "shop"
    assert loader.fingerprint("index.psp").inode == (theme / "index.psp").stat().st_ino
    (theme / "index.psp").unlink()
    assert loader.load("index.psp").text == "front"
    assert loader.fingerprint("index.psp").inode == (site / "index.psp").stat().st_ino


def test_file_fingerprint_tells_states_apart_without_reading(site: Path) -> None:
    loader = FileLoader(site)
    before = loader.fingerprint("index.psp")
    found = (site / "index.psp").stat()
    assert before == (found.st_mtime_ns, found.st_size, found.st_ino, b"")
    os.utime(site / "index.psp", ns=(1, 1))
    assert loader.fingerprint("index.psp").mtime_ns == 1
    with pytest.raises(PageNotFound):
        loader.fingerprint("missing.psp")


def test_dict_loader() -> None:
    pages = {"a.psp": "one\r\ntwo"}
    loader = DictLoader(pages)
    assert loader.load("a.psp").text == "one\ntwo"
    before = loader.fingerprint("a.psp")
    pages["a.psp"] = "three"
    assert loader.fingerprint("a.psp").digest != before.digest
    for method in (loader.load, loader.fingerprint):
        with pytest.raises(PageNotFound):
            method("b.psp")


def test_chain_loader_asks_in_order(site: Path) -> None:
    loader = ChainLoader([DictLoader({"index.psp": "dict"}), FileLoader(site)])
    assert loader.load("index.psp").text == "dict"
    assert loader.load("shop/index.psp").text == "shop"
    assert loader.fingerprint("index.psp").digest
    assert loader.fingerprint("shop/index.psp").inode
    with pytest.raises(PageNotFound) as caught:
        loader.load("missing.psp")
    assert caught.value.name == "missing.psp"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an importable package with a page and a neighbour of it."""
    folder = tmp_path / "lib" / "pages_for_test"
    (folder / "templates" / "parts").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "templates" / "parts" / "nav.psp").write_text("nav")
    (folder / "private.txt").write_text("private")
    monkeypatch.syspath_prepend(str(tmp_path / "lib"))
    monkeypatch.delitem(sys.modules, "pages_for_test", raising=False)
    return folder


def test_origins_tell_loaders_of_different_places_apart(
    site: Path, package: Path
) -> None:
    loaders = [
        FileLoader(site),
        FileLoader([site, site.parent]),
        FileLoader([site.parent, site]),
        ChainLoader([FileLoader(site), DictLoader({})]),
        DictLoader({}),
        PackageLoader("pages_for_test"),
        PackageLoader("pages_for_test", "templates/parts"),
    ]
    assert len({loader.origin for loader in loaders}) == len(loaders)
    assert FileLoader(site).origin == FileLoader(str(site)).origin


def _check_package_loader() -> None:
    loader = PackageLoader("pages_for_test")
    source = loader.load("parts/nav.psp")
    assert source.text == "nav"
    assert source.filename.endswith(os.path.join("templates", "parts", "nav.psp"))
    assert loader.fingerprint("parts/nav.psp").digest
    for name in ("parts", "missing.psp", "../private.txt", "/etc/passwd", "a\0"):
        with pytest.raises(PageNotFound):
            loader.load(name)


def test_package_loader(package: Path) -> None:
    _check_package_loader()


def test_package_loader_in_a_zip(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "lib.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in package.rglob("*"):
            file.write(path, path.relative_to(package.parent))
    monkeypatch.syspath_prepend(str(archive))
    _check_package_loader()
