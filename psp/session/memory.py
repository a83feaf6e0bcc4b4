"""MemorySessionStore: sessions of one process, gone when it ends."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from contextlib import AbstractContextManager
from itertools import count
from threading import Lock

from ..errors import SessionError
from .locks import LOCK_SECONDS, LockTable
from .store import ANY, SessionData

SLICE = 20


class MemorySessionStore:
    """Keeps sessions in a dict, each as bytes, so that no two requests share objects.

    They are pickled: the bytes never leave the process, nobody else can write them.
    """

    serializer = pickle

    def __init__(self, lock_seconds: float = LOCK_SECONDS) -> None:
        self._records: OrderedDict[str, SessionData] = OrderedDict()
        self._mutex = Lock()
        self._versions = count(1)
        self._locks = LockTable(lock_seconds)

    def __len__(self) -> int:
        """How many sessions are kept, those that are over included."""
        return len(self._records)

    def load(self, key: str) -> SessionData | None:
        """The record of *key*, over or not, or None."""
        with self._mutex:  # expire() takes records out for a moment
            return self._records.get(key)

    def save(self, key: str, data: SessionData) -> SessionData | None:
        """The record as stored; None if deleted meanwhile, SessionError if changed."""
        with self._mutex:
            known = self._records.get(key)
            if known is None and data.version:
                return None
            if known is not None and data.version not in (ANY, known.version):
                raise SessionError("another request has changed this session meanwhile")
            stored = data._replace(version=next(self._versions))
            self._records[key] = stored
            return stored

    def delete(self, key: str) -> bool:
        """Forgets *key*; says whether there was anything to forget."""
        with self._mutex:
            return self._records.pop(key, None) is not None

    def expire(self, now: float) -> None:
        """Looks at the next few sessions in turn and forgets those that are over."""
        with self._mutex:
            for _ in range(min(SLICE, len(self._records))):
                key, record = self._records.popitem(last=False)
                if not record.is_over(now):
                    self._records[key] = record

    def lock(self, key: str, owner: object) -> AbstractContextManager[None]:
        """Holds *key* for *owner* alone, who may take it again; raises LockTimeout."""
        return self._locks.hold(key, owner)
