"""LockTable: one lock per name, for as long as somebody holds it or waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from ..errors import LockTimeout

LOCK_SECONDS = 10.0


class _Entry:
    """The lock of one name; ``users`` counts its holder and those who wait."""

    __slots__ = ("lock", "owner", "depth", "users")

    def __init__(self) -> None:
        self.lock = Lock()
        self.owner: object = None
        self.depth = 0
        self.users = 0


class LockTable:
    """Exclusive locks between threads, by name, re-entrant for the same owner.

    The owner is any object, compared by identity: a request may move between threads
    and still holds what it took. Waits at most *seconds*, then raises LockTimeout.
    """

    def __init__(self, seconds: float = LOCK_SECONDS) -> None:
        self.seconds = seconds
        self._entries: dict[str, _Entry] = {}
        self._mutex = Lock()

    def __len__(self) -> int:
        """How many names are held or waited for."""
        return len(self._entries)

    @contextmanager
    def hold(self, name: str, owner: object) -> Iterator[None]:
        """Holds *name* for *owner* while the context lasts."""
        entry = self._enter(name)
        try:
            self._take(entry, owner)
            try:
                yield
            finally:
                self._give(entry)
        finally:
            self._leave(name, entry)

    def _enter(self, name: str) -> _Entry:
        with self._mutex:
            entry = self._entries.setdefault(name, _Entry())
            entry.users += 1
            return entry

    def _leave(self, name: str, entry: _Entry) -> None:
        with self._mutex:
            entry.users -= 1
            if not entry.users:
                del self._entries[name]

    def _take(self, entry: _Entry, owner: object) -> None:
        # Only the holder itself can find its own name here, so this needs no mutex.
        if entry.owner is not owner:
            if not entry.lock.acquire(timeout=self.seconds):
                raise LockTimeout(
                    "another request has kept this session locked for "
                    f"more than {self.seconds:g} seconds"
                )
            entry.owner = owner
        entry.depth += 1

    def _give(self, entry: _Entry) -> None:
        entry.depth -= 1
        if not entry.depth:
            entry.owner = None
            entry.lock.release()
