"""ArchiveCache: the compiled pages of a whole site as one file.

::

    magic, format               9 bytes
    sizes                       of tag, number of pages, size of the table
    tag                         which interpreter made it
    table, by page              sizes of name and record, offset; name
    digest of all before it     32 bytes, keyed where there is a key
    records                     the pages, each as the file that it would be by itself

A record carries its own digest and is read when its page is first asked for.
"""

from __future__ import annotations

import os
import struct
from _operator import _compare_digest
from collections.abc import Mapping
from struct import Struct
from typing import TYPE_CHECKING

from .diskcache import LARGEST, Complaints
from .page import CompiledPage
from .pagefile import DIGEST_SIZE, TAG, Doubt, digest, unpack
from .trust import (
    WRITABLE,
    WRITABLE_BY_OTHERS,
    Key,
    Untrusted,
    open_trusted,
    write_temporary,
)

if TYPE_CHECKING:
    StrPath = str | os.PathLike[str]

START = b"\x89PSA\r\n\x1a\n\x01"

_SIZES = Struct("<IIQ")  # of tag; number of pages; of the table
_ENTRY = Struct("<IQQ")  # size of name; offset and size of the record
_Entries = dict[str, tuple[int, int]]


class Archive:
    """An open archive; its table is checked, its records are not yet.

    Raises Doubt, Untrusted or OSError.
    """

    def __init__(self, path: str, key: bytes, forbidden: int):
        self._descriptor = -1  # should opening fail
        self._descriptor, found = open_trusted(path, forbidden)
        self.state = _state(found)
        self.entries = self._read_table(key)

    def record(self, name: str) -> bytes | None:
        """The bytes kept as *name*; None where there are none."""
        place = self.entries.get(name)
        return None if place is None else self._read(*place)

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def _read(self, offset: int, size: int) -> bytes:
        if size > LARGEST:
            raise Doubt(f"a part of it has {size} bytes, more than {LARGEST}")
        data = os.pread(self._descriptor, size, offset)
        if len(data) != size:
            raise Doubt("it is cut")
        return data

    def _read_table(self, key: bytes) -> _Entries:
        start = self._read(0, len(START) + _SIZES.size)
        if not start.startswith(START):
            raise Doubt("it is not an archive of this format")
        tag_size, count, table_size = _SIZES.unpack_from(start, len(START))
        rest = self._read(len(start), tag_size + table_size + DIGEST_SIZE)
        table = rest[tag_size:-DIGEST_SIZE]
        signed = start + rest[:-DIGEST_SIZE]
        if not _compare_digest(rest[-DIGEST_SIZE:], digest(signed, key)):
            raise Doubt("it is damaged, or another key has signed it")
        if rest[:tag_size] != TAG.encode():
            raise Doubt("it was made by another version of Python or psp")
        try:
            return _unpack_table(table, count, len(start) + len(rest))
        except (struct.error, UnicodeError) as problem:
            raise Doubt(f"its table makes no sense: {problem}") from problem


class ArchiveCache:
    """The pages in the archive *path*, by the key in *key_file*; nothing is added.

    With *key_file* None it is not signed: then nobody may be able to write it. It is
    opened when the first page is asked for, and again once another lies in its place.
    What goes wrong is logged once.
    """

    def __init__(self, path: StrPath, *, key_file: StrPath | None) -> None:
        self.path = os.path.abspath(path)
        self.key = Key(key_file)
        self._archive: Archive | None = None
        self._complaints = Complaints()

    def get(self, name: str) -> CompiledPage | None:
        """The page kept as *name*; any doubt about it is a miss."""
        try:
            record = self._open().record(name)
            return None if record is None else unpack(record, name, self.key.load())
        except FileNotFoundError:
            return None
        except (Doubt, OSError, Untrusted) as problem:
            self._complaints.say("read", self.path, problem)
            return None

    def put(self, page: CompiledPage) -> None:
        """Do nothing: an archive is made as a whole, by ``write_archive``."""

    def records(self) -> dict[str, bytes]:
        """All records by name, as they are; none where the archive is in doubt."""
        try:
            archive = self._open()
            found = {name: archive.record(name) for name in archive.entries}
        except (Doubt, OSError, Untrusted):
            return {}
        return {name: data for name, data in found.items() if data is not None}

    def _open(self) -> Archive:
        """The archive that lies there now."""
        known = self._archive
        if known is not None and known.state == _state(os.lstat(self.path)):
            return known
        forbidden = WRITABLE_BY_OTHERS if self.key.path else WRITABLE
        self._archive = opened = Archive(self.path, self.key.load(), forbidden)
        return opened


def write_archive(path: StrPath, records: Mapping[str, bytes], key: bytes) -> None:
    """Write *records*, packed pages by name, complete or not at all; raises OSError."""
    path = os.path.abspath(path)
    data = b"".join([_head(records, key), *records.values()])
    temporary = write_temporary(path, data, 0o600 if key else 0o444)
    try:
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _head(records: Mapping[str, bytes], key: bytes) -> bytes:
    """All that comes before *records*."""
    tag, offset, entries = TAG.encode(), 0, []
    for name, data in records.items():
        encoded = name.encode("utf-8", "surrogatepass")
        entries.append(_ENTRY.pack(len(encoded), offset, len(data)) + encoded)
        offset += len(data)
    table = b"".join(entries)
    head = START + _SIZES.pack(len(tag), len(entries), len(table)) + tag + table
    return head + digest(head, key)


def _unpack_table(table: bytes, count: int, start: int) -> _Entries:
    """Offset and size of *count* records, of which the first begins at *start*."""
    entries, at = {}, 0
    for _ in range(count):
        name_size, offset, size = _ENTRY.unpack_from(table, at)
        at += _ENTRY.size
        name = table[at : at + name_size].decode("utf-8", "surrogatepass")
        entries[name] = (start + offset, size)
        at += name_size
    return entries


def _state(found: os.stat_result) -> tuple[int, int, int, int]:
    """What tells one archive from another in its place."""
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
