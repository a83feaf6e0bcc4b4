"""SQLSessionStore: sessions in a table of any database that SQLAlchemy knows."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import Any

import sqlalchemy as sql
from sqlalchemy import exc
from sqlalchemy.pool import NullPool

from ..errors import SessionError, SessionUnavailable, SettingsError
from .leases import LEASE_SECONDS, Leases
from .locks import LOCK_SECONDS
from .record import MarkedSerializer, next_record, pack_record, unpack_record
from .serializer import JSON
from .store import ANY, NEW, SessionData

SLICE = 20
EACH = "AUTOCOMMIT"
_NAME = re.compile("[A-Za-z][A-Za-z0-9_]{0,40}")


class SQLSessionStore:
    """Keeps sessions in the database *url*, in tables whose names start with *name*.

    The tables are made where they are missing. Locks are rows that run out, by the
    clock of who takes them: the clocks of several machines must agree to a second.
    Raises SessionUnavailable where the database does not answer, SessionError where
    it refuses to write.
    """

    def __init__(
        self,
        url: str,
        name: str = "psp",
        serializer: MarkedSerializer = JSON,
        lock_seconds: float = LOCK_SECONDS,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        if not _NAME.fullmatch(name):
            raise SettingsError(f"no name for tables: {name!r}")
        self.serializer = serializer
        self._engine = _engine(url)
        self._leases = Leases(self, lock_seconds, lease_seconds)
        self._mutex = Lock()
        self._ready = False
        self._pid = os.getpid()
        tables = sql.MetaData()
        self._sessions = sql.Table(
            f"{name}_sessions",
            tables,
            sql.Column("key", sql.String(64), primary_key=True),
            sql.Column("version", sql.BigInteger, nullable=False),
            sql.Column("over", sql.Float(53), nullable=False, index=True),
            sql.Column("record", sql.LargeBinary, nullable=False),
        )
        self._held = sql.Table(
            f"{name}_leases",
            tables,
            sql.Column("key", sql.String(64), primary_key=True),
            sql.Column("token", sql.String(32), nullable=False),
            sql.Column("over", sql.Float(53), nullable=False),
        )

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()

    def load(self, key: str) -> SessionData | None:
        """The record of *key*, over or not, or None."""
        table = self._sessions
        with self._connect() as connection:
            query = sql.select(table.c.record).where(table.c.key == key)
            packed = connection.execute(query).scalar()
        if packed is None:
            return None
        return unpack_record(key, bytes(packed), self.serializer.mark)

    def save(self, key: str, data: SessionData) -> SessionData | None:
        """The record as stored; None if deleted meanwhile, SessionError if changed."""
        stored = next_record(None, data._replace(version=NEW))
        assert stored is not None
        values = {
            "version": stored.version,
            "over": stored.accessed + stored.timeout,
            "record": pack_record(key, stored, self.serializer.mark),
        }
        if data.version == NEW:
            try:
                with self._connect() as connection:
                    connection.execute(
                        self._sessions.insert().values(key=key, **values)
                    )
            except _Taken:
                raise _changed() from None
            return stored
        if self._replaced(key, data.version, values):
            return stored
        self._check_gone(key, data.version)
        return None

    def delete(self, key: str) -> bool:
        """Forgets *key*; says whether there was anything to forget."""
        table = self._sessions
        with self._connect() as connection:
            return (
                connection.execute(table.delete().where(table.c.key == key)).rowcount
                > 0
            )

    def expire(self, now: float) -> None:
        """Forgets some of the sessions that are over, the oldest first."""
        table = self._sessions
        oldest = sql.select(table.c.key).where(table.c.over < now)
        with self._connect() as connection:
            query = oldest.order_by(table.c.over).limit(SLICE)
            keys = [key for (key,) in connection.execute(query)]
            for key in keys:
                gone = table.delete().where(table.c.key == key, table.c.over < now)
                connection.execute(gone)

    def keys(self) -> list[str]:
        """The keys of all sessions that are kept, those that are over included."""
        with self._connect() as connection:
            return list(connection.execute(sql.select(self._sessions.c.key)).scalars())

    def lock(self, key: str, owner: object) -> AbstractContextManager[None]:
        """Holds *key* for *owner* alone, who may take it again; raises LockTimeout."""
        return self._leases.hold(key, owner)

    def take_lease(self, name: str, token: str, seconds: float) -> bool:
        """Gives *name* to *token* for *seconds*, if nobody has it."""
        table, now = self._held, time.time()
        new = sql.select(*map(sql.literal, (name, token, now + seconds))).where(
            ~sql.exists().where(table.c.key == name)
        )
        over = table.update().where(table.c.key == name, table.c.over < now)
        try:
            with self._connect() as connection:
                insert = table.insert().from_select(["key", "token", "over"], new)
                counted = insert.execution_options(preserve_rowcount=True)
                if connection.execute(counted).rowcount > 0:
                    return True
                values = {"token": token, "over": now + seconds}
                return connection.execute(over.values(**values)).rowcount > 0
        except _Taken:  # two have inserted at once, and this is the second
            return False

    def renew_lease(self, name: str, token: str, seconds: float) -> bool:
        """Gives it *seconds* from now, if *token* still has it."""
        table = self._held
        mine = table.update().where(table.c.key == name, table.c.token == token)
        with self._connect() as connection:
            renewed = mine.values(over=time.time() + seconds)
            return connection.execute(renewed).rowcount > 0

    def end_lease(self, name: str, token: str) -> None:
        """Takes it from *token*, if that has it."""
        table = self._held
        with self._connect() as connection:
            mine = table.delete().where(table.c.key == name, table.c.token == token)
            connection.execute(mine)

    def _replaced(self, key: str, version: int, values: dict[str, Any]) -> bool:
        """Whether the record was in the state *version* and now has *values*."""
        table, held = self._sessions, self._held
        change = table.update().where(table.c.key == key)
        if version != ANY:
            change = change.where(table.c.version == version)
        elif token := self._leases.token(key):
            mine = sql.select(held.c.key)
            mine = mine.where(held.c.key == key, held.c.token == token)
            change = change.where(mine.exists())
        with self._connect() as connection:
            return connection.execute(change.values(**values)).rowcount > 0

    def _check_gone(self, key: str, version: int) -> None:
        """Raise why the record of *key* was not replaced, unless there is none."""
        if self._version(key) is None:
            return
        if version != ANY:
            raise _changed()
        raise SessionError("this request has lost its lock of the session")

    def _version(self, key: str) -> int | None:
        """The version of the record of *key*, or None."""
        table = self._sessions
        with self._connect() as connection:
            query = sql.select(table.c.version).where(table.c.key == key)
            found: int | None = connection.execute(query).scalar()
            return found

    @contextmanager
    def _connect(self) -> Iterator[sql.Connection]:
        """A connection, its errors as those of sessions."""
        try:
            self._prepare()
            with self._engine.connect() as connection:
                yield connection
        except exc.IntegrityError as error:
            raise _Taken(str(error)) from error
        except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
            message = f"the sessions cannot be reached: {error}"
            raise SessionUnavailable(message) from error
        except exc.SQLAlchemyError as error:
            raise SessionError(f"the sessions cannot be used: {error}") from error

    def _prepare(self) -> None:
        """Make the tables once; leave a parent's connections to it after a fork."""
        with self._mutex:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                self._engine.dispose(close=False)
            if not self._ready:
                try:
                    self._sessions.metadata.create_all(self._engine)
                except exc.IntegrityError:
                    pass  # another process has been making them at this moment
                except exc.ProgrammingError:
                    self._sessions.metadata.create_all(self._engine)
                self._ready = True


class _Taken(SessionError):
    """A row that is there already."""


def _changed() -> SessionError:
    return SessionError("another request has changed this session meanwhile")


def _engine(url: str) -> sql.Engine:
    """The engine of *url*; SettingsError where there is no driver for it.

    Each statement is a transaction of its own: none here needs another, and two out
    of three trips to the server are saved.
    """
    try:
        parsed = sql.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            pool = NullPool
            return sql.create_engine(parsed, poolclass=pool, isolation_level=EACH)
        return sql.create_engine(parsed, pool_pre_ping=True, isolation_level=EACH)
    except (exc.ArgumentError, exc.NoSuchModuleError, ImportError) as error:
        raise SettingsError(f"session.url cannot be used: {error}") from error
