"""What the commands that serve have in common: log, signals, cache folder."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from types import FrameType
from typing import Protocol

from ..settings import Settings


class Stoppable(Protocol):
    """A server that can be told to stop."""

    def stop(self) -> None: ...


def with_cache(settings: Settings) -> Settings:
    """*settings* with this user's cache folder where they name none."""
    if settings.cache_dir is not None:
        return settings
    return replace(settings, cache_dir=_cache_folder(settings.document_root))


def _cache_folder(root: str) -> str | None:
    """This user's cache folder for the site at *root*; None if there can be none."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    site = sha256(os.fsencode(root)).hexdigest()[:16]
    folder = os.path.join(caches, "psp", site)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
    except OSError:
        return None
    return folder


def reason_of(error: OSError | UnicodeError) -> str:
    """The system's word for *error*, without what libraries have added to it."""
    if isinstance(error, UnicodeError):
        return "no such host"
    if isinstance(error, socket.gaierror) or error.errno is None:
        return str(error.strerror or error)
    return os.strerror(error.errno)


@contextmanager
def stopped_by_signals(server: Stoppable) -> Iterator[None]:
    """SIGINT and SIGTERM stop *server* in here; a second one ends the process."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        server.stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _LineFormatter(logging.Formatter):
    """Keeps a message on one line, whatever a visitor put into it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return re.sub(
            r"[\x00-\x1f\x7f-\x9f\u2028\u2029]",
            lambda match: match[0].encode("unicode_escape").decode("ascii"),
            super().formatMessage(record),
        )


def set_up_logging(settings: Settings) -> None:
    """Log to standard error, one line a message, from the level the site sets."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _LineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a busy site is fine
