"""FileSessionStore: one file for each session. POSIX only."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from itertools import islice
from threading import Lock

from ..errors import LockTimeout, SessionError
from ..trust import (
    OPEN_TO_OTHERS,
    TEMPORARY,
    Untrusted,
    read_trusted,
    write_temporary,
)
from .filelock import FileLocks
from .folder import make_folder
from .locks import LOCK_SECONDS
from .record import (
    LARGEST,
    MarkedSerializer,
    next_record,
    pack_record,
    unpack_record,
)
from .serializer import JSON
from .store import SessionData

SLICE = 5
_ABANDONED = 3600  # seconds after which a temporary file has lost its writer
_KEY = re.compile("[0-9a-f]{64}")


class FileSessionStore:
    """Keeps sessions in the folder *path*, which no other user may have access to.

    A file is written under another name, synced and moved into place, so that there
    is a whole one at any moment. One that is damaged all the same is no session.
    Raises SessionError where the folder cannot be used.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        serializer: MarkedSerializer = JSON,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self.serializer = serializer
        self.folder = os.path.abspath(path)
        make_folder(self.folder)
        self._locks = FileLocks(os.path.join(self.folder, "lock"), lock_seconds)
        self._writing = FileLocks(os.path.join(self.folder, "write.lock"), lock_seconds)
        self._walk, self._walking = self._files(), Lock()

    def close(self) -> None:
        """Closes the files of locks."""
        self._locks.close()
        self._writing.close()

    def path(self, key: str) -> str:
        """The file of the session *key*; ValueError if that is no SHA-256."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"no key of a session: {key!r}")
        return os.path.join(self.folder, key[:2], key)

    def load(self, key: str) -> SessionData | None:
        """The record of *key*, over or not, or None."""
        try:
            packed = read_trusted(self.path(key), LARGEST, OPEN_TO_OTHERS)
        except (OSError, Untrusted):
            return None
        return unpack_record(key, packed, self.serializer.mark)

    def save(self, key: str, data: SessionData) -> SessionData | None:
        """The record as stored; None if deleted meanwhile, SessionError if changed."""
        with self._alone(key):
            stored = next_record(self.load(key), data)
            if stored is not None:
                packed = pack_record(key, stored, self.serializer.mark)
                self._replace(self.path(key), packed)
            return stored

    def delete(self, key: str) -> bool:
        """Forgets *key*; says whether there was anything to forget."""
        with self._alone(key):
            return _remove(self.path(key))

    def expire(self, now: float) -> None:
        """Looks at the next few files in turn and removes those that are over."""
        with self._walking:
            paths = list(islice(self._walk, SLICE))
            if len(paths) < SLICE:
                self._walk = self._files()
        for path in paths:
            with suppress(OSError, LockTimeout):  # another time, then
                self._expire(path, now)

    def keys(self) -> list[str]:
        """The keys of all sessions that are kept, those that are over included."""
        names = map(os.path.basename, self._files())
        return [name for name in names if _KEY.fullmatch(name)]

    def lock(self, key: str, owner: object) -> AbstractContextManager[None]:
        """Holds *key* for *owner* alone, who may take it again; raises LockTimeout."""
        return self._locks.hold(key, owner)

    def _alone(self, key: str) -> AbstractContextManager[None]:
        """For a moment, keeps others from writing *key*, with its lock or without."""
        return self._writing.hold(key, object())

    def _replace(self, path: str, packed: bytes) -> None:
        try:
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
            temporary = write_temporary(path, packed, 0o600)
            try:
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
        except OSError as error:
            raise SessionError(f"the session cannot be stored: {error}") from error

    def _expire(self, path: str, now: float) -> None:
        key = os.path.basename(path)
        if key.endswith(TEMPORARY):
            _remove_abandoned(path)
        elif _KEY.fullmatch(key) and self._is_over(key, now):
            with self._alone(key):
                if self._is_over(key, now):  # and has not been used meanwhile
                    _remove(path)

    def _is_over(self, key: str, now: float) -> bool:
        record = self.load(key)
        return record is None or record.is_over(now)

    def _files(self) -> Iterator[str]:
        """The paths of all files in subfolders, one subfolder after the other."""
        for number in range(256):
            folder = os.path.join(self.folder, f"{number:02x}")
            with suppress(FileNotFoundError):
                yield from [os.path.join(folder, name) for name in os.listdir(folder)]


def _remove(path: str) -> bool:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def _remove_abandoned(path: str) -> None:
    if time.time() - os.stat(path, follow_symlinks=False).st_mtime > _ABANDONED:
        os.unlink(path)
