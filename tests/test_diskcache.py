"""Compiled files are believed only where nobody can have forged or damaged them."""

from __future__ import annotations

import logging
import marshal
import os
import subprocess
import sys
import time
from hashlib import blake2b
from pathlib import Path

import pytest

from psp import pagefile
from psp.diskcache import DiskCache
from psp.options import MOD_PYTHON
from psp.page import CompiledPage, Fingerprint, Notice
from psp.trust import Untrusted, make_key, read_key

DIGEST = bytes(range(32))


def make_page(name: str = "shop/index.psp", text: str = "1 + 1") -> CompiledPage:
    return CompiledPage(
        name=name,
        filename="/srv/" + name,
        code=compile(text, "index.psp", "exec"),
        fragments=(compile("2", "part.psp", "exec"),),
        declarations=(compile("x = 3", "index.psp", "exec"),),
        tier="module",
        names=frozenset({"req", "form"}),
        toplevel=frozenset({"req"}),
        dependencies={
            name: Fingerprint(-1, 2**40, 2**63, DIGEST),
            "parts/naïve \udc80.psp": Fingerprint(2**62, 0, 0, b""),
        },
        options=MOD_PYTHON,
        notices=(Notice("part.psp", 3, 4, "mind this"),),
    )


@pytest.fixture(params=["signed", "unsigned"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> DiskCache:
    signed = request.param == "signed"
    return DiskCache(
        tmp_path / "cache", key_file=tmp_path / "keys" / "key" if signed else None
    )


@pytest.fixture
def signed(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "cache", key_file=tmp_path / "key")


def file_of(cache: DiskCache, name: str = "shop/index.psp") -> Path:
    path = cache.path(name)
    assert path is not None
    return Path(path)


def overwrite(path: Path, data: bytes) -> None:
    """New content under the same mode, whatever that is."""
    mode = path.stat().st_mode
    path.chmod(0o600)
    path.write_bytes(data)
    path.chmod(mode)


def test_a_page_comes_back_as_it_was(cache: DiskCache) -> None:
    page = make_page()
    assert cache.get(page.name) is None
    cache.put(page)
    assert cache.get(page.name) == page
    again = DiskCache(cache.folder, key_file=cache.key_file)
    assert again.get(page.name) == page
    assert again.get("other.psp") is None


def test_a_page_replaces_the_one_before(cache: DiskCache) -> None:
    cache.put(make_page(text="1"))
    cache.put(make_page(text="2"))
    found = cache.get("shop/index.psp")
    assert found is not None and found.code == make_page(text="2").code
    assert len(os.listdir(cache.folder)) == 1


def test_files_have_the_narrowest_mode_that_works(cache: DiskCache) -> None:
    before = os.umask(0)
    try:
        cache.put(make_page())
    finally:
        os.umask(before)
    mode = file_of(cache).stat().st_mode & 0o777
    assert mode == (0o600 if cache.key_file else 0o444)
    assert os.stat(cache.folder).st_mode & 0o777 == 0o700
    if cache.key_file:
        assert os.stat(cache.key_file).st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "name",
    ["a.psp", "../../a.psp", "/etc/passwd", "a\0b", "\udc80", "é" * 4000, "", ".."],
)
def test_any_name_has_a_safe_file(cache: DiskCache, name: str) -> None:
    cache.put(make_page(name))
    assert cache.get(name) == make_page(name)
    assert file_of(cache, name).parent == Path(cache.folder)


def test_every_truncation_is_a_miss(cache: DiskCache) -> None:
    cache.put(make_page())
    path = file_of(cache)
    data = path.read_bytes()
    for size in range(len(data)):
        overwrite(path, data[:size])
        assert cache.get("shop/index.psp") is None
    overwrite(path, data + b"\0")
    assert cache.get("shop/index.psp") is None
    overwrite(path, data)
    assert cache.get("shop/index.psp") == make_page()


def test_every_flipped_byte_is_a_miss(cache: DiskCache) -> None:
    cache.put(make_page())
    path = file_of(cache)
    data = bytearray(path.read_bytes())
    for at in range(len(data)):
        data[at] ^= 1 << at % 8
        overwrite(path, data)
        assert cache.get("shop/index.psp") is None
        data[at] ^= 1 << at % 8


def test_nothing_is_unmarshalled_before_the_digest_holds(
    signed: DiskCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed.put(make_page())
    path = file_of(signed)
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    overwrite(path, data)

    def never(data: bytes) -> object:
        raise AssertionError("damaged data reached marshal")

    monkeypatch.setattr(marshal, "loads", never)
    assert signed.get("shop/index.psp") is None


def test_another_key_or_none_is_a_miss(tmp_path: Path) -> None:
    caches = [
        DiskCache(tmp_path / "cache", key_file=tmp_path / "one"),
        DiskCache(tmp_path / "cache", key_file=tmp_path / "two"),
        DiskCache(tmp_path / "cache", key_file=None),
    ]
    for writer in caches:
        writer.put(make_page())
        found = [cache.get("shop/index.psp") is not None for cache in caches]
        assert found == [cache is writer for cache in caches]


def test_a_page_under_another_name_is_a_miss(cache: DiskCache) -> None:
    cache.put(make_page("a.psp"))
    file_of(cache, "a.psp").rename(file_of(cache, "b.psp"))
    assert cache.get("b.psp") is None


def test_a_page_of_another_python_is_a_miss(
    cache: DiskCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = file_of(cache)
    monkeypatch.setattr(pagefile, "TAG", "cpython-27-abi0")
    theirs = file_of(cache)
    assert ours != theirs
    cache.put(make_page())
    monkeypatch.undo()
    theirs.rename(ours)
    assert cache.get("shop/index.psp") is None


def test_the_tag_tells_interpreters_apart() -> None:
    code = "import psp.pagefile; print(psp.pagefile.TAG)"
    tags = {
        subprocess.run(
            [sys.executable, *flags, "-c", code], capture_output=True, check=True
        ).stdout
        for flags in ([], ["-O"], ["-OO"])
    }
    assert len(tags) == 3
    assert sys.implementation.cache_tag in pagefile.TAG


@pytest.mark.parametrize("bit", [0o020, 0o002])
def test_a_file_that_others_can_write_is_a_miss(cache: DiskCache, bit: int) -> None:
    cache.put(make_page())
    path = file_of(cache)
    path.chmod(path.stat().st_mode | bit)
    assert cache.get("shop/index.psp") is None


def test_an_unsigned_file_must_be_read_only(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache", key_file=None)
    cache.put(make_page())
    file_of(cache).chmod(0o644)
    assert cache.get("shop/index.psp") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_a_miss(cache: DiskCache) -> None:
    cache.put(make_page())
    os.chown(file_of(cache), 65534, 65534)
    assert cache.get("shop/index.psp") is None


def test_links_and_other_kinds_of_file_are_a_miss(
    cache: DiskCache, tmp_path: Path
) -> None:
    cache.put(make_page())
    path = file_of(cache)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert cache.get("shop/index.psp") is None
    path.unlink()
    os.mkfifo(path)
    assert cache.get("shop/index.psp") is None
    path.unlink()
    path.mkdir()
    assert cache.get("shop/index.psp") is None


def test_a_file_of_absurd_size_is_not_read(
    cache: DiskCache, caplog: pytest.LogCaptureFixture
) -> None:
    cache.put(make_page())
    path = file_of(cache)
    path.chmod(0o600)
    os.truncate(path, 64 * 1024 * 1024 + 1)
    path.chmod(0o444)
    assert cache.get("shop/index.psp") is None
    assert "more than" in caplog.text


@pytest.mark.parametrize("change", ["cut", "longer", "no code", "empty"])
def test_what_makes_no_sense_is_a_miss_even_if_its_digest_holds(
    cache: DiskCache, change: str
) -> None:
    cache.put(make_page())
    path = file_of(cache)
    body = path.read_bytes()[:-32]
    bodies = {
        "cut": body[:-1],
        "longer": body + b"x",
        "no code": body[: body.index(b"/srv/")],
        "empty": body[:9],
    }
    key = Path(cache.key_file).read_bytes() if cache.key_file else b""
    forged = bodies[change]
    digest = blake2b(forged, digest_size=32, key=key, person=b"psp page").digest()
    overwrite(path, forged + digest)
    assert cache.get("shop/index.psp") is None


def test_doubt_is_said_once(cache: DiskCache, caplog: pytest.LogCaptureFixture) -> None:
    cache.put(make_page())
    overwrite(file_of(cache), b"rubbish")
    for _ in range(3):
        assert cache.get("shop/index.psp") is None
    (record,) = caplog.records
    assert record.name == "psp.cache"
    assert record.levelno == logging.WARNING
    assert "not a compiled page" in record.getMessage()
    assert str(file_of(cache)) in record.getMessage()


def test_a_miss_is_not_worth_a_word(
    cache: DiskCache, caplog: pytest.LogCaptureFixture
) -> None:
    assert cache.get("missing.psp") is None
    assert cache.get("\0") is None
    assert not caplog.records


def test_a_folder_that_cannot_be_written_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    cache = DiskCache(tmp_path / "file" / "cache", key_file=tmp_path / "key")
    cache.put(make_page())
    cache.put(make_page())
    (record,) = caplog.records
    assert "cannot write" in record.getMessage()
    assert cache.get("shop/index.psp") is None


def test_a_full_disk_leaves_nothing_behind(
    cache: DiskCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put(make_page(text="1"))

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, full)
        cache.put(make_page(text="2"))
        monkeypatch.undo()
    assert os.listdir(cache.folder) == [file_of(cache).name]
    assert cache.get("shop/index.psp") == make_page(text="1")


def test_what_killed_writers_left_is_cleared_away_when_old(cache: DiskCache) -> None:
    cache.put(make_page())
    path = file_of(cache)
    old, young, other = (
        path.with_name(path.name + ".0123.tmp"),
        path.with_name(path.name + ".4567.tmp"),
        path.with_name("notes.tmp"),
    )
    for file in (old, young, other):
        file.touch()
    for file in (old, other):
        os.utime(file, (time.time() - 7200,) * 2)
    DiskCache(cache.folder, key_file=cache.key_file).put(make_page())
    assert sorted(Path(cache.folder).iterdir()) == sorted([path, young, other])


def test_what_cannot_be_marshalled_is_not_kept(cache: DiskCache) -> None:
    options = MOD_PYTHON._replace(layout=object())  # type: ignore[arg-type]
    cache.put(make_page()._replace(options=options))
    assert cache.get("shop/index.psp") is None


def test_without_write_nothing_is_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache", key_file=tmp_path / "key", write=False)
    cache.put(make_page())
    assert list(tmp_path.iterdir()) == []


def test_the_folder_may_vanish_while_in_use(cache: DiskCache) -> None:
    cache.put(make_page("a.psp"))
    file_of(cache, "a.psp").unlink()
    os.rmdir(cache.folder)
    cache.put(make_page("b.psp"))
    assert cache.get("b.psp") == make_page("b.psp")


class TestBeside:
    """Compiled pages next to their sources."""

    @pytest.fixture
    def cache(self, tmp_path: Path) -> DiskCache:
        (tmp_path / "site" / "shop").mkdir(parents=True)
        return DiskCache(tmp_path / "site", key_file=None, beside=True)

    def test_a_page_lies_beside_its_source(
        self, cache: DiskCache, tmp_path: Path
    ) -> None:
        for name, file in (
            ("shop/index.psp", "shop/index.psc"),
            ("index.html", "index.html.psc"),
        ):
            cache.put(make_page(name))
            assert (tmp_path / "site" / file).is_file()
            assert cache.get(name) == make_page(name)

    @pytest.mark.parametrize("name", ["../a.psp", "/a.psp", "x//a.psp", "", "a\0.psp"])
    def test_nothing_is_kept_outside(
        self, cache: DiskCache, tmp_path: Path, name: str
    ) -> None:
        before = sorted(tmp_path.rglob("*"))
        cache.put(make_page(name))
        assert sorted(tmp_path.rglob("*")) == before
        assert cache.get(name) is None

    def test_no_folder_is_made(self, cache: DiskCache, tmp_path: Path) -> None:
        cache.put(make_page("gone/index.psp"))
        assert not (tmp_path / "site" / "gone").exists()


class TestKey:
    """The file with the key."""

    def test_it_is_made_once(self, tmp_path: Path) -> None:
        path = str(tmp_path / "keys" / "key")
        key = make_key(path)
        assert len(key) == 32
        assert make_key(path) == read_key(path) == key
        assert os.listdir(tmp_path / "keys") == ["key"]

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
    def test_others_must_not_read_it(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "key"
        make_key(str(path))
        path.chmod(mode)
        with pytest.raises(Untrusted, match="mode"):
            read_key(str(path))

    @pytest.mark.parametrize("size", [0, 31, 65])
    def test_it_has_a_sensible_size(self, tmp_path: Path, size: int) -> None:
        path = tmp_path / "key"
        path.write_bytes(b"k" * size)
        path.chmod(0o600)
        with pytest.raises(Untrusted, match="bytes"):
            read_key(str(path))

    def test_it_must_lie_outside_the_cache(self, tmp_path: Path) -> None:
        (tmp_path / "cache").mkdir()
        (tmp_path / "link").symlink_to("cache")
        for key_file in (tmp_path / "cache" / "key", tmp_path / "link" / "key"):
            with pytest.raises(ValueError, match="outside"):
                DiskCache(tmp_path / "cache", key_file=key_file)

    def test_without_a_good_key_pages_are_not_cached(
        self,
        signed: DiskCache,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        signed.put(make_page())
        (tmp_path / "key").chmod(0o644)
        other = DiskCache(signed.folder, key_file=tmp_path / "key")
        assert other.get("shop/index.psp") is None
        other.put(make_page())
        assert ["the key" in r.getMessage() for r in caplog.records] == [True, True]

    def test_a_lost_key_is_replaced_and_old_files_are_not_believed(
        self, signed: DiskCache, tmp_path: Path
    ) -> None:
        signed.put(make_page())
        (tmp_path / "key").unlink()
        other = DiskCache(signed.folder, key_file=tmp_path / "key")
        assert other.get("shop/index.psp") is None
        other.put(make_page())
        assert other.get("shop/index.psp") == make_page()


def test_reading_a_page_imports_nothing_heavy(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache", key_file=tmp_path / "key")
    cache.put(make_page())
    code = f"""
import sys
before = set(sys.modules)
from psp.diskcache import DiskCache
cache = DiskCache({cache.folder!r}, key_file={cache.key_file!r})
assert cache.get("shop/index.psp")
heavy = {{"hashlib", "hmac", "_hashlib", "logging", "secrets", "argparse", "ast",
    "inspect", "dataclasses", "pathlib", "tempfile", "ply"}}
print(sorted(heavy & (set(sys.modules) - before)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"[]\n"
