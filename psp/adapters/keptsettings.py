"""The settings of a site as its last process understood them, for the next one.

To parse and check them takes several times as long as to answer with a compiled page.
They are kept in a file of this user's cache folder, for as long as the settings file,
the environment and psp itself are as they were; doubt is a reason to parse them again.
"""

from __future__ import annotations

import marshal
import os
import time

from ..options import PageOptions
from ..pagefile import DIGEST_SIZE, TAG, digest
from ..trust import WRITABLE_BY_OTHERS, Untrusted, read_trusted, write_temporary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..settings import Settings

LARGEST = 1024 * 1024  # bytes of the file

_START = b"\x89PSS\r\n\x1a\n\x01"
#: Variables that paths are made of, besides those that are settings.
_FOLDERS = ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
_TABLES = ("server", "limits", "session", "cgi")
# A file written twice within one tick of its file system's clock keeps its time.
_TICK = 2_000_000_000


class KeptSettings:
    """All that Settings have, without the schema behind them."""

    def __init__(self, values: dict[str, Any]):
        self.__dict__.update(values)


def kept_settings(config: str) -> Settings:
    """The settings of the file *config* for a process that serves.

    They have this user's cache folder and sessions that other processes see. Raises
    SettingsError where they cannot be understood.
    """
    config = os.path.abspath(config)
    path = os.path.join(caches(), digest(os.fsencode(config), b"").hex() + ".settings")
    state = _state_of(config)
    kept: Any = _read(path, state) if state else None
    if kept is not None:
        return kept  # type: ignore[no-any-return]
    from ..settings import load_settings
    from .preparing import shared_sessions, with_cache

    settings = shared_sessions(with_cache(load_settings(config)))
    if state and state == _state_of(config):
        _write(path, state, settings)
    return settings


def caches() -> str:
    """Where this user's caches of sites are."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(home, "psp")


def _state_of(config: str) -> bytes | None:
    """All that settings depend on; None while they may change unseen."""
    from .. import __file__, __version__

    schema = os.path.join(os.path.dirname(__file__), "settings", "schema.py")
    try:
        files = [os.stat(file) for file in (config, schema)]
        folder = os.getcwd()
    except OSError:
        return None
    if abs(time.time_ns() - files[0].st_mtime_ns) < _TICK:
        return None
    variables = sorted(
        (name, os.environ[name])
        for name in os.environ
        if name.startswith("PSP_") or name in _FOLDERS
    )
    states = [(one.st_mtime_ns, one.st_size, one.st_ino) for one in files]
    everything = (TAG, __version__, config, folder, states, variables, os.geteuid())
    return repr(everything).encode("utf-8", "surrogatepass")


def _read(path: str, state: bytes) -> KeptSettings | None:
    """The settings kept as *path* of a site in the same *state*."""
    try:
        data = read_trusted(path, LARGEST, WRITABLE_BY_OTHERS)
    except (OSError, Untrusted):
        return None
    end = len(data) - DIGEST_SIZE
    start = _START + digest(state, b"")
    if not data.startswith(start) or data[end:] != digest(data[:end], b""):
        return None
    values = marshal.loads(data[len(start) : end])
    for table in _TABLES:
        values[table] = KeptSettings(values[table])
    values["page_options"] = PageOptions._make(values["page_options"])
    return KeptSettings(values)


def _write(path: str, state: bytes, settings: Settings) -> None:
    """Keep *settings*, if that is possible: nobody but this user can read them."""
    values = _public(settings)
    for table in _TABLES:
        values[table] = _public(values[table])
    values["page_options"] = tuple(values["page_options"])
    values["static_types"] = dict(values["static_types"])
    try:
        data = _START + digest(state, b"") + marshal.dumps(values)
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        temporary = write_temporary(path, data + digest(data, b""), 0o600)
        os.replace(temporary, path)
    except (OSError, ValueError):
        return


def _public(settings: Any) -> dict[str, Any]:
    """The attributes of *settings*, computed ones too."""
    names = [name for name in dir(type(settings)) if not name.startswith("_")]
    return {name: getattr(settings, name) for name in names}
