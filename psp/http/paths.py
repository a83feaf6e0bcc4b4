"""From the path of a URL to a file under the document root, and to nothing else.

The walk goes from an open descriptor of the root, folder by folder, and follows no
link; what is found is served from the descriptor that was checked. Every way of
finding nothing looks the same from outside: 404.
"""

from __future__ import annotations

import os
import stat

from .. import errors
from ..light import NamedTuple, pattern
from .pathrules import DEFAULT_RULES, PathRules, is_below, is_hidden

FOLDER_FLAGS = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
# O_NONBLOCK: what was a file a moment ago may be a FIFO without a writer now.
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC

_BAD = pattern(r"[\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
_MOST_LINKS = 40  # in one path; as many as Linux follows


class Kind:
    """What a path leads to: constants, compared by ``is``."""

    PAGE = "page"
    SCRIPT = "script"
    STATIC = "static"
    FOLDER = "folder"
    MISSING = "missing"


class Target(NamedTuple):
    """What a path leads to.

    ``name``        the file below the root, as loaders call it: ``"shop/index.psp"``
    ``filename``    the file, absolute
    ``path_info``   the rest of the path, empty or beginning with ``/``
    ``descriptor``  of a static file: open for reading, for the taker to close
    ``media_type``  of a static file: its Content-Type

    A FOLDER is one that has an index and whose path lacks the final slash: redirect
    there. MISSING names the first file that is not there.
    """

    kind: str
    name: str
    filename: str
    path_info: str = ""
    descriptor: int = -1
    media_type: str = ""


class DocumentRoot:
    """A folder whose files are served by *rules*. Safe to share between threads."""

    def __init__(
        self, folder: str | os.PathLike[str], rules: PathRules = DEFAULT_RULES
    ):
        self.folder = os.path.abspath(folder)
        self.rules = rules
        self._prefix = os.path.join(self.folder, "")
        self._exact: set[int] = set()  # devices that tell upper case from lower case
        self._pages: dict[str, Target] = {}  # by path: those right below the root

    def find(self, path: str) -> Target:
        """The page, file or folder that *path*, decoded once, leads to.

        Raises HTTPError 400 for a path no honest client sends, 404 for all that is
        not to be had, whatever the reason.
        """
        known = self._pages.get(path)
        if known is not None:
            # The walk opens no folder on the way to it, so a look is as good.
            try:
                found = os.lstat(known.filename)
            except OSError:
                pass
            else:
                if stat.S_ISREG(found.st_mode) and found.st_dev in self._exact:
                    return known
        target = self.locate(path)
        if target.kind is Kind.MISSING:
            raise errors.HTTPError(404)
        return target

    def locate(self, path: str) -> Target:
        """As ``find``, but a file that is merely not there is a MISSING target."""
        if not path.startswith("/") or _is_bad(path):
            raise errors.HTTPError(400, "a malformed path")
        return self._walk(path[1:].split("/"), _MOST_LINKS)

    def _walk(self, segments: list[str], links: int) -> Target:
        """The target of *segments*, of which at most *links* may be links."""
        private = self.rules.private
        if private and is_below("/".join(segments), private):
            raise errors.HTTPError(404)
        folder = os.open(self.folder, FOLDER_FLAGS)
        try:
            for at, segment in enumerate(segments):
                if not segment and at == len(segments) - 1:
                    segment = segments[at] = self._index(folder)
                elif is_hidden(segment):
                    raise errors.HTTPError(404)
                found = self._look(folder, segment)
                if found is None:
                    return self._target(Kind.MISSING, segments, at)
                if stat.S_ISREG(found.st_mode):
                    return self._file(folder, segments, at)
                if stat.S_ISLNK(found.st_mode):
                    return self._follow(segments, at, links)
                folder = _enter(folder, segment)
            self._index(folder)
            return self._target(Kind.FOLDER, segments, len(segments) - 1)
        finally:
            os.close(folder)

    def _look(self, folder: int, segment: str) -> os.stat_result | None:
        """What *folder* holds under *segment*, letter for letter; a link as a link."""
        try:
            found = os.stat(segment, dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            _give_up_unless_absent(error)
            return None
        if found.st_dev in self._exact or self._is_spelt(folder, segment, found):
            return found
        return None

    def _is_spelt(self, folder: int, segment: str, found: os.stat_result) -> bool:
        """Whether *found* is called *segment*, and not just something like it.

        A device where the other case finds nothing, or another file, is remembered;
        elsewhere the folder has to be read.
        """
        other = segment.swapcase()
        if segment.isascii() and other != segment:
            try:
                twin = os.stat(other, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                twin = None
            if twin is None or not os.path.samestat(twin, found):
                self._exact.add(found.st_dev)
                return True
        return segment in _names(folder)

    def _index(self, folder: int) -> str:
        """The file that answers for *folder*; HTTPError 404 if none does."""
        for name in self.rules.index_files:
            found = self._look(folder, name)
            if found is not None and not stat.S_ISDIR(found.st_mode):
                return name
        raise errors.HTTPError(404)

    def _follow(self, segments: list[str], at: int, links: int) -> Target:
        """The target behind the link ``segments[at]``, by the rules of its place."""
        if self.rules.follow_links != "inside" or not links:
            raise errors.HTTPError(404)
        root = os.path.realpath(self.folder)
        real = os.path.realpath(os.path.join(root, *segments[: at + 1]))
        if os.path.commonpath((root, real)) != root:
            raise errors.HTTPError(404)
        inside = os.path.relpath(real, root).split(os.sep) if real != root else []
        return self._walk(inside + segments[at + 1 :], links - 1)

    def _file(self, folder: int, segments: list[str], at: int) -> Target:
        """The page or static file ``segments[at]`` of the open *folder*."""
        target = self._target(Kind.PAGE, segments, at)
        if target.path_info and self.rules.strict and _misleads(segments[at + 1 :]):
            raise errors.HTTPError(404)
        if self.rules.is_page(segments[at]):
            if is_below(target.name, self.rules.no_pages):
                raise errors.HTTPError(404)
            if segments == [target.name]:
                # As many as there are files: no visitor makes this grow.
                self._pages.setdefault(f"/{target.name}", target)
            return target
        if self.rules.is_script(target.name):
            if is_below(target.name, self.rules.no_pages):
                raise errors.HTTPError(404)
            return target._replace(kind=Kind.SCRIPT)
        media_type = self.rules.media_type(target.name)
        if media_type is None or target.path_info:
            raise errors.HTTPError(404)
        descriptor = _open_file(folder, segments[at])
        return target._replace(
            kind=Kind.STATIC, descriptor=descriptor, media_type=media_type
        )

    def _target(self, kind: str, segments: list[str], at: int) -> Target:
        name = "/".join(segments[: at + 1])
        path_info = "/".join(["", *segments[at + 1 :]])
        return Target(kind, name, self._prefix + name, path_info, -1, "")


def _is_bad(path: str) -> bool:
    """Whether *path* has a character that no honest client sends."""
    if path.isascii() and path.isprintable():
        return "\\" in path
    return _BAD.search(path) is not None


def _misleads(rest: list[str]) -> bool:
    """Whether *rest*, the segments of a PATH_INFO, holds a name never served."""
    return any(map(is_hidden, rest[:-1] if rest and not rest[-1] else rest))


def _enter(folder: int, segment: str) -> int:
    """The folder *segment* of *folder*, open in its place."""
    try:
        inner = os.open(segment, FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        _give_up_unless_absent(error)
        raise errors.HTTPError(404) from None
    os.close(folder)
    return inner


def _open_file(folder: int, name: str) -> int:
    """The regular file *name* of *folder*, open for reading."""
    try:
        descriptor = os.open(name, FILE_FLAGS, dir_fd=folder)
    except OSError as error:
        _give_up_unless_absent(error)
        raise errors.HTTPError(404) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise errors.HTTPError(404)
    return descriptor


def _names(folder: int) -> list[str]:
    """All names in *folder*, which may be open as a mere place."""
    readable = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.listdir(readable)
    finally:
        os.close(readable)


def _give_up_unless_absent(error: OSError) -> None:
    """Raise *error* unless all it says is that there is nothing to be had."""
    if isinstance(error, FileNotFoundError | NotADirectoryError | PermissionError):
        return
    from errno import ELOOP, ENAMETOOLONG

    if error.errno not in (ELOOP, ENAMETOOLONG):
        raise error
