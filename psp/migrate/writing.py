"""Putting converted files where they belong; what was there is never lost."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping


class Changed(OSError):
    """A file that somebody else has written to in the meantime."""


def replace_file(path: str, data: bytes, state: os.stat_result) -> str:
    """Put *data* in the place of the file at *path*; the path of what it was before.

    *state* is the file's when it was read. Mode and, where that is allowed, owner stay.
    Raises OSError, and Changed, with the file as it was.
    """
    folder, name = os.path.split(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.chmod(temporary, stat.S_IMODE(state.st_mode))
            with contextlib.suppress(OSError):
                os.chown(temporary, state.st_uid, state.st_gid)
            file.flush()
            os.fsync(file.fileno())
        if _stamp(os.lstat(path)) != _stamp(state):
            raise Changed(0, "somebody else has changed it in the meantime", path)
        backup = _keep(path)
        try:
            os.replace(temporary, path)
        except OSError:
            os.unlink(backup)
            raise
        return backup
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _stamp(state: os.stat_result) -> tuple[int, int, int]:
    return state.st_mtime_ns, state.st_size, state.st_ino


def _keep(path: str) -> str:
    """Give the file at *path* a second name, one that nothing has yet."""
    for backup in _backups(path):
        with contextlib.suppress(FileExistsError):
            try:
                os.link(path, backup, follow_symlinks=False)
            except FileExistsError:
                raise
            except (OSError, NotImplementedError):  # a file system without links
                with open(path, "rb") as old, open(backup, "xb") as new:
                    shutil.copyfileobj(old, new)
                shutil.copystat(path, backup)
            return backup
    raise AssertionError("names never end")


def _backups(path: str) -> Iterator[str]:
    """Names for what was at *path*; no document root serves files of that ending."""
    yield f"{path}.orig"
    number = 1
    while True:
        yield f"{path}.{number}.orig"
        number += 1


def copy_file(path: str, out: str, data: bytes | None) -> None:
    """Copy the file at *path* into the folder *out*, with *data* if that is not None.

    Raises OSError.
    """
    os.makedirs(out, exist_ok=True)
    _copy(path, os.path.join(out, os.path.basename(path)), data)


def copy_site(root: str, out: str, converted: Mapping[str, bytes]) -> list[str]:
    """Make the folder *out* a copy of *root* with other bytes for files by name.

    Links that lead out of *root* are not copied; the result is their names. Raises
    OSError.
    """
    left_out: list[str] = []
    os.makedirs(out, exist_ok=True)
    folders_made: list[tuple[str, str]] = []
    for folder, folders, files in os.walk(root, onerror=_raise):
        where = os.path.relpath(folder, root)
        target = os.path.normpath(os.path.join(out, where))
        for name in sorted((*folders, *files)):
            path, new = os.path.join(folder, name), os.path.join(target, name)
            key = os.path.normpath(os.path.join(where, name)).replace(os.sep, "/")
            if os.path.islink(path):
                if not _copy_link(path, new, root):
                    left_out.append(key)
            elif name in folders:
                os.mkdir(new)
                folders_made.append((path, new))
            elif os.path.isfile(path):
                _copy(path, new, converted.get(key))
    for path, new in reversed(folders_made):  # one that is read-only is full by now
        shutil.copystat(path, new)
    return left_out


def _copy(path: str, new: str, data: bytes | None) -> None:
    if data is None:
        shutil.copy2(path, new)
        return
    with open(new, "xb") as file:
        file.write(data)
    shutil.copymode(path, new)


def _raise(error: OSError) -> None:
    raise error


def _copy_link(path: str, new: str, root: str) -> bool:
    """Make *new* the link that *path* is, if that stays within *root*."""
    target, top = os.readlink(path), os.path.realpath(root)
    is_inside = os.path.commonpath((os.path.realpath(path), top)) == top
    if os.path.isabs(target) or not is_inside:
        return False
    os.symlink(target, new)
    return True
