"""SQLiteSessionStore: connections, and a file that is not what it should be."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

import pytest

from psp.errors import LockTimeout, SessionError
from psp.session.sqlite import SQLiteSessionStore
from psp.session.store import SessionData

KEY = "ab" * 32
RECORD = SessionData(900.0, 1000.0, 60, b"data")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteSessionStore]:
    store = SQLiteSessionStore(tmp_path / "s.db", lock_seconds=0.05)
    yield store
    store.close()


def change(store: SQLiteSessionStore, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute(statement, values)


def test_it_writes_ahead(store: SQLiteSessionStore) -> None:
    store.save(KEY, RECORD)
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_readers_do_not_wait_for_a_writer(store: SQLiteSessionStore) -> None:
    stored = store.save(KEY, RECORD)
    assert stored is not None
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.load(KEY) == stored
        with pytest.raises(LockTimeout, match="busy"):
            store.save(KEY, stored)
        store.expire(9000.0)  # another time, then
    assert store.save(KEY, stored) is not None


def test_threads_do_not_share_connections(store: SQLiteSessionStore) -> None:
    start, found = Barrier(8), list[bool]()

    def work(n: int) -> None:
        start.wait(30)
        key = f"{n:064x}"
        for _ in range(20):
            record = store.load(key) or RECORD
            assert store.save(key, record) is not None
        found.append(store.load(key) is not None)

    store._locks.seconds = 30  # on a busy machine
    threads = [Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8


@pytest.mark.parametrize("bad", [None, 7, "text", b"", b"bytes"])
def test_a_damaged_record_is_no_session(store: SQLiteSessionStore, bad: object) -> None:
    store.save(KEY, RECORD)
    change(store, "UPDATE sessions SET record = ?", bad)
    assert store.load(KEY) is None
    assert store.save(KEY, RECORD) is not None


def test_a_file_that_is_no_database_is_set_aside(
    store: SQLiteSessionStore, caplog: pytest.LogCaptureFixture
) -> None:
    Path(store.path).write_bytes(b"no database" * 1000)
    assert store.load(KEY) is None
    assert store.save(KEY, RECORD) is not None
    assert store.keys() == [KEY]
    (aside,) = Path(store.path).parent.glob("s.db.damaged-*")
    assert aside.read_bytes() == b"no database" * 1000
    (entry,) = caplog.records
    assert str(aside) in entry.getMessage()


def test_a_file_of_ours_that_has_changed_is_set_aside(
    store: SQLiteSessionStore,
) -> None:
    store.save(KEY, RECORD)
    change(store, "ALTER TABLE sessions RENAME COLUMN key TO kex")
    assert store.load(KEY) is None
    assert store.save(KEY, RECORD) is not None
    assert len(list(Path(store.path).parent.glob("s.db.damaged-*"))) == 1


def test_others_follow_to_the_new_file(
    store: SQLiteSessionStore, caplog: pytest.LogCaptureFixture
) -> None:
    other = SQLiteSessionStore(store.path)
    for n in range(50):
        other.save(f"{n:064x}", RECORD._replace(data=bytes(2000)))
    store.load(KEY)
    other.close()
    store.close()  # now all is in the file itself
    old = other.load(KEY), store.load(KEY)  # and both have it open
    with open(store.path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 100_000)
    assert store.save(KEY, RECORD) is not None
    assert other.load(KEY) is not None
    assert other.keys() == store.keys() == [KEY]
    other.close()
    assert old == (None, None)
    assert store.load(KEY) is not None
    assert len(caplog.records) == 1


def test_a_broken_file_that_cannot_be_moved_stays(
    store: SQLiteSessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(store.path).write_bytes(b"no database" * 1000)

    def refuse(*names: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr("os.rename", refuse)
    with pytest.raises(SessionError, match="stays where it is: read-only"):
        store.save(KEY, RECORD)
    assert Path(store.path).read_bytes() == b"no database" * 1000


def test_a_second_connection_keeps_the_locks_of_the_first(
    store: SQLiteSessionStore,
) -> None:
    """Without them, another process would take the log away when it closes."""
    store.save(KEY, RECORD)
    with store._connection(), store._connection():
        pass
    script = (
        "import sys; from psp.session.sqlite import SQLiteSessionStore as Store;"
        "store = Store(sys.argv[1]); assert store.keys(); store.close()"
    )
    subprocess.run([sys.executable, "-c", script, store.path], check=True)
    assert Path(store.path + "-wal").exists()


def test_a_table_of_somebody_else_holds_no_session(store: SQLiteSessionStore) -> None:
    change(store, "CREATE TABLE sessions (key TEXT)")
    assert store.load(KEY) is None
    with pytest.raises(SessionError):
        store.save(KEY, RECORD)
    assert not list(Path(store.path).parent.glob("*damaged*"))


def test_it_can_be_used_again_after_closing(store: SQLiteSessionStore) -> None:
    stored = store.save(KEY, RECORD)
    store.close()
    assert store.load(KEY) == stored
    assert store.keys() == [KEY]
