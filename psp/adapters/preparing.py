"""What a process that serves needs besides its settings: a cache folder, a log."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import replace
from hashlib import sha256

from ..settings import Settings
from .keptsettings import caches


def with_cache(settings: Settings) -> Settings:
    """*settings* with this user's cache folder where they name none."""
    if settings.cache_dir is not None:
        return settings
    return replace(settings, cache_dir=_cache_folder(settings.document_root))


def _cache_folder(root: str) -> str | None:
    """This user's cache folder for the site at *root*; None if there can be none."""
    site = sha256(os.fsencode(root)).hexdigest()[:16]
    folder = os.path.join(caches(), site)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
    except OSError:
        return None
    return folder


def shared_sessions(settings: Settings) -> Settings:
    """*settings* whose sessions more than one process can see."""
    if settings.session.store != "memory":
        return settings
    return replace(settings, session=replace(settings.session, store="sqlite"))


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
