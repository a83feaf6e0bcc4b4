"""The file of an SQLite store: made, known again, and set aside when it is broken."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress

from ..errors import SessionError

_BESIDE = ("-wal", "-shm")  # what SQLite keeps beside the file


class Connection(sqlite3.Connection):
    """A connection that knows which file it was made to, whatever its name is now."""

    file: tuple[int, int]
    ours = False  # whether the file has our mark


class Damaged(SessionError):
    """The file holds nothing that can be read, or it is not ours."""


class Broken(Damaged):
    """The *file* is no database any more, or ours and not as we made it."""

    def __init__(self, message: str, file: tuple[int, int]):
        super().__init__(message)
        self.file = file


def connect(path: str, seconds: float) -> Connection:
    """A connection that waits *seconds* for others; the file is made if need be.

    A file that exists is not opened here: closing it again would take away the locks
    of this process's other connections (POSIX), with which they guard their log.
    """
    with suppress(FileExistsError):
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        os.close(os.open(path, flags, 0o600))
    connection = sqlite3.connect(
        path,
        timeout=seconds,
        isolation_level=None,
        check_same_thread=False,
        factory=Connection,
    )
    file = file_at(path)
    if file is None:
        connection.close()
        raise FileNotFoundError(f"it has gone: {path!r}")
    connection.file = file
    return connection


def file_at(path: str) -> tuple[int, int] | None:
    """What tells the file at *path* from all others, or None."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def set_aside(path: str, error: Broken) -> None:
    """Gives the broken file of *error* another name, unless somebody has done so.

    The caller keeps others from opening it meanwhile. Those who have it open may go on
    until they look whose file it is: closing a database that has been moved leaves the
    log of the new one alone. Raises SessionError where the name cannot be changed.
    """
    if file_at(path) != error.file:
        return
    aside = f"{path}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"
    try:
        for ending in _BESIDE:
            with suppress(FileNotFoundError):
                os.rename(path + ending, aside + ending)
        os.rename(path, aside)
    except OSError as problem:
        raise SessionError(f"{error}; it stays where it is: {problem}") from error
    import logging  # takes longer than all of a cached page

    message = "%s; the file is now %s, and all sessions begin anew"
    logging.getLogger("psp.session").error(message, error, aside)
