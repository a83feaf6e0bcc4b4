"""The format of a record in stores that outlive the process, and its versions.

::

    magic, format           5 bytes
    version                 8 bytes
    created, accessed, timeout   8 bytes each, floating-point seconds
    digest                  32 bytes
    data                    to the end

The digest is over all the rest, the store's key and the serializer's mark: a record
that was cut short, damaged, is another session's or another serializer's is no record.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from math import isfinite
from struct import Struct
from typing import Protocol

from ..errors import SessionError
from .store import ANY, Serializer, SessionData

LARGEST = 64 * 1024 * 1024  # bytes of one record

_MAGIC = b"PSPS\x01"
_HEAD = Struct("<5sQddd")
_START = _HEAD.size + 32


class MarkedSerializer(Serializer, Protocol):
    """A serializer whose bytes can be told from those of any other."""

    @property
    def mark(self) -> bytes:
        """What only this serializer has, with this key if it has one."""


def pack_record(key: str, record: SessionData, mark: bytes) -> bytes:
    """*record* as bytes; SessionError if they are too many."""
    if len(record.data) > LARGEST - _START:
        raise SessionError(f"the session has more than {LARGEST} bytes")
    head = _HEAD.pack(
        _MAGIC, record.version, record.created, record.accessed, record.timeout
    )
    return head + _digest(mark, key, head, record.data) + record.data


def unpack_record(key: str, packed: bytes, mark: bytes) -> SessionData | None:
    """The record of *key* that ``pack_record`` made; None at any doubt."""
    if len(packed) < _START or not packed.startswith(_MAGIC):
        return None
    head, digest = packed[: _HEAD.size], packed[_HEAD.size : _START]
    data = packed[_START:]
    if not hmac.compare_digest(digest, _digest(mark, key, head, data)):
        return None
    _, version, created, accessed, timeout = _HEAD.unpack(head)
    if not (isfinite(created) and isfinite(accessed)):
        return None
    return SessionData(created, accessed, timeout, data, version)


def next_record(known: SessionData | None, data: SessionData) -> SessionData | None:
    """What *data* becomes where *known* is stored: itself with a version of its own.

    None if the record has been deleted meanwhile; SessionError if it has changed.
    """
    if known is None and data.version:
        return None
    if known is not None and data.version not in (ANY, known.version):
        raise SessionError("another request has changed this session meanwhile")
    # Random, so that a record made anew is never taken for the one it follows.
    return data._replace(version=secrets.randbits(62) + 1)


def _digest(mark: bytes, key: str, head: bytes, data: bytes) -> bytes:
    whole = sha256(mark + b"\0" + key.encode() + b"\0" + head)
    whole.update(data)
    return whole.digest()
