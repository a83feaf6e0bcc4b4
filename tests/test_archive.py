"""An archive gives what was put into it, to whom it was meant for, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from psp.archive import ArchiveCache, write_archive
from psp.cache import MemoryCache
from psp.engine import Engine
from psp.loaders import DictLoader
from psp.page import CompiledPage
from psp.pagefile import pack
from psp.trust import make_key

PAGES = {"a.psp": "<%= 6 * 7 %>", "shop/ü.psp": "<% x = 1 %>two"}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "key"


@pytest.fixture
def pages() -> dict[str, CompiledPage]:
    engine = Engine(DictLoader(PAGES), cache=MemoryCache())
    return {name: engine.get_page(name) for name in PAGES}


@pytest.fixture
def archive(tmp_path: Path, key_file: Path, pages: dict[str, CompiledPage]) -> Path:
    key = make_key(str(key_file))
    path = tmp_path / "site.psa"
    write_archive(path, {name: pack(page, key) for name, page in pages.items()}, key)
    return path


def test_pages_come_back_as_they_were(
    archive: Path, key_file: Path, pages: dict[str, CompiledPage]
) -> None:
    cache = ArchiveCache(archive, key_file=key_file)
    assert {name: cache.get(name) for name in PAGES} == pages
    assert cache.get("none.psp") is None
    assert archive.stat().st_mode & 0o777 == 0o600


def test_no_archive_is_no_trouble(
    tmp_path: Path, key_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_key(str(key_file))
    assert ArchiveCache(tmp_path / "none", key_file=key_file).get("a.psp") is None
    assert not caplog.records


def test_every_changed_byte_is_noticed(
    archive: Path,
    key_file: Path,
    pages: dict[str, CompiledPage],
    caplog: pytest.LogCaptureFixture,
) -> None:
    good = archive.read_bytes()
    for at in range(len(good)):
        archive.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        cache = ArchiveCache(archive, key_file=key_file)
        found = {name: cache.get(name) for name in PAGES}
        assert None in found.values()
        assert all(page in (None, pages[name]) for name, page in found.items())
    assert caplog.records


@pytest.mark.parametrize("length", [0, 5, 20, 60, -1, -200])
def test_a_cut_archive_is_doubted(archive: Path, key_file: Path, length: int) -> None:
    archive.write_bytes(archive.read_bytes()[:length])
    cache = ArchiveCache(archive, key_file=key_file)
    assert None in [cache.get(name) for name in PAGES]


def test_a_doubt_is_logged_once(
    archive: Path, key_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.write_bytes(b"something else, and long enough for a header")
    cache = ArchiveCache(archive, key_file=key_file)
    assert [cache.get(name) for name in PAGES] == [None, None]
    assert [record.message for record in caplog.records] == [
        f"cannot read the compiled page {str(archive)!r}, doing without: "
        "it is not an archive of this format"
    ]


def test_whom_to_believe(
    archive: Path, key_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = tmp_path / "keys" / "other"
    make_key(str(other))
    assert ArchiveCache(archive, key_file=other).get("a.psp") is None
    assert ArchiveCache(archive, key_file=None).get("a.psp") is None  # can be written
    archive.chmod(0o622)
    assert ArchiveCache(archive, key_file=key_file).get("a.psp") is None
    archive.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(archive)
    assert ArchiveCache(link, key_file=key_file).get("a.psp") is None
    assert "another key has signed it" in caplog.text


def test_unsigned_by_owner_and_mode(
    tmp_path: Path, pages: dict[str, CompiledPage]
) -> None:
    path = tmp_path / "site.psa"
    write_archive(path, {name: pack(page, b"") for name, page in pages.items()}, b"")
    assert path.stat().st_mode & 0o777 == 0o444
    assert ArchiveCache(path, key_file=None).get("a.psp") == pages["a.psp"]
    path.chmod(0o644)
    assert ArchiveCache(path, key_file=None).get("a.psp") is None


def test_another_archive_in_its_place_is_opened(
    archive: Path, key_file: Path, pages: dict[str, CompiledPage]
) -> None:
    cache = ArchiveCache(archive, key_file=key_file)
    assert cache.get("a.psp") is not None
    key = make_key(str(key_file))
    write_archive(archive, {"shop/ü.psp": pack(pages["shop/ü.psp"], key)}, key)
    assert cache.get("a.psp") is None
    assert cache.get("shop/ü.psp") == pages["shop/ü.psp"]


def test_a_record_is_only_its_own_page(
    archive: Path, key_file: Path, pages: dict[str, CompiledPage]
) -> None:
    key = make_key(str(key_file))
    write_archive(archive, {"a.psp": pack(pages["shop/ü.psp"], key)}, key)
    assert ArchiveCache(archive, key_file=key_file).get("a.psp") is None


def test_descriptors_are_given_back(archive: Path, key_file: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        ArchiveCache(archive, key_file=key_file).get("a.psp")
    assert len(os.listdir("/proc/self/fd")) == before
