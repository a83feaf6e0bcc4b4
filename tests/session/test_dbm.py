"""DbmSessionStore: interrupted changes, damage, and room that is given back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from psp.session import dbm
from psp.session.dbm import DbmSessionStore
from psp.session.store import ANY, SessionData

KEYS = [f"{n:064x}" for n in range(5)]
RECORD = SessionData(900.0, 1000.0, 60, b"data")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DbmSessionStore]:
    """A store with a session for each of ``KEYS``."""
    store = DbmSessionStore(tmp_path / "s", lock_seconds=0.05)
    for key in KEYS:
        store.save(key, RECORD)
    yield store
    store.close()


class Died(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("call", ["replace", "unlink"])
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("compacting", [False, True])
def test_a_change_is_whole_or_not_at_all(
    store: DbmSessionStore,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
    compacting: bool,
) -> None:
    calls = iter(range(100))
    genuine = getattr(os, call)

    def die_at_last(*paths: str) -> None:
        if next(calls) == number:
            raise Died
        genuine(*paths)

    store._roomy = 0 if compacting else 1 << 30
    with monkeypatch.context() as patch:
        patch.setattr(dbm.os, call, die_at_last)
        try:
            store.save(KEYS[2], RECORD._replace(data=b"new", version=ANY))
        except Died:
            pass
    found = [store.load(key) for key in KEYS]
    assert [one and one.data for one in found] in (
        [b"data", b"data", b"data", b"data", b"data"],
        [b"data", b"data", b"new", b"data", b"data"],
    )
    assert store.save(KEYS[2], RECORD._replace(data=b"newer", version=ANY))


def test_room_is_given_back(
    store: DbmSessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbm, "_SPARE", 10_000)
    store._roomy = 10_000
    for n in range(50):
        data = b"%d" % n * 1000
        store.save(KEYS[0], RECORD._replace(data=data, version=ANY))
    assert os.path.getsize(store.path + ".dat") < 30_000
    assert [store.load(key) is not None for key in KEYS] == [True] * len(KEYS)


@pytest.mark.parametrize(
    "index", [b"\0", b"'a', (", b"'a'", b"('a', 1, 2)", b"[" * 10_000, b"\xff" * 100]
)
def test_a_damaged_index_is_no_sessions(store: DbmSessionStore, index: bytes) -> None:
    Path(store.path + ".dir").write_bytes(index)
    assert store.load(KEYS[0]) is None
    assert store.delete(KEYS[0]) is False
    store.expire(2000.0)
    assert store.save(KEYS[0], RECORD) == store.load(KEYS[0])


@pytest.mark.parametrize(
    "place", ["(-1, 5)", "(0, 10**9)", "('a', 'b')", "7", "(9e99, 1)"]
)
def test_a_record_at_no_place_is_no_session(store: DbmSessionStore, place: str) -> None:
    lines = Path(store.path + ".dir").read_text().splitlines(keepends=True)
    Path(store.path + ".dir").write_text(f"'{KEYS[0]}', {place}\n" + "".join(lines[1:]))
    assert store.load(KEYS[0]) is None
    if place[0] == "(" and "*" not in place:
        assert store.load(KEYS[1]) is not None


def test_missing_files_are_no_sessions(store: DbmSessionStore) -> None:
    for name in (".dat", ".dir"):
        os.unlink(store.path + name)
        assert store.load(KEYS[0]) is None
        store.save(KEYS[0], RECORD)
