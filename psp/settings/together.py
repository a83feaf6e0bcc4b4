"""What must hold between settings."""

from __future__ import annotations

import os

from ..session.store import REMOTE
from .schema import KeyPath, Settings


def session_problem(settings: Settings) -> tuple[KeyPath, str] | None:
    """The setting that sessions cannot be kept with, and why; None if all is well."""
    session = settings.session
    if session.store == "memory":
        return None
    if session.store in REMOTE:
        if session.url is None:
            message = f'session.store is "{session.store}", which needs session.url'
            return ("session", "url"), message
        return _serializer_problem(settings)
    root, path = settings.document_root, settings.session_path
    if _is_inside(path, root):
        return ("session", "path"), (
            f"session.path is a path outside the document root {root!r}, not {path!r}"
        )
    return _serializer_problem(settings)


def _serializer_problem(settings: Settings) -> tuple[KeyPath, str] | None:
    if settings.session.serializer == "pickle" and settings.key_path is None:
        return ("session", "serializer"), (
            'session.serializer is "pickle", which needs a key, and key_file is "none"'
        )
    return None


def _is_inside(path: str, folder: str) -> bool:
    folder = os.path.realpath(folder)
    return os.path.commonpath((os.path.realpath(path), folder)) == folder
