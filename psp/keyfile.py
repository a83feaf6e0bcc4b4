"""The key that signs compiled pages: a file that only its owner may read."""

from __future__ import annotations

import os

from .trust import OPEN_TO_OTHERS, Untrusted, read_trusted, write_temporary

#: Bytes a key may have; one made here has the fewest. BLAKE2b takes no more.
SIZES = range(32, 65)


def read_key(path: str) -> bytes:
    """The key in the file *path*; raises Untrusted or OSError."""
    key = read_trusted(path, SIZES[-1], OPEN_TO_OTHERS)
    if len(key) not in SIZES:
        raise Untrusted(f"it has {len(key)} bytes, a key has at least {SIZES[0]}")
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
    temporary = write_temporary(path, os.urandom(SIZES[0]), 0o600)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)
    return read_key(path)
