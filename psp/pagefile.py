"""The format of a compiled page on disk.

::

    magic, format                         9 bytes
    interpreter tag, page name            strings
    files that took part                  u32, then for each: name, time, size,
                                          inode, digest
    code and the rest of the page         u64, then that many bytes of marshal
    digest of everything before it        32 bytes, keyed where there is a key

Numbers are little-endian, strings and digests a u32 and that many bytes. Damaged
marshal data can end the process, so nothing is unmarshalled before the digest holds.
"""

from __future__ import annotations

import marshal
import sys
from _operator import _compare_digest  # hmac's, without hmac, which loads OpenSSL
from collections.abc import Mapping
from importlib.util import MAGIC_NUMBER
from struct import Struct
from typing import Any

from . import abi
from .options import PageOptions
from .page import CompiledPage, Fingerprint, Notice

try:
    from _blake2 import blake2b  # hashlib's, without OpenSSL: 0.3 ms against 6
except ImportError:
    from hashlib import blake2b

MAGIC = b"\x89PSC\r\n\x1a\n"
FORMAT = 1
START = MAGIC + bytes([FORMAT])
SUFFIX = ".psc"
DIGEST_SIZE = 32

#: Names everything that the meaning of code depends on, besides its source.
TAG = "-".join(
    (
        sys.implementation.cache_tag or sys.implementation.name,
        MAGIC_NUMBER.hex(),
        f"opt{sys.flags.optimize}",
        f"abi{abi.VERSION}",
    )
)

_COUNT = Struct("<I")
_LENGTH = Struct("<Q")
_STATE = Struct("<qqQ")


class Doubt(Exception):
    """A compiled file that is not used, and why."""


def file_name(name: str) -> str:
    """A file name for the page *name*, safe whatever characters are in that.

    It differs between versions of Python, so that they do not fight over one file.
    """
    text = f"{TAG}\0{name}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=20).hexdigest() + SUFFIX


def pack(page: CompiledPage, key: bytes) -> bytes:
    """*page* as the bytes of a file; an empty *key* leaves it unsigned.

    Raises ValueError where the page holds what cannot be marshalled.
    """
    payload = marshal.dumps(_to_tuple(page))
    data = b"".join(
        (
            START,
            _string(TAG),
            _string(page.name),
            _pack_dependencies(page.dependencies),
            _LENGTH.pack(len(payload)),
            payload,
        )
    )
    return data + _digest(data, key)


def unpack(data: bytes, name: str, key: bytes) -> CompiledPage:
    """The page *name* from the bytes of its file; raises Doubt."""
    if not data.startswith(START):
        raise Doubt("it is not a compiled page of this format")
    end = len(data) - DIGEST_SIZE
    if not _compare_digest(data[end:], _digest(memoryview(data)[:end], key)):
        raise Doubt("it is damaged, or another key has signed it")
    reader = _Reader(data, len(START), end)
    try:
        if reader.string() != TAG:
            raise Doubt("it was made by another version of Python or psp")
        if reader.string() != name:
            raise Doubt("it is another page's")
        dependencies = reader.dependencies()
        return _from_tuple(name, dependencies, marshal.loads(reader.payload()))
    except (ArithmeticError, EOFError, LookupError, TypeError, ValueError) as error:
        raise Doubt(f"its content makes no sense: {error}") from error


class _Reader:
    """Takes one piece after another from *data*, never beyond *end*."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data = data
        self._at = at
        self._end = end

    def string(self) -> str:
        """A string."""
        return self._take(self._count()).decode("utf-8", "surrogatepass")

    def dependencies(self) -> dict[str, Fingerprint]:
        """The table of files that took part."""
        return {self.string(): self._fingerprint() for _ in range(self._count())}

    def payload(self) -> bytes:
        """All the rest, which must be as long as it says."""
        (size,) = _LENGTH.unpack(self._take(_LENGTH.size))
        if size != self._end - self._at:
            raise EOFError("its length is not what it says")
        return self._take(size)

    def _fingerprint(self) -> Fingerprint:
        mtime_ns, size, inode = _STATE.unpack(self._take(_STATE.size))
        return Fingerprint(mtime_ns, size, inode, self._take(self._count()))

    def _take(self, size: int) -> bytes:
        start, self._at = self._at, self._at + size
        if self._at > self._end:
            raise EOFError("it ends too early")
        return self._data[start : self._at]

    def _count(self) -> int:
        number: int = _COUNT.unpack(self._take(_COUNT.size))[0]
        return number


def _digest(data: bytes | memoryview, key: bytes) -> bytes:
    return blake2b(data, digest_size=DIGEST_SIZE, key=key, person=b"psp page").digest()


def _string(text: str) -> bytes:
    return _sized(text.encode("utf-8", "surrogatepass"))


def _sized(data: bytes) -> bytes:
    return _COUNT.pack(len(data)) + data


def _pack_dependencies(dependencies: Mapping[str, Fingerprint]) -> bytes:
    pieces = [_COUNT.pack(len(dependencies))]
    for name, state in dependencies.items():
        pieces += _string(name), _STATE.pack(*state[:3]), _sized(state.digest)
    return b"".join(pieces)


def _to_tuple(page: CompiledPage) -> Any:
    """What the header does not hold, in types that marshal takes."""
    return (
        page.filename,
        page.code,
        page.fragments,
        page.declarations,
        page.tier,
        tuple(sorted(page.names)),
        tuple(sorted(page.toplevel)),
        tuple(page.options),
        tuple(tuple(notice) for notice in page.notices),
    )


def _from_tuple(
    name: str, dependencies: Mapping[str, Fingerprint], content: Any
) -> CompiledPage:
    filename, code, fragments, declarations, tier, names, toplevel = content[:7]
    options, notices = content[7:]
    return CompiledPage(
        name=name,
        filename=filename,
        code=code,
        fragments=fragments,
        declarations=declarations,
        tier=tier,
        names=frozenset(names),
        toplevel=frozenset(toplevel),
        dependencies=dependencies,
        options=PageOptions._make(options),
        notices=tuple(Notice._make(notice) for notice in notices),
    )
