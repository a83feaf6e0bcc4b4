"""Place: where one session id is kept, with its lock and the state last seen there."""

from __future__ import annotations

import re
import secrets
from contextlib import AbstractContextManager
from hashlib import sha256

from .store import ANY, NEW, SessionData, SessionStore

_SID = re.compile("[0-9a-f]{32}")


def is_sid(text: str) -> bool:
    """Whether *text* has the form of a session id."""
    return _SID.fullmatch(text) is not None


def new_sid() -> str:
    """An id that nobody can guess: 128 random bits as 32 hex digits."""
    return secrets.token_hex(16)


def store_key(sid: str) -> str:
    """What a store knows the session by: nobody can turn it back into the id."""
    return sha256(sid.encode()).hexdigest()


class Place:
    """The place of session *sid* in *store*, locked for *owner* if *locking*.

    While the lock is held from the last look at the record, or the last write, nobody
    else can have changed it; otherwise a write replaces the very state that was seen.
    """

    def __init__(
        self, sid: str, store: SessionStore, owner: object, *, locking: bool
    ) -> None:
        self.sid = sid
        self.version = NEW
        self._key = store_key(sid)
        self._store, self._owner, self._locking = store, owner, locking
        self._held: AbstractContextManager[None] | None = None
        self._alone = False

    @property
    def stored(self) -> bool:
        """Whether a record was there when we last looked."""
        return self.version != NEW

    def lock(self) -> None:
        """Waits for the lock, unless it is held or switched off; LockTimeout."""
        if self._locking and self._held is None:
            held = self._store.lock(self._key, self._owner)
            held.__enter__()
            self._held = held

    def unlock(self) -> None:
        """Lets go of the lock, if it is held."""
        self._alone = False
        held, self._held = self._held, None
        if held is not None:
            held.__exit__(None, None, None)

    def read(self, now: float) -> SessionData | None:
        """The live record, or None; one that is over at *now* is forgotten."""
        record = self._store.load(self._key)
        if record is None:
            return None
        if record.is_over(now):
            self._store.delete(self._key)
            return None
        self._alone, self.version = self._held is not None, record.version
        return record

    def write(self, data: SessionData) -> bool:
        """Stores *data*; False, and nothing is stored, if the record was deleted.

        Raises SessionError if somebody else has changed it.
        """
        seen = ANY if self.stored and self._alone else self.version
        record = self._store.save(self._key, data._replace(version=seen))
        if record is not None:
            self._alone, self.version = self._held is not None, record.version
        return record is not None

    def delete(self) -> bool:
        """Forgets the record; says whether there was one."""
        self.version = NEW
        return self._store.delete(self._key)
