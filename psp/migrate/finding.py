"""The pages and modules of a site; links are never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..source import Source
from .neighbours import included_files, names_of
from .original import Original, Undecodable, read_original

MODULE = ".py"


class Found(NamedTuple):
    """A file that was read.

    ``name`` is its path below the root, with ``/`` between folders. Without an
    ``original`` it could not be read, and ``problem`` says why; ``state`` is what its
    folder knew of it then.
    """

    name: str
    original: Original | None
    state: os.stat_result | None = None
    problem: str = ""

    @property
    def is_module(self) -> bool:
        """Whether it is a Python module; all else is pages."""
        return self.name.endswith(MODULE)


class Site(NamedTuple):
    """The files of a site: those to convert by name, and those they include."""

    root: str
    files: dict[str, Found]
    others: dict[str, Found]

    @property
    def sources(self) -> dict[str, Source]:
        """The text of all that are pages and could be read."""
        return {
            one.name: Source(one.original.text, one.name, self.path(one.name))
            for one in (*self.files.values(), *self.others.values())
            if one.original is not None and not one.is_module
        }

    def path(self, name: str) -> str:
        """The path of the file *name*."""
        return os.path.join(self.root, *name.split("/"))


def find_site(
    path: str, extensions: tuple[str, ...], fallback: str | None = None
) -> Site:
    """What there is to convert at *path*: a file, or all of a folder.

    Pages have one of *extensions*, or are included by others. *fallback* is the
    encoding of files that are not UTF-8 and do not say theirs. Raises OSError where a
    folder cannot be listed.
    """
    is_folder = os.path.isdir(path)
    root, only = (path, None) if is_folder else os.path.split(os.path.realpath(path))
    site = Site(os.path.abspath(root), {}, {})

    def read(name: str) -> Found:
        return _read(site.path(name), name, fallback)

    names = list(_walk(site.root, (*extensions, MODULE))) if only is None else [only]
    site.files.update((name, read(name)) for name in names)
    target = site.files if only is None else site.others
    _follow_includes(site, target, read)
    return site


def _follow_includes(
    site: Site, target: dict[str, Found], read: Callable[[str], Found]
) -> None:
    """Add to *target* what pages include that is not there yet."""
    waiting = [(source, source.name) for source in site.sources.values()]
    seen: set[tuple[str, str]] = set()
    while waiting:
        source, page = waiting.pop()
        for file in included_files(source):
            for name in names_of(file, page, source.name):
                if (name, page) in seen or not _is_inside(site.root, name):
                    continue
                seen.add((name, page))
                if name not in site.files and name not in target:
                    target[name] = read(name)
                found = site.files.get(name) or target[name]
                if found.original is not None:
                    text = found.original.text
                    waiting.append((Source(text, name, site.path(name)), page))


def _walk(root: str, extensions: tuple[str, ...]) -> Iterator[str]:
    """The names of files below *root* that end in one of *extensions*, in order."""
    for folder, folders, files in os.walk(root, onerror=_raise):
        folders[:] = sorted(name for name in folders if not _is_skipped(name))
        for file in sorted(files):
            path = os.path.join(folder, file)
            if file.endswith(extensions) and not _is_skipped(file) and _is_file(path):
                yield os.path.relpath(path, root).replace(os.sep, "/")


def _raise(error: OSError) -> None:
    raise error


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__"


def _is_file(path: str) -> bool:
    """Whether *path* is a file and no link to one."""
    return stat.S_ISREG(os.lstat(path).st_mode)


def _is_inside(root: str, name: str) -> bool:
    """Whether *name* is a file below *root*, no link on the way."""
    path = os.path.join(root, *name.split("/"))
    is_below = not name.startswith(("/", "../")) and "\0" not in name
    real = os.path.join(os.path.realpath(root), *name.split("/"))
    return is_below and os.path.isfile(path) and os.path.realpath(path) == real


def _read(path: str, name: str, fallback: str | None) -> Found:
    try:
        with open(path, "rb") as file:
            state = os.fstat(file.fileno())
            return Found(name, read_original(file.read(), fallback), state)
    except OSError as error:
        return Found(name, None, problem=error.strerror or str(error))
    except Undecodable as error:
        return Found(name, None, problem=str(error))
