"""FileSessionStore: its files, and what damage does to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from psp.session.files import FileSessionStore
from psp.session.store import SessionData

KEY = "ab" * 32
RECORD = SessionData(900.0, 1000.0, 60, b"data")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FileSessionStore]:
    store = FileSessionStore(tmp_path / "sessions", lock_seconds=0.05)
    yield store
    store.close()


@pytest.fixture
def file(store: FileSessionStore) -> Path:
    """The file of a session."""
    store.save(KEY, RECORD)
    return Path(store.path(KEY))


def test_a_session_is_one_file_in_a_subfolder(tmp_path: Path, file: Path) -> None:
    assert file == tmp_path / "sessions" / "ab" / KEY
    assert os.listdir(file.parent) == [KEY]


def test_a_file_cut_at_any_length_is_no_session(
    store: FileSessionStore, file: Path
) -> None:
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert store.load(KEY) is None
    file.write_bytes(whole)
    assert store.load(KEY) is not None


def test_nor_is_one_with_any_bit_flipped(store: FileSessionStore, file: Path) -> None:
    whole = file.read_bytes()
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        file.write_bytes(damaged)
        assert store.load(KEY) is None


def test_nor_is_the_file_of_another_session(
    store: FileSessionStore, file: Path
) -> None:
    other = "cd" * 32
    store.save(other, RECORD)
    os.replace(file, store.path(other))
    assert store.load(other) is None


def test_nor_are_links_folders_and_files_open_to_others(
    store: FileSessionStore, file: Path, tmp_path: Path
) -> None:
    file.chmod(0o644)
    assert store.load(KEY) is None
    file.chmod(0o600)
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert store.load(KEY) is None
    file.unlink()
    file.mkdir()
    assert store.load(KEY) is None
    file.rmdir()
    os.mkfifo(file)
    assert store.load(KEY) is None


def test_a_key_is_no_path(store: FileSessionStore) -> None:
    for key in ("../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n"):
        with pytest.raises(ValueError, match="no key"):
            store.load(key)


def test_expiry_clears_up_damaged_and_abandoned_files(
    store: FileSessionStore, file: Path
) -> None:
    live = "cd" * 32
    store.save(live, RECORD._replace(timeout=1e6))
    file.write_bytes(b"damaged")
    old, fresh, foreign = (file.parent / name for name in ("a.tmp", "b.tmp", "README"))
    for path in (old, fresh, foreign):
        path.touch()
    os.utime(old, (0, 0))
    store.expire(2000.0)
    assert sorted(os.listdir(file.parent)) == ["README", "b.tmp"]
    assert store.load(live) is not None


def test_looking_and_locking_leave_nothing_behind(store: FileSessionStore) -> None:
    for n in range(100):
        key = f"{n:064x}"
        with store.lock(key, store):
            assert store.load(key) is None
    assert os.listdir(store.folder) == ["lock"]
