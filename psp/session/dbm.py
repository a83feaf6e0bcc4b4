"""DbmSessionStore: sessions in a database of ``dbm.dumb``, which every Python has.

Its index is read at every use and rewritten at every change: for sites with some
hundred visitors at a time that want no SQLite. POSIX only.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dbm import dumb
from typing import Any

from ..errors import SessionError
from ..trust import write_temporary
from .filelock import FileLocks
from .folder import make_parent
from .locks import LOCK_SECONDS
from .record import MarkedSerializer, next_record, pack_record, unpack_record
from .serializer import JSON
from .store import SessionData

SLICE = 20
_ALL = "all"  # a name for locks that is no key
_SPARE = 1 << 20  # bytes that may be wasted before the data are written anew

_Database = Mapping[Any, bytes]


class DbmSessionStore:
    """Keeps sessions in the files *path* ``.dat`` and ``.dir``, its index.

    One process has them at a time. Records are only ever appended, and until a change
    is complete, the index before it is kept in *path* ``.old``; whoever finds that
    there, since a process was killed, goes back to it. A damaged record is no session,
    and neither is any where the index is damaged. Raises SessionError where the files
    cannot be written, SettingsError where they must not lie.
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
        self._turn = ""  # the key where expiry goes on
        self._roomy = _SPARE  # bytes of data that are not too many

    def close(self) -> None:
        """Closes the file of locks."""
        self._locks.close()

    def load(self, key: str) -> SessionData | None:
        """The record of *key*, over or not, or None."""
        with self._alone(), self._reading() as database:
            return self._load(database, key)

    def save(self, key: str, data: SessionData) -> SessionData | None:
        """The record as stored; None if deleted meanwhile, SessionError if changed."""
        with self._alone():
            with self._reading() as database:
                stored = next_record(self._load(database, key), data)
            if stored is not None:
                packed = pack_record(key, stored, self.serializer.mark)
                self._change([key], packed)
            return stored

    def delete(self, key: str) -> bool:
        """Forgets *key*; says whether there was anything to forget."""
        with self._alone():
            with self._reading() as database:
                known = key.encode() in database
            if known:
                self._change([key])
            return known

    def expire(self, now: float) -> None:
        """Looks at the next few sessions in turn and forgets those that are over."""
        with self._alone():
            with self._reading() as database:
                keys = sorted(_text(key) for key in database)
                turn = [key for key in keys if key > self._turn][:SLICE]
                over = [key for key in turn if self._is_over(database, key, now)]
            self._turn = turn[-1] if len(turn) == SLICE else ""
            if over:
                self._change(over)

    def keys(self) -> list[str]:
        """The keys of all sessions that are kept, those that are over included."""
        with self._alone(), self._reading() as database:
            return [_text(key) for key in database]

    def lock(self, key: str, owner: object) -> AbstractContextManager[None]:
        """Holds *key* for *owner* alone, who may take it again; raises LockTimeout."""
        return self._locks.hold(key, owner)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps everybody else from the files, which are made good before."""
        with self._locks.hold(_ALL, object()):
            try:
                self._recover()
                yield
            except OSError as error:
                raise SessionError(f"the sessions cannot be used: {error}") from error

    @contextmanager
    def _reading(self) -> Iterator[_Database]:
        """The database, which must not be written to; empty if it is damaged."""
        try:
            database = dumb.open(self.path, "r")
        except Exception:  # whatever evaluating a damaged line may raise
            yield {}
            return
        with closing(database):
            yield database

    def _load(self, database: _Database, key: str) -> SessionData | None:
        try:
            packed = database[key.encode()]
        except Exception:  # KeyError, or what comes of places that are none
            return None
        return unpack_record(key, packed, self.serializer.mark)

    def _is_over(self, database: _Database, key: str, now: float) -> bool:
        record = self._load(database, key)
        return record is None or record.is_over(now)

    # writing

    def _change(self, keys: list[str], packed: bytes | None = None) -> None:
        """Puts *packed* in the place of all *keys*, or nothing."""
        self._keep_index()
        with closing(self._open()) as database:
            for key in keys:
                # Written over, the record would be lost if this process died now.
                if key in database:
                    del database[key]
                if packed is not None:
                    database[key] = packed
        os.unlink(self.path + ".old")  # from here on, the change counts
        if os.path.getsize(self.path + ".dat") > self._roomy:
            self._compact()

    def _open(self) -> dumb._Database:
        """The database, made anew if there is none or its index is damaged."""
        try:
            return dumb.open(self.path, "c", 0o600)
        except OSError:
            raise
        except Exception:
            return dumb.open(self.path, "n", 0o600)

    def _keep_index(self) -> None:
        index = b""
        with suppress(FileNotFoundError), open(self.path + ".dir", "rb") as file:
            index = file.read()
        old = self.path + ".old"
        os.replace(write_temporary(old, index, 0o600), old)

    def _compact(self) -> None:
        """Writes the data anew: dbm.dumb never uses again what it has let go."""
        new = self.path + ".new"
        with self._reading() as database, closing(dumb.open(new, "n", 0o600)) as copy:
            for key in database:
                with suppress(Exception):  # of a damaged index
                    copy[key] = database[key]
        os.replace(new + ".dir", self.path + ".swap")  # from here on, the copy counts
        self._recover()
        self._roomy = 2 * os.path.getsize(self.path + ".dat") + _SPARE

    def _recover(self) -> None:
        """Undoes what was not complete, and completes what was."""
        path = self.path
        if os.path.exists(path + ".old"):
            os.replace(path + ".old", path + ".dir")
        if os.path.exists(path + ".swap"):
            with suppress(FileNotFoundError):
                os.replace(path + ".new.dat", path + ".dat")
            os.replace(path + ".swap", path + ".dir")


def _text(key: bytes) -> str:
    return key.decode("ascii", "replace")
