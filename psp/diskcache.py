"""DiskCache: compiled pages as files, believed only where nobody can have forged them.

POSIX only. A file is signed with a key, or, in images that are read-only, unsigned:
then it must be writable by nobody, its owner included.
"""

from __future__ import annotations

import os
import posixpath
import time

from .page import CompiledPage
from .pagefile import SUFFIX, Doubt, file_name, pack, unpack
from .trust import (
    TEMPORARY,
    WRITABLE,
    WRITABLE_BY_OTHERS,
    Key,
    Untrusted,
    read_trusted,
    write_temporary,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    StrPath = str | os.PathLike[str]

LARGEST = 64 * 1024 * 1024  # bytes of one file

_ABANDONED = 3600  # seconds after which a temporary file has lost its writer


class DiskCache:
    """Compiled pages in *folder*, signed with the key in *key_file*.

    The key is made when the first page is kept. With *key_file* None pages are not
    signed. With *beside*, *folder* is the pages' own and ``a.psc`` lies beside
    ``a.psp``; otherwise file names are digests of page names. Without *write*
    nothing is ever kept. What goes wrong is logged once per file.
    """

    def __init__(
        self,
        folder: StrPath,
        *,
        key_file: StrPath | None,
        beside: bool = False,
        write: bool = True,
    ) -> None:
        self.folder = os.path.abspath(folder)
        self._key = Key(key_file)
        self.key_file = self._key.path
        self.beside = beside
        self.write = write
        if self.key_file and _is_inside(self.key_file, self.folder):
            raise ValueError(f"the key {self.key_file!r} must lie outside the cache")
        self._swept = False
        self._complaints = Complaints()

    def get(self, name: str) -> CompiledPage | None:
        """The page kept as *name*; any doubt about its file is a miss."""
        path = self.path(name)
        if path is None:
            return None
        try:
            forbidden = WRITABLE_BY_OTHERS if self.key_file else WRITABLE
            data = read_trusted(path, LARGEST, forbidden)
            return unpack(data, name, self._key.load())
        except (FileNotFoundError, NotADirectoryError, ValueError):
            pass  # ValueError: no file can have this name
        except OSError as error:
            from errno import ENAMETOOLONG

            if error.errno != ENAMETOOLONG:
                self._complaints.say("read", path, error)
        except (Doubt, Untrusted) as doubt:
            self._complaints.say("read", path, doubt)
        return None

    def put(self, page: CompiledPage) -> None:
        """Keep *page* in a file of its own, complete or not at all."""
        path = self.path(page.name) if self.write else None
        if path is None:
            return
        try:
            self._prepare()
            self._store(path, pack(page, self._key.load(make=True)))
        except (Doubt, OSError, Untrusted, ValueError) as error:
            self._complaints.say("write", path, error)

    def path(self, name: str) -> str | None:
        """Where the page *name* is kept, or None if it cannot be."""
        if not self.beside:
            return os.path.join(self.folder, file_name(name))
        if name != posixpath.normpath(name) or name.startswith(("/", "..")):
            return None
        return os.path.join(self.folder, name.removesuffix(".psp") + SUFFIX)

    def _prepare(self) -> None:
        """Make the folder and, once, clear it of what killed writers left behind."""
        if self.beside:
            return
        os.makedirs(self.folder, 0o700, exist_ok=True)
        if self._swept:
            return
        self._swept = True
        with os.scandir(self.folder) as files:
            for file in files:
                if SUFFIX + "." in file.name and file.name.endswith(TEMPORARY):
                    _remove_abandoned(file)

    def _store(self, path: str, data: bytes) -> None:
        if len(data) > LARGEST:
            raise Doubt(f"it has {len(data)} bytes, more than {LARGEST}")
        temporary = write_temporary(path, data, 0o600 if self.key_file else 0o444)
        try:
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise


class Complaints:
    """What has been logged of compiled files, so that each is told of once."""

    def __init__(self) -> None:
        self._said: set[tuple[str, str]] = set()

    def say(self, what: str, path: str, problem: Exception) -> None:
        """Log, once for each file, that it cannot be read or written, and why."""
        if (what, path) in self._said:
            return
        self._said.add((what, path))
        import logging  # takes longer than all of a cached page

        message = "cannot %s the compiled page %r, doing without: %s"
        logging.getLogger("psp.cache").warning(message, what, path, problem)


def _is_inside(path: str, folder: str) -> bool:
    folder = os.path.realpath(folder)
    return os.path.commonpath((os.path.realpath(path), folder)) == folder


def _remove_abandoned(file: os.DirEntry[str]) -> None:
    """Remove a temporary file too old to have a writer, unless another process has."""
    try:
        if time.time() - file.stat(follow_symlinks=False).st_mtime > _ABANDONED:
            os.unlink(file)
    except FileNotFoundError:
        pass
