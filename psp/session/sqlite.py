"""SQLiteSessionStore: sessions in one SQLite file. POSIX only."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from threading import Lock
from typing import TypeVar

from ..errors import LockTimeout, SessionError
from .filelock import FileLocks
from .folder import make_parent
from .locks import LOCK_SECONDS
from .record import MarkedSerializer, next_record, pack_record, unpack_record
from .serializer import JSON
from .sqlitefile import Broken, Connection, Damaged, connect, file_at, set_aside
from .store import SessionData

T = TypeVar("T")

SLICE = 20
_SETUP = "setup"  # a name for locks that is no key

_TABLE = """
CREATE TABLE IF NOT EXISTS sessions (key TEXT PRIMARY KEY, over REAL, record BLOB);
CREATE INDEX IF NOT EXISTS sessions_over ON sessions (over);
"""
_MARK = 0x50535053  # the application_id of files that we have made
_IS_EMPTY = "SELECT count(*) = 0 FROM sqlite_master"
_SETTINGS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
)
_LOAD = "SELECT record FROM sessions WHERE key = ?"
_SAVE = "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?)"
_DELETE = "DELETE FROM sessions WHERE key = ?"
_OVER = "SELECT key FROM sessions WHERE over < ? ORDER BY over LIMIT ?"
_EXPIRE = "DELETE FROM sessions WHERE key = ? AND over < ?"


class SQLiteSessionStore:
    """Keeps sessions in the SQLite file *path*, with a write-ahead log beside it.

    Every change is there after a process was killed; those of the last moment may be
    missing after a power cut. A damaged record is no session; a file that is damaged
    as a whole is set aside under another name, and a new one begun. Raises
    SessionError where the file cannot be written, SettingsError where it must not lie.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        serializer: MarkedSerializer = JSON,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self.serializer = serializer
        self.path = os.path.abspath(path)
        make_parent(self.path)
        self._locks = FileLocks(self.path + ".lock", lock_seconds)
        self._mutex = Lock()
        self._pool: _Pool | None = None
        self._inherited: list[_Pool] = []  # never closed: that would be using them

    def close(self) -> None:
        """Closes the connections that nobody uses, and the file of locks."""
        self._locks.close()
        with self._mutex:
            if self._pool is not None:
                self._pool.close()
            self._pool = None

    def load(self, key: str) -> SessionData | None:
        """The record of *key*, over or not, or None."""
        try:
            return self._attempt(lambda: self._find(key))
        except Damaged:
            return None

    def save(self, key: str, data: SessionData) -> SessionData | None:
        """The record as stored; None if deleted meanwhile, SessionError if changed."""
        return self._attempt(lambda: self._store(key, data))

    def delete(self, key: str) -> bool:
        """Forgets *key*; says whether there was anything to forget."""
        return self._attempt(lambda: self._forget(key))

    def expire(self, now: float) -> None:
        """Forgets some of the sessions that are over, the oldest first."""
        self._attempt(lambda: self._expire(now))

    def keys(self) -> list[str]:
        """The keys of all sessions that are kept, those that are over included."""
        with self._connection() as connection:
            return [key for (key,) in connection.execute("SELECT key FROM sessions")]

    def lock(self, key: str, owner: object) -> AbstractContextManager[None]:
        """Holds *key* for *owner* alone, who may take it again; raises LockTimeout."""
        return self._locks.hold(key, owner)

    def _find(self, key: str) -> SessionData | None:
        with self._connection() as connection:
            return self._load(connection, key)

    def _store(self, key: str, data: SessionData) -> SessionData | None:
        with self._change() as connection:
            stored = next_record(self._load(connection, key), data)
            if stored is not None:
                over = stored.accessed + stored.timeout
                packed = pack_record(key, stored, self.serializer.mark)
                connection.execute(_SAVE, (key, over, packed))
            return stored

    def _forget(self, key: str) -> bool:
        with self._change() as connection:
            return connection.execute(_DELETE, (key,)).rowcount > 0

    def _expire(self, now: float) -> None:
        with self._connection() as connection:
            over = connection.execute(_OVER, (now, SLICE)).fetchall()
        if not over:
            return
        with suppress(LockTimeout), self._change() as connection:
            connection.executemany(_EXPIRE, [(key, now) for (key,) in over])

    def _attempt(self, use: Callable[[], T]) -> T:
        """What *use* gives, once more with a new file where this one is broken."""
        try:
            return use()
        except Broken as error:
            with self._locks.hold(_SETUP, object()):
                set_aside(self.path, error)
        return use()

    @contextmanager
    def _change(self) -> Iterator[Connection]:
        """A connection in a transaction of its own; nobody else writes meanwhile."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """A connection for this thread alone; one that failed is closed."""
        pool = self._pool_of_this_process()
        connection = pool.take(file_at(self.path)) or self._connect()
        try:
            yield connection
        except sqlite3.Error as error:
            connection.close()
            raise _error(error, connection) from error
        except BaseException:
            pool.give(connection)
            raise
        pool.give(connection)

    def _load(self, connection: Connection, key: str) -> SessionData | None:
        with closing(connection.execute(_LOAD, (key,))) as cursor:
            row = cursor.fetchone()
        if row is None or type(row[0]) is not bytes:
            return None
        return unpack_record(key, row[0], self.serializer.mark)

    def _pool_of_this_process(self) -> _Pool:
        """What is ours alone: SQLite's connections must not be used after a fork."""
        with self._mutex:
            if self._pool is not None and self._pool.pid != os.getpid():
                self._inherited.append(self._pool)
                self._pool = None
            self._pool = self._pool or _Pool()
            return self._pool

    def _connect(self) -> Connection:
        # Alone: the change to a write-ahead log fails rather than wait for another's,
        # and a file that is being set aside must not be opened.
        with self._locks.hold(_SETUP, object()):
            try:
                connection = connect(self.path, self._locks.seconds)
            except (OSError, sqlite3.Error) as error:
                raise SessionError(f"the sessions cannot be used: {error}") from error
            try:
                _set_up(connection)
            except sqlite3.Error as error:
                connection.close()
                raise _error(error, connection) from error
            return connection


class _Pool:
    """The connections of one process that no thread uses at the moment."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._idle: list[Connection] = []
        self.close = weakref.finalize(self, _close_all, self._idle, self.pid)

    def take(self, file: tuple[int, int] | None) -> Connection | None:
        """A connection to *file* that nobody else gets, or None."""
        with suppress(IndexError):
            while (connection := self._idle.pop()).file != file:
                connection.close()
            return connection
        return None

    def give(self, connection: Connection) -> None:
        """Takes *connection* back."""
        if self.close.alive and self.pid == os.getpid():
            self._idle.append(connection)
        else:
            connection.close()


def _close_all(connections: list[Connection], pid: int) -> None:
    """Closes *connections*, which are left alone where they are another process's."""
    while connections and pid == os.getpid():
        connections.pop().close()


_NOT_DAMAGED = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _set_up(connection: Connection) -> None:
    """Make the table, and mark the file as ours, where there is nothing yet."""
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    connection.ours = mark == _MARK
    for setting in _SETTINGS:
        connection.execute(setting).close()
    (empty,) = connection.execute(_IS_EMPTY).fetchone()
    if empty:
        connection.execute(f"PRAGMA application_id = {_MARK}").close()
        connection.ours = True
    connection.executescript(_TABLE).close()


def _error(error: sqlite3.Error, connection: Connection) -> SessionError:
    """What a session raises for an error of SQLite's."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    message = f"the sessions cannot be used: {error}"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LockTimeout(f"other requests have kept the sessions busy: {error}")
    if code in _BROKEN or connection.ours and code == sqlite3.SQLITE_ERROR:
        return Broken(message, connection.file)
    return SessionError(message) if code in _NOT_DAMAGED else Damaged(message)
