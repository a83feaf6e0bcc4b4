"""Pieces of pages that are kept between runs."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from time import monotonic
from typing import Protocol


class FragmentCache(Protocol):
    """Where ``psp.cache`` keeps text; one for all threads of a process, or for many."""

    def get(self, key: str) -> str | None:
        """The text kept under *key*, None if there is none or its time is over."""
        ...

    def set(self, key: str, text: str, seconds: float | None) -> None:
        """Keep *text* for *seconds*, or for as long as there is room."""
        ...


class MemoryFragments:
    """Keeps up to *size* pieces in memory; those not asked for longest go first."""

    def __init__(self, size: int = 1024):
        self._size = size
        self._pieces: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> str | None:
        """The text kept under *key*, None if there is none or its time is over."""
        with self._lock:
            found = self._pieces.get(key)
            if found is None:
                return None
            if monotonic() >= found[0]:
                del self._pieces[key]
                return None
            self._pieces.move_to_end(key)
            return found[1]

    def set(self, key: str, text: str, seconds: float | None) -> None:
        """Keep *text* for *seconds*, or for as long as there is room."""
        until = float("inf") if seconds is None else monotonic() + seconds
        with self._lock:
            self._pieces[key] = until, text
            self._pieces.move_to_end(key)
            while len(self._pieces) > self._size:
                self._pieces.popitem(last=False)
