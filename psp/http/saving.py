"""Keeping an uploaded file: under a name that cannot lead anywhere else."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from typing import IO

from ..errors import FormError

LONGEST_NAME = 200  # bytes; file systems allow 255
#: What file systems without hard links say, and systems that forbid them.
_NO_LINKS = (
    errno.EACCES,
    errno.EMLINK,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.EPERM,
    errno.EXDEV,
)
_UNWANTED = re.compile(r"[\x00-\x1f\x7f<>:\"|?*/\\]+")


def safe_name(filename: str) -> str:
    """What a client calls its file, as the name of one in a folder of ours.

    The last part of the path, of any system; never hidden, never empty.
    """
    last = re.split(r"[/\\]", filename)[-1]
    name = _UNWANTED.sub("_", last).strip(". ")
    stem, suffix = os.path.splitext(name.encode("utf-8", "replace"))
    suffix = suffix[:20]
    short = stem[: LONGEST_NAME - len(suffix)] + suffix
    return short.decode("utf-8", "ignore") or "file"


def save_file(
    file: IO[bytes], filename: str, path: str | os.PathLike[str], overwrite: bool
) -> str:
    """Copy *file* to *path* and return where it is.

    In a folder it gets the name that the client gave it, made safe. It is there all at
    once or not at all; where there are no hard links, an empty file keeps its name for
    the moment before. Raises FormError where *path* has ``..`` in it, FileExistsError
    where there is a file already and *overwrite* does not say that it may go.
    """
    path = os.fspath(path)
    if os.path.isdir(path):
        path = os.path.join(path, safe_name(filename))
    if "\0" in path or os.pardir in re.split(r"[/\\]", path):
        raise FormError(message=f"an upload cannot be kept as {path!r}")
    temporary = os.path.join(os.path.dirname(path), f".{secrets.token_hex(8)}.upload")
    with open(temporary, "xb") as kept:
        try:
            file.seek(0)
            shutil.copyfileobj(file, kept, 1 << 20)
            kept.flush()
            if overwrite:
                os.replace(temporary, path)
            else:
                _move(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        finally:
            file.seek(0)
    return path


def _move(temporary: str, path: str) -> None:
    """Give the file its name; FileExistsError where there is one, whoever made it."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _claim(path)
        try:
            os.replace(temporary, path)
        except BaseException:
            os.unlink(path)
            raise
    else:
        os.unlink(temporary)


def _claim(path: str) -> None:
    """Make an empty file, which nobody else then makes; FileExistsError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
