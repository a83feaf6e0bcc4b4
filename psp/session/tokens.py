"""Tokens that prove that a form came from a page of this very session.

A token is made of the session id, so nothing has to be stored, and a new id makes all
older ones worthless. On a page it looks different every time: what is compressed along
with it tells nothing of it (BREACH, CVE-2013-3587).
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

_PURPOSE = b"psp csrf"
_SIZE = sha256().digest_size
_LENGTH = 4 * ((2 * _SIZE + 2) // 3)  # in characters of base64, padding included


def make_token(sid: str) -> str:
    """A fresh token of the session *sid*, in characters that need no escaping."""
    mask = secrets.token_bytes(_SIZE)
    return _encode(mask + _xor(mask, _secret(sid)))


def is_token(text: str, sid: str) -> bool:
    """Whether *text* is a token of the session *sid*; nobody can time the answer."""
    try:
        data = urlsafe_b64decode(text.ljust(_LENGTH, "="))
    except ValueError:
        return False
    if len(data) != 2 * _SIZE or _encode(data) != text:  # base64 has other spellings
        return False
    mask, masked = data[:_SIZE], data[_SIZE:]
    return hmac.compare_digest(_xor(mask, masked), _secret(sid))


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _secret(sid: str) -> bytes:
    return hmac.digest(sid.encode(), _PURPOSE, "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
