"""The data of a session to bytes and back, with errors that say what is wrong."""

from __future__ import annotations

from typing import Any

from ..errors import SessionError
from .store import Serializer


def pack(serializer: Serializer, data: dict[Any, Any]) -> bytes:
    """*data* as bytes; SessionError names the key of what cannot be kept."""
    try:
        return serializer.dumps(data)
    except Exception as error:
        place = "the session"
        for key, value in data.items():
            if not _can_pack(serializer, {key: value}):
                place = f"session[{key!r}]"
                break
        raise SessionError(f"{place} cannot be stored: {error}") from error


def unpack(serializer: Serializer, data: bytes) -> Any:
    """What ``pack`` made *data* of; SessionError when it cannot be read any more."""
    try:
        return serializer.loads(data)
    except Exception as error:
        raise SessionError(f"the stored session cannot be read: {error}") from error


def _can_pack(serializer: Serializer, data: dict[Any, Any]) -> bool:
    try:
        serializer.dumps(data)
    except Exception:
        return False
    return True
