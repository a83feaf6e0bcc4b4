"""FileLocks: locks by name between threads and processes, in one file. POSIX only.

Each name is one byte of the file, far beyond its end, that the kernel locks; whoever
dies lets go of it. No file is made or left behind for a name.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import Lock

from ..errors import LockTimeout, SessionError
from .locks import LOCK_SECONDS, LockTable

_SHORTEST, _LONGEST = 0.0005, 0.02  # seconds between two attempts
_FLOCK = "hhqqi0q"  # struct flock: type, whence, start, length, pid
_OPEN = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW

# Locks of the open file, where there are such: those of the process would let two
# stores in one process pass each other, and go when either closes its file.
_SET = getattr(fcntl, "F_OFD_SETLK", fcntl.F_SETLK)


class FileLocks:
    """Exclusive locks in the file *path*, re-entrant for the same owner.

    Owners are those of ``LockTable``, within one process. Waits at most *seconds*,
    then raises LockTimeout; SessionError where the file cannot be opened.
    """

    def __init__(self, path: str, seconds: float = LOCK_SECONDS) -> None:
        self.path, self.seconds = path, seconds
        self._mutex = Lock()
        self._process: _Process | None = None

    @contextmanager
    def hold(self, name: str, owner: object) -> Iterator[None]:
        """Holds *name* for *owner* while the context lasts."""
        process = self._of_this_process()
        end = time.monotonic() + self.seconds
        with process.table.hold(name, owner):
            # Nobody else in this process is here with this name.
            depth = process.depths.get(name, 0)
            if not depth:
                self._take(process, _place(name), end)
            process.depths[name] = depth + 1
            try:
                yield
            finally:
                if depth:
                    process.depths[name] = depth
                else:
                    del process.depths[name]
                    process.let_go(_place(name))

    def close(self) -> None:
        """Closes the file, and lets go of what is held."""
        with self._mutex:
            if self._process is not None:
                self._process.close()
            self._process = None

    def _of_this_process(self) -> _Process:
        """What is ours alone: a forked process shares its parent's open file."""
        with self._mutex:
            if self._process is None or self._process.pid != os.getpid():
                self._process = _Process(self.path, self.seconds)
            return self._process

    def _take(self, process: _Process, place: int, end: float) -> None:
        pause = _SHORTEST
        while not _set(process.file, fcntl.F_WRLCK, place):
            if time.monotonic() >= end:
                raise LockTimeout(
                    "another request has kept this session locked for "
                    f"more than {self.seconds:g} seconds"
                )
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST)


class _Process:
    """The open file of one process, and who holds what in it."""

    def __init__(self, path: str, seconds: float) -> None:
        self.pid = os.getpid()
        self.table = LockTable(seconds)
        self.depths: dict[str, int] = {}
        self._open = False
        try:
            self.file = os.open(path, _OPEN, 0o600)
        except OSError as error:
            raise SessionError(f"sessions cannot be locked: {error}") from error
        self._open = True

    def let_go(self, place: int) -> None:
        """Unlocks a byte, unless that is done or a fork has made it another's."""
        if self._open and self.pid == os.getpid():
            _set(self.file, fcntl.F_UNLCK, place)

    def close(self) -> None:
        """Closes the file."""
        if self._open:
            self._open = False
            os.close(self.file)

    __del__ = close


def _place(name: str) -> int:
    """The byte that stands for *name*; two names share one once in 10 to the 18."""
    return int.from_bytes(sha256(name.encode()).digest()[:8]) >> 2


def _set(file: int, kind: int, place: int) -> bool:
    """Changes the lock of one byte; whether that was possible at once."""
    try:
        fcntl.fcntl(file, _SET, struct.pack(_FLOCK, kind, os.SEEK_SET, place, 1, 0))
    except (BlockingIOError, PermissionError):  # EAGAIN, or EACCES as POSIX allows
        return False
    return True
