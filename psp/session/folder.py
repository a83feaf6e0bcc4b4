"""The folder that sessions are kept in, which is nobody else's business."""

from __future__ import annotations

import os
import stat

from ..errors import SettingsError
from ..trust import WRITABLE_BY_OTHERS


def make_parent(file: str) -> None:
    """Makes the folder of *file*; SettingsError also if *file* is a folder."""
    make_folder(os.path.dirname(file))
    if os.path.isdir(file):
        raise SettingsError(f"no file for sessions: {file!r} is a folder")


def make_folder(folder: str) -> None:
    """Makes *folder* unless it exists; SettingsError if others could write in it."""
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        found = os.stat(folder)
    except OSError as error:
        raise SettingsError(f"no folder for sessions: {error}") from None
    if found.st_uid not in (0, os.geteuid()):
        raise SettingsError(f"the folder for sessions {folder!r} is another user's")
    if found.st_mode & WRITABLE_BY_OTHERS:
        mode = stat.filemode(found.st_mode)
        raise SettingsError(
            f"others can write in the folder for sessions {folder!r}: {mode}"
        )
