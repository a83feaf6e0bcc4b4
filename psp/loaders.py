"""Loaders: where the text of pages comes from; FileLoader, and what others share.

The other loaders are in ``moreloaders``, and found here as well.

A page name is written with ``/`` between folders, whatever the system, and in one
spelling only: no empty segment, no ``.``, ``..`` at the very start at most. A name
that starts with ``/`` is a path of the file system.
"""

from __future__ import annotations

import os
import posixpath
import stat
import sys

from .errors import PageNotFound, PspError
from .page import Fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from .moreloaders import ChainLoader as ChainLoader
    from .moreloaders import DictLoader as DictLoader
    from .moreloaders import Loader as Loader
    from .moreloaders import PackageLoader as PackageLoader
    from .source import Source

    StrPath = str | os.PathLike[str]

# What O_NONBLOCK and O_NOFOLLOW prevent: waiting for the writer of a FIFO, and a
# link put in the place of a file after its path was resolved.
_OPEN = os.O_RDONLY
for _flag in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_NOFOLLOW", "O_BINARY"):
    _OPEN |= getattr(os, _flag, 0)

_NOT_A_PAGE = ("EACCES", "EINVAL", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENXIO", "EPERM")


class FileLoader:
    """Pages in one folder, or in the first of several that has them.

    Links and ``..`` may lead from one of *roots* to another or into
    *allowed_roots*, and nowhere else; absolute names work under the same rule.
    """

    def __init__(
        self,
        roots: StrPath | Sequence[StrPath],
        encoding: str = "utf-8",
        *,
        allowed_roots: Iterable[StrPath] = (),
    ) -> None:
        if isinstance(roots, str | os.PathLike):
            roots = (roots,)
        "".encode(encoding)  # an unknown encoding is better known now
        self.encoding = encoding
        self.roots = tuple(os.path.abspath(root) for root in roots)
        self._prefixes = tuple(os.path.join(root, "") for root in self.roots)
        self.allowed_roots = tuple(os.path.abspath(root) for root in allowed_roots)

    @property
    def origin(self) -> str:
        """The roots, in the order they are searched."""
        return os.pathsep.join(self.roots)

    def load(self, name: str) -> Source:
        """The text of the first file called *name*, decoded."""
        for path in self._paths(name):
            try:
                data = self._read(name, path)
            except (OSError, UnicodeEncodeError) as error:
                _explain(name, error)
            else:
                return decode(data, name, path, self.encoding)
        raise PageNotFound(name)

    def fingerprint(self, name: str) -> Fingerprint:
        """Time, size and inode of the first file called *name*; no digest."""
        for path in self._paths(name):
            try:
                # Not confined again, which would cost ten stats: the file that load
                # confined had its own inode, and any other is loaded anew.
                found = os.stat(path)
            except (OSError, UnicodeEncodeError) as error:
                _explain(name, error)
            else:
                _check_regular(name, found.st_mode)
                return Fingerprint(found.st_mtime_ns, found.st_size, found.st_ino, b"")
        raise PageNotFound(name)

    def _paths(self, name: str) -> list[str]:
        check_name(name)
        if name.startswith("/"):
            return [name]
        return [prefix + name for prefix in self._prefixes]

    def _read(self, name: str, path: str) -> bytes:
        real = os.path.realpath(path)
        if not self._is_inside(real):
            raise PageNotFound(name, f"{name!r} lies outside the folders of pages")
        with open(os.open(real, _OPEN), "rb") as file:
            _check_regular(name, os.fstat(file.fileno()).st_mode)
            return file.read()

    def _is_inside(self, real: str) -> bool:
        roots = (os.path.realpath(root) for root in self.roots + self.allowed_roots)
        return any(_contains(root, real) for root in roots)


def text_digest(source: Source) -> bytes:
    """The SHA-256 of the text of *source*, as a loader gave it."""
    digest: bytes = _sha256()(source.text.encode("utf-8", "surrogatepass")).digest()
    return digest


def _sha256() -> Callable[[bytes], Any]:
    """hashlib's, without OpenSSL: to load that takes longer than a cached page."""
    try:
        module: Any = __import__("_sha2" if sys.version_info >= (3, 12) else "_sha256")
    except ImportError:
        import hashlib as module
    found: Callable[[bytes], Any] = module.sha256
    return found


def check_name(name: str) -> None:
    """Refuse what no file is called, and second spellings of what one is."""
    if not name or "\0" in name or (os.sep != "/" and os.sep in name):
        raise PageNotFound(name, f"{name!r} cannot be the name of a page")
    normal = posixpath.normpath(name)
    if name != normal:
        raise PageNotFound(name, f"no page named {name!r}; it is written {normal!r}")


def _check_regular(name: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise PageNotFound(name, f"{name!r} is not a regular file")


def _explain(name: str, error: OSError | UnicodeEncodeError) -> None:
    """Return if the file is just not there; raise what else is the matter."""
    if isinstance(error, UnicodeEncodeError):
        raise PageNotFound(name, f"{name!r} cannot be the name of a page") from error
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return
    from errno import errorcode

    message = f"{name!r} cannot be read: {error.strerror}"
    if errorcode.get(error.errno or 0) in _NOT_A_PAGE:
        raise PageNotFound(name, message) from error
    raise PspError(message) from error


def _contains(root: str, path: str) -> bool:
    """Whether *path* lies under *root*; both are resolved."""
    try:
        return os.path.commonpath((root, path)) == root
    except ValueError:  # two drives
        return False


def decode(data: bytes, name: str, filename: str, encoding: str) -> Source:
    from .source import Source  # not needed for pages from a cache

    try:
        return Source.from_bytes(data, name, filename, encoding)
    except UnicodeDecodeError as error:
        raise PspError(f"{name!r} is not {encoding}: {error.reason}") from error


def __getattr__(name: str) -> Any:
    if name.startswith("_"):  # import looks for __path__
        raise AttributeError(name)
    from . import moreloaders

    if name not in moreloaders.NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(moreloaders, name)
