"""FileSessionStore: sessions in files, shared by all processes of a machine.

A record is replaced as a whole, so that whoever is killed leaves the old one or the
new one. Locks are ranges of one file: the system lets go of those of a process that
ends. Data are pickled, as mod_python's are, behind an HMAC: nobody else can have
written what is loaded.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import pickle
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from itertools import islice
from threading import Lock
from typing import Any

from ..errors import LockTimeout, SessionError
from ..keyfile import make_key
from ..session.locks import LOCK_SECONDS, LockTable
from ..session.store import ANY, NEW, SessionData
from ..trust import TEMPORARY, WRITABLE_BY_OTHERS

SLICE = 20
_WAIT = 0.01  # seconds between two looks at a lock that another process holds
_FORGOTTEN = 3600  # seconds after which a temporary file has no owner any more
_MAGIC = b"psp-ses1"
_HEADER = struct.Struct(">8sQddd")  # magic, version, created, accessed, timeout
_RANGE = 1 << 62  # guards are below it, locks of requests above


class SignedPickle:
    """Pickles behind an HMAC: only what holders of *key* wrote is loaded."""

    def __init__(self, key: bytes):
        self._key = key

    def dumps(self, data: Any) -> bytes:
        """*data* as bytes."""
        text = pickle.dumps(data)
        return self._mac(text) + text

    def loads(self, text: bytes) -> Any:
        """What *text* was made of; ValueError if its signature does not hold."""
        mac, text = text[:32], text[32:]
        if not hmac.compare_digest(mac, self._mac(text)):
            raise ValueError("the signature does not hold")
        return pickle.loads(text)

    def _mac(self, text: bytes) -> bytes:
        return hmac.digest(self._key, text, "sha256")


@cache
def file_store(folder: str) -> FileSessionStore:
    """The store in *folder*: one for all, since locks are between processes."""
    return FileSessionStore(folder)


class FileSessionStore:
    """Keeps sessions in *folder*, made if need be; SessionError if others may write."""

    def __init__(self, folder: str, lock_seconds: float = LOCK_SECONDS):
        self._folder = os.path.abspath(folder)
        self._make_folder()
        self.serializer = SignedPickle(make_key(os.path.join(self._folder, "key")))
        path = os.path.join(self._folder, "locks")
        self._locks_file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._locks = LockTable(lock_seconds)
        self._depths: dict[str, int] = {}
        self._mutex = Lock()
        self._sweep: Iterator[str] = iter(())

    def _make_folder(self) -> None:
        os.makedirs(self._folder, 0o700, exist_ok=True)
        found = os.stat(self._folder)
        if found.st_uid not in (0, os.geteuid()) or found.st_mode & WRITABLE_BY_OTHERS:
            raise SessionError(f"others may write in {self._folder}")

    def load(self, key: str) -> SessionData | None:
        """The record of *key*, over or not, or None."""
        return _read(self._path(key))

    def save(self, key: str, data: SessionData) -> SessionData | None:
        """The record as stored; None if deleted meanwhile, SessionError if changed."""
        with self._guarded(key):
            known = self.load(key)
            if known is None and data.version != NEW:
                return None
            if known is not None and data.version not in (ANY, known.version):
                raise SessionError("another request has changed this session meanwhile")
            stored = data._replace(version=int.from_bytes(os.urandom(7)) + 1)
            self._write(self._path(key), stored)
            return stored

    def delete(self, key: str) -> bool:
        """Forgets *key*; says whether there was anything to forget."""
        with self._guarded(key):
            try:
                os.unlink(self._path(key))
            except FileNotFoundError:
                return False
            return True

    def expire(self, now: float) -> None:
        """Looks at the next few files in turn and forgets what is over."""
        with self._mutex:
            names = list(islice(self._sweep, SLICE))
            if len(names) < SLICE:
                self._sweep = self._names()
        for name in names:
            self._forget_if_over(name, now)

    def lock(self, key: str, owner: object) -> Any:
        """Holds *key* for *owner* alone, who may take it again; raises LockTimeout."""
        return self._held(key, owner)

    @contextmanager
    def _held(self, key: str, owner: object) -> Iterator[None]:
        with self._locks.hold(key, owner):
            depth = self._depths.get(key, 0)
            if not depth:
                self._lock_range(_RANGE + _offset(key), self._locks.seconds)
            self._depths[key] = depth + 1
            try:
                yield
            finally:
                self._depths[key] = depth
                if not depth:
                    del self._depths[key]
                    self._unlock_range(_RANGE + _offset(key))

    @contextmanager
    def _guarded(self, key: str) -> Iterator[None]:
        """Alone with the file of *key* for a moment."""
        with self._mutex:
            self._lock_range(_offset(key), LOCK_SECONDS)
            try:
                yield
            finally:
                self._unlock_range(_offset(key))

    def _lock_range(self, offset: int, seconds: float) -> None:
        """Wait until no other process holds the byte at *offset*; LockTimeout."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                flags = fcntl.LOCK_EX | fcntl.LOCK_NB
                fcntl.lockf(self._locks_file, flags, 1, offset)
                return
            except (BlockingIOError, PermissionError):
                if time.monotonic() >= deadline:
                    raise LockTimeout(
                        "another process has kept this session locked for "
                        f"more than {seconds:g} seconds"
                    ) from None
                time.sleep(_WAIT)

    def _unlock_range(self, offset: int) -> None:
        fcntl.lockf(self._locks_file, fcntl.LOCK_UN, 1, offset)

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], key)

    def _write(self, path: str, record: SessionData) -> None:
        """Put *record* in place in one step."""
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        temporary = f"{path}.{os.urandom(6).hex()}{TEMPORARY}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            with open(os.open(temporary, flags, 0o600), "wb") as file:
                file.write(_HEADER.pack(_MAGIC, record.version, *record[:3]))
                file.write(record.data)
            os.replace(temporary, path)
        except OSError as error:
            raise SessionError(f"the session cannot be stored: {error}") from error

    def _names(self) -> Iterator[str]:
        """The files of all sessions, read folder by folder."""
        for bucket in os.listdir(self._folder):
            if len(bucket) == 2:
                folder = os.path.join(self._folder, bucket)
                yield from (os.path.join(folder, name) for name in os.listdir(folder))

    def _forget_if_over(self, path: str, now: float) -> None:
        key = os.path.basename(path)
        if key.endswith(TEMPORARY):
            _remove_if_old(path)
            return
        with self._guarded(key):
            record = _read(path)
            if record is None or record.is_over(now):
                _remove(path)


def _offset(key: str) -> int:
    """The place of *key* in the file of locks."""
    return int.from_bytes(sha256(key.encode()).digest()[:7])


def _read(path: str) -> SessionData | None:
    """The record in the file *path*; None if there is none, or none of ours."""
    try:
        with open(path, "rb") as file:
            text = file.read()
    except FileNotFoundError:
        return None
    if len(text) < _HEADER.size:
        return None
    magic, version, created, accessed, timeout = _HEADER.unpack_from(text)
    if magic != _MAGIC:
        return None
    whole = int(timeout) if timeout == int(timeout) else timeout  # pages print it
    return SessionData(created, accessed, whole, text[_HEADER.size :], version)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _remove_if_old(path: str) -> None:
    try:
        if time.time() - os.stat(path).st_mtime > _FORGOTTEN:
            _remove(path)
    except FileNotFoundError:
        pass
