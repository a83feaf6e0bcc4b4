"""The format of a compiled page on disk.

::

    magic, format               9 bytes
    tag                         which interpreter made it, a zero
    size of what follows        8 bytes
    the page                    marshal: name, files that took part, all the rest
    digest of all before it     32 bytes, keyed where there is a key

Damaged marshal data, and that of other interpreters, can end the process, so nothing is
unmarshalled before digest and tag hold.
"""

from __future__ import annotations

import marshal
import sys
from _frozen_importlib_external import MAGIC_NUMBER  # importlib.util's
from _operator import _compare_digest  # hmac's, without hmac, which loads OpenSSL

from . import abi
from .options import PageOptions
from .page import CompiledPage, Fingerprint, Notice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

try:
    from _blake2 import blake2b  # hashlib's, without OpenSSL: 0.3 ms against 6
except ImportError:
    from hashlib import blake2b

MAGIC = b"\x89PSC\r\n\x1a\n"
FORMAT = 2
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

_SIZE = 8  # bytes
_NONSENSE = (EOFError, LookupError, TypeError, ValueError)


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
    content = marshal.dumps(_to_tuple(page))
    size = len(content).to_bytes(_SIZE, "little")
    data = b"".join((START, TAG.encode(), b"\0", size, content))
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
    tag, size = len(START), data.index(0, len(START)) + 1
    if data[tag : size - 1] != TAG.encode():
        raise Doubt("it was made by another version of Python or psp")
    content = size + _SIZE
    if content + int.from_bytes(data[size:content], "little") != end:
        raise Doubt("its length is not what it says")
    page = _from_tuple(marshal.loads(memoryview(data)[content:end]))
    if page.name != name:
        raise Doubt("it is another page's")
    return page


def digest(data: bytes | memoryview, key: bytes) -> bytes:
    """The digest of *data*, keyed unless *key* is empty."""
    return blake2b(data, digest_size=DIGEST_SIZE, key=key, person=b"psp page").digest()


def _encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _to_tuple(page: CompiledPage) -> Any:
    """*page* in types that marshal takes."""
    plain = page._asdict() | {
        "dependencies": [(file, *it) for file, it in page.dependencies.items()],
        "options": tuple(page.options),
        "notices": [tuple(notice) for notice in page.notices],
    }
    return tuple(plain.values())


def _from_tuple(content: Any) -> CompiledPage:
    page: Any = CompiledPage._make(content)
    made: CompiledPage = page._replace(
        dependencies={file: Fingerprint(*it) for file, *it in page.dependencies},
        options=PageOptions._make(page.options),
        notices=tuple(map(Notice._make, page.notices)),
    )
    return made
