"""Leases: locks by name between machines, which outlive their holder by seconds.

Whoever holds one renews it in time; whoever dies does not, and the next one in turn
gets it once it has run out. What is written under a lease that was lost is refused by
the store, which looks at the token of the lease in the same step.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import Protocol

from ..errors import LockTimeout, SessionError
from .locks import LOCK_SECONDS, LockTable

LEASE_SECONDS = 8.0
_SHORTEST, _LONGEST = 0.002, 0.05  # seconds between two attempts


class LeaseKeeper(Protocol):
    """Where leases are kept; all of it may raise SessionError."""

    def take_lease(self, name: str, token: str, seconds: float) -> bool:
        """Gives *name* to *token* for *seconds*, if nobody has it."""

    def renew_lease(self, name: str, token: str, seconds: float) -> bool:
        """Gives it *seconds* from now, if *token* still has it."""

    def end_lease(self, name: str, token: str) -> None:
        """Takes it from *token*, if that has it."""


class Leases:
    """Exclusive locks kept by *keeper*, re-entrant for the same owner.

    Owners are those of ``LockTable``, within one process. Waits at most *seconds*,
    then raises LockTimeout.
    """

    def __init__(
        self,
        keeper: LeaseKeeper,
        seconds: float = LOCK_SECONDS,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._keeper, self._seconds, self._lease = keeper, seconds, lease
        self._process = _Process(seconds)

    @contextmanager
    def hold(self, name: str, owner: object) -> Iterator[None]:
        """Holds *name* for *owner* while the context lasts."""
        process = self._of_this_process()
        end = time.monotonic() + self._seconds
        with process.table.hold(name, owner):
            # Nobody else in this process is here with this name.
            if name in process.tokens:
                yield
                return
            token = self._take(name, end)
            process.add(name, token, self)
            try:
                yield
            finally:
                process.remove(name)
                if process.pid == os.getpid():
                    with suppress(SessionError):  # it runs out by itself
                        self._keeper.end_lease(name, token)

    def token(self, name: str) -> str | None:
        """The token of the lease that this process has of *name*, if it has one."""
        return self._of_this_process().tokens.get(name)

    def renew(self, leases: list[tuple[str, str]]) -> None:
        """Renew *leases*; one that is lost is found out when something is saved."""
        for name, token in leases:
            with suppress(SessionError):
                self._keeper.renew_lease(name, token, self._lease)

    @property
    def pause(self) -> float:
        """Seconds between two renewals."""
        return self._lease / 4

    def _take(self, name: str, end: float) -> str:
        token = secrets.token_hex(16)
        pause = _SHORTEST
        while not self._keeper.take_lease(name, token, self._lease):
            if time.monotonic() >= end:
                raise LockTimeout(
                    "another request has kept this session locked for "
                    f"more than {self._seconds:g} seconds"
                )
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST)
        return token

    def _of_this_process(self) -> _Process:
        """What is ours alone: a forked process holds nothing of its parent's."""
        if self._process.pid != os.getpid():
            self._process = _Process(self._seconds)
        return self._process


class _Process:
    """The leases of one process, and a thread that renews them."""

    def __init__(self, seconds: float) -> None:
        self.pid = os.getpid()
        self.table = LockTable(seconds)
        self.tokens: dict[str, str] = {}
        self._mutex = Lock()
        self._thread: Thread | None = None

    def add(self, name: str, token: str, leases: Leases) -> None:
        """Renew the lease of *name* from now on."""
        with self._mutex:
            self.tokens[name] = token
            if self._thread is None:
                self._thread = Thread(
                    target=self._renew, args=(leases,), name="psp leases", daemon=True
                )
                self._thread.start()

    def remove(self, name: str) -> None:
        """Renew it no more."""
        with self._mutex:
            del self.tokens[name]

    def _renew(self, leases: Leases) -> None:
        idle = False
        while True:
            time.sleep(leases.pause)
            with self._mutex:
                held = list(self.tokens.items())
                if idle and not held:  # a busy site keeps its thread
                    self._thread = None
                    return
            idle = not held
            leases.renew(held)
