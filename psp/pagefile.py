"""The format of a compiled page on disk.

::

    magic, format               9 bytes
    sizes                       of tag and name, number of files, size of the rest
    tag                         which interpreter made it
    name                        of the page
    every file that took part   sizes, time, size, inode; name, digest
    the rest of the page        marshal
    digest of all before it     32 bytes, keyed where there is a key

Numbers are little-endian, text is UTF-8. Damaged marshal data can end the process, so
nothing is unmarshalled before the digest holds.
"""

from __future__ import annotations

import marshal
import struct
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

_SIZES = Struct("<IIIQ")  # of tag, name; number of files; of the rest
_FILE = Struct("<IIqqQ")  # sizes of name, digest; time in ns, size, inode
_NONSENSE = (EOFError, LookupError, TypeError, ValueError, struct.error)


class Doubt(Exception):
    """A compiled file that is not used, and why."""


def file_name(name: str) -> str:
    """A file name for the page *name*, safe whatever characters are in that.

    It differs between versions of Python, so that they do not fight over one file.
    """
    return blake2b(_encode(f"{TAG}\0{name}"), digest_size=20).hexdigest() + SUFFIX


def pack(page: CompiledPage, key: bytes) -> bytes:
    """*page* as the bytes of a file; an empty *key* leaves it unsigned.

    Raises ValueError where the page holds what cannot be marshalled.
    """
    payload = marshal.dumps(_to_tuple(page))
    tag, name = TAG.encode(), _encode(page.name)
    sizes = _SIZES.pack(len(tag), len(name), len(page.dependencies), len(payload))
    files = b"".join(_pack_file(*item) for item in page.dependencies.items())
    data = b"".join((START, sizes, tag, name, files, payload))
    return data + digest(data, key)


def unpack(data: bytes, name: str, key: bytes) -> CompiledPage:
    """The page *name* from the bytes of its file; raises Doubt."""
    if not data.startswith(START):
        raise Doubt("it is not a compiled page of this format")
    end = len(data) - DIGEST_SIZE
    if not _compare_digest(data[end:], digest(memoryview(data)[:end], key)):
        raise Doubt("it is damaged, or another key has signed it")
    try:
        return _read(data, end, name)
    except _NONSENSE as problem:
        raise Doubt(f"its content makes no sense: {problem}") from problem


def _read(data: bytes, end: int, name: str) -> CompiledPage:
    """The page *name* from *data*, of which all before *end* is as it was written."""
    at = len(START) + _SIZES.size
    tag_size, name_size, files, size = _SIZES.unpack_from(data, len(START))
    if data[at : at + tag_size] != TAG.encode():
        raise Doubt("it was made by another version of Python or psp")
    at += tag_size
    if data[at : at + name_size] != _encode(name):
        raise Doubt("it is another page's")
    at += name_size
    dependencies, at = _read_dependencies(data, at, files)
    if at + size != end:
        raise Doubt("its length is not what it says")
    return _from_tuple(name, dependencies, marshal.loads(data[at:end]))


def _pack_file(name: str, state: Fingerprint) -> bytes:
    """The entry of one file in the table."""
    encoded, digest = _encode(name), state.digest
    return _FILE.pack(len(encoded), len(digest), *state[:3]) + encoded + digest


def _read_dependencies(
    data: bytes, at: int, count: int
) -> tuple[dict[str, Fingerprint], int]:
    """The table of *count* files that starts *at*, and where it ends."""
    dependencies: dict[str, Fingerprint] = {}
    for _ in range(count):
        name_size, digest_size, mtime_ns, size, inode = _FILE.unpack_from(data, at)
        at += _FILE.size
        file = data[at : at + name_size].decode("utf-8", "surrogatepass")
        at += name_size
        digest = data[at : at + digest_size]
        dependencies[file] = Fingerprint(mtime_ns, size, inode, digest)
        at += digest_size
    return dependencies, at


def digest(data: bytes | memoryview, key: bytes) -> bytes:
    """The digest of *data*, keyed unless *key* is empty."""
    return blake2b(data, digest_size=DIGEST_SIZE, key=key, person=b"psp page").digest()


def _encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _to_tuple(page: CompiledPage) -> Any:
    """What the header does not hold, in types that marshal takes."""
    return (
        page.filename,
        page.code,
        page.fragments,
        page.declarations,
        page.tier,
        tuple(sorted(page.names)),
        page.toplevel,
        tuple(page.options),
        tuple(tuple(notice) for notice in page.notices),
        page.spliced,
    )


def _from_tuple(
    name: str, dependencies: Mapping[str, Fingerprint], content: Any
) -> CompiledPage:
    filename, code, fragments, declarations, tier, names, toplevel = content[:7]
    options, notices, spliced = content[7:]
    return CompiledPage(
        name=name,
        filename=filename,
        code=code,
        fragments=fragments,
        declarations=declarations,
        tier=tier,
        names=frozenset(names),
        toplevel=toplevel,
        dependencies=dependencies,
        options=PageOptions._make(options),
        notices=tuple(Notice._make(notice) for notice in notices),
        spliced=spliced,
    )
