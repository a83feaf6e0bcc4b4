"""What a session store keeps and promises, and the stores there are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from ..errors import SettingsError

NEW = 0
ANY = -1


class SessionData(NamedTuple):
    """One session as it is kept; times in seconds since the epoch.

    ``data`` is the serialised dict. ``version`` is the store's own mark of the state
    it was loaded in; what is saved replaces exactly that state. ``NEW`` stands for
    no record yet, ``ANY`` for whatever state the record is in.
    """

    created: float
    accessed: float
    timeout: float
    data: bytes
    version: int = NEW

    def is_over(self, now: float) -> bool:
        """Whether nobody has used the session for longer than its timeout."""
        return now - self.accessed > self.timeout


class Serializer(Protocol):
    """Turns the dict of a session into bytes and back."""

    def dumps(self, data: Any, /) -> bytes: ...

    def loads(self, text: bytes, /) -> Any: ...


class SessionStore(Protocol):
    """Keeps sessions by key (the SHA-256 of the id); safe to use from many threads."""

    @property
    def serializer(self) -> Serializer:
        """How sessions are written for this store."""

    def load(self, key: str) -> SessionData | None:
        """The record of *key*, over or not, or None."""

    def save(self, key: str, data: SessionData) -> SessionData | None:
        """The record as stored, with its new version.

        None when the record has been deleted meanwhile: it stays deleted. Raises
        SessionError when it is in another state than ``data.version`` says.
        """

    def delete(self, key: str) -> bool:
        """Forgets *key*; says whether there was anything to forget."""

    def expire(self, now: float) -> None:
        """Forgets some of the sessions that are over; quick, called at every save."""

    def lock(self, key: str, owner: object) -> AbstractContextManager[None]:
        """Holds *key* for *owner* alone, who may take it again; raises LockTimeout."""


#: Name in the settings to "module:class", imported when chosen.
STORES = {
    "memory": "psp.session.memory:MemorySessionStore",
    "sqlite": "psp.session.sqlite:SQLiteSessionStore",
    "file": "psp.session.files:FileSessionStore",
    "dbm": "psp.session.dbm:DbmSessionStore",
    "redis": "psp.session.redis:RedisSessionStore",
    "sql": "psp.session.sql:SQLSessionStore",
}


#: Those that are found by a URL, not by a path of this machine; they need an extra.
REMOTE = frozenset(("redis", "sql"))


def make_store(name: str, /, **options: Any) -> SessionStore:
    """A new store of the kind *name*, made with *options*.

    Raises SettingsError where it is unknown, or what it needs is not installed.
    """
    if name not in STORES:
        known = ", ".join(sorted(STORES))
        raise SettingsError(f"no session store {name!r}; there are: {known}")
    module, _, attribute = STORES[name].partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except ImportError as error:
        message = f"session.store is {name!r}, which needs psp[{name}]: {error}"
        raise SettingsError(message) from error
    store: SessionStore = found(**options)
    return store
