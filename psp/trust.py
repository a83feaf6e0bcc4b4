"""Which files of this machine may be believed, and how they come to be.

A file decides what code runs, so what nobody else can have written is all that
counts: a regular file of this user or root, reached without following a link, that
group and others cannot write. The key that signs compiled pages is one that only its
owner may read.
"""

from __future__ import annotations

import os
import stat

#: Permission bits that a file must not have.
WRITABLE_BY_OTHERS = 0o022
WRITABLE = 0o222
OPEN_TO_OTHERS = 0o077

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
TEMPORARY = ".tmp"

#: Bytes a key may have; one made here has the fewest. BLAKE2b takes no more.
KEY_SIZES = range(32, 65)


class Untrusted(Exception):
    """A file that must not be believed, and why."""


def open_trusted(path: str, forbidden: int) -> tuple[int, os.stat_result]:
    """A descriptor of the file *path*, if it can be believed, and what it is.

    *forbidden* are the permission bits it must not have. Raises Untrusted or OSError.
    """
    descriptor = os.open(path, _READ)
    try:
        found = os.fstat(descriptor)
        _check(found, found.st_size, forbidden)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, found


def read_trusted(path: str, largest: int, forbidden: int) -> bytes:
    """The bytes of the file *path* if it can be believed.

    *largest* is in bytes, *forbidden* the permission bits it must not have. Raises
    Untrusted or OSError.
    """
    descriptor = os.open(path, _READ)
    try:
        found = os.fstat(descriptor)
        _check(found, largest, forbidden)
        data = os.read(descriptor, found.st_size + 1)
    finally:
        os.close(descriptor)
    if len(data) != found.st_size:
        raise Untrusted("it changed while it was read")
    return data


def _check(found: os.stat_result, largest: int, forbidden: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise Untrusted("it is not a regular file")
    if found.st_uid not in (0, os.geteuid()):
        raise Untrusted(f"it belongs to another user, {found.st_uid}")
    if found.st_mode & forbidden:
        raise Untrusted(f"its mode is {stat.filemode(found.st_mode)}")
    if found.st_size > largest:
        raise Untrusted(f"it has {found.st_size} bytes, more than {largest}")


def write_temporary(path: str, data: bytes, mode: int) -> str:
    """The path of a new, complete and synced file beside *path*; raises OSError."""
    temporary = f"{path}.{os.urandom(6).hex()}{TEMPORARY}"
    descriptor = os.open(temporary, _CREATE, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def read_key(path: str) -> bytes:
    """The key in the file *path*; raises Untrusted or OSError."""
    key = read_trusted(path, KEY_SIZES[-1], OPEN_TO_OTHERS)
    if len(key) not in KEY_SIZES:
        raise Untrusted(f"it has {len(key)} bytes, a key has at least {KEY_SIZES[0]}")
    return key


class Key:
    """The key in the file *path*, read when first needed; empty without *path*."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self.path = None if path is None else os.path.abspath(path)
        self._bytes = b""

    def load(self, make: bool = False) -> bytes:
        """The key; with *make* it is made if there is none. Raises Untrusted."""
        if self.path and not self._bytes:
            try:
                self._bytes = read_key(self.path)
            except FileNotFoundError:
                if not make:
                    raise Untrusted("there is no key to check it with") from None
                self._bytes = make_key(self.path)
            except (OSError, Untrusted) as error:
                raise Untrusted(f"the key {self.path!r}: {error}") from error
        return self._bytes


def make_key(path: str) -> bytes:
    """The key in the file *path*, made if there is none; raises Untrusted or OSError.

    Of several processes that make it at once, one wins and all get its key.
    """
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    temporary = write_temporary(path, os.urandom(KEY_SIZES[0]), 0o600)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)
    return read_key(path)
