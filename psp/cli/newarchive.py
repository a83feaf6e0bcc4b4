"""NewArchive: the archive that ``psp compile`` makes from the one before it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from ..archive import ArchiveCache, write_archive
from ..page import CompiledPage
from ..pagefile import pack, unpack


class NewArchive:
    """A cache over the archive *path*; what is added waits until it is written.

    Goes from process to process before it is used.
    """

    def __init__(self, path: str, key_file: str | None) -> None:
        self.path = os.path.abspath(path)
        self._before = ArchiveCache(self.path, key_file=key_file)
        self._new: dict[str, bytes] = {}

    def get(self, name: str) -> CompiledPage | None:
        """The page that was added as *name*, or that the archive has."""
        record = self._new.get(name)
        if record is None:
            return self._before.get(name)
        return unpack(record, name, self._before.key.load()) if record else None

    def put(self, page: CompiledPage) -> None:
        """Add *page*, or an empty record if it cannot be kept; raises Untrusted."""
        key = self._before.key.load(make=True)
        try:
            self._new[page.name] = pack(page, key)
        except ValueError:
            self._new[page.name] = b""

    def take_new(self) -> dict[str, bytes]:
        """The records that were added since the last call."""
        new, self._new = self._new, {}
        return new

    def write(self, new: Mapping[str, bytes], names: Iterable[str]) -> None:
        """Write *new* and what else there is of *names*; raises OSError, Untrusted."""
        before = self._before.records()
        every = {**before, **new}
        records = {name: every[name] for name in names if every.get(name)}
        if records != before or not os.path.exists(self.path):
            write_archive(self.path, records, self._before.key.load(make=True))
