"""How far an upload is, told to other requests, whatever process answers them."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from stat import S_ISDIR
from typing import NamedTuple

from .body import Body

STEP = 256 * 1024  # bytes between two notes
STALE = 3600.0  # seconds after which a note has been left behind
MOST = 1000  # notes at a time; more uploads go unnoted
_TOKEN = re.compile("[0-9a-f]{32}")
_FIELD = re.compile("(?:^|&)progress=([0-9a-f]{32})(?:&|$)")


class Progress(NamedTuple):
    """Bytes that have come, and bytes there will be; 0 where nobody knows."""

    received: int
    total: int


def upload_progress(token: str, session: str = "") -> Progress | None:
    """How far the upload of that token and session is; None where there is none."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        with open(_path(token, session), encoding="ascii") as note:
            received, total = note.read(100).split()
        return Progress(int(received), int(total))
    except (OSError, ValueError):
        return None


@contextmanager
def noting(query: str, session: str, body: Body) -> Iterator[None]:
    """Note how far *body* is read where *query* has ``progress=TOKEN``.

    *session* tells the visitor's session from all others; "" is that of nobody.
    """
    found = _FIELD.search(query)
    path = _start(found[1], session) if found else None
    if path is None:
        yield
        return
    noted = 0

    def note(taken: int) -> None:
        nonlocal noted
        if taken - noted >= STEP:
            noted = taken
            _write(path, Progress(taken, body.length or 0))

    _write(path, Progress(0, body.length or 0))
    body.on_read = note
    try:
        yield
    finally:
        body.on_read = None
        with suppress(OSError):
            os.unlink(path)


def _start(token: str, session: str) -> str | None:
    """The path of a new note; None where there is one already, or no room."""
    with suppress(OSError):
        path = _path(token, session)
        folder = os.path.dirname(path)
        _clean(folder)
        if len(os.listdir(folder)) < MOST:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            return path
    return None


def _write(path: str, progress: Progress) -> None:
    """Replace the note at once: one line of a fixed length in a single write."""
    with suppress(OSError):
        note = os.open(path, os.O_WRONLY)
        try:
            os.write(note, b"%020d %020d\n" % progress)
        finally:
            os.close(note)


def _clean(folder: str) -> None:
    """Remove what uploads of killed processes have left."""
    oldest = time.time() - STALE
    for entry in os.scandir(folder):
        with suppress(OSError):
            if entry.stat(follow_symlinks=False).st_mtime < oldest:
                os.unlink(entry.path)


def _path(token: str, session: str) -> str:
    """Where the note is: under a name that nobody can make without the session."""
    name = sha256(f"{token} {session}".encode("utf-8", "surrogateescape")).hexdigest()
    return os.path.join(_folder(), name)


def _folder() -> str:
    """Where notes lie: a folder that is ours alone; OSError if it is not."""
    path = os.path.join(tempfile.gettempdir(), f"psp-progress-{os.getuid()}")
    with suppress(FileExistsError):
        os.mkdir(path, 0o700)
    found = os.lstat(path)
    if not S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 63:
        raise PermissionError(f"{path} is not a folder of ours alone")
    return path
