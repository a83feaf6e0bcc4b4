"""Which values are not for showing, going by the names they have."""

from __future__ import annotations

import re

MASK = "********"

_WORDS = (
    "password|passwd|passphrase|pwd|secret|token|key|authorization|cookie|credential"
)
_NAME = re.compile(_WORDS, re.IGNORECASE)

# name='value', "name": "value", name: value; a quote may be cut off at the end
_PAIR = re.compile(
    rf"""((?:{_WORDS})[\w-]*['"]?\s*[=:,]\s*b?)
         ('(?:[^'\\]|\\.)*(?:'|\Z)|"(?:[^"\\]|\\.)*(?:"|\Z)|[^\s'",)}}\]>]+)""",
    re.IGNORECASE | re.VERBOSE,
)


def is_secret(name: object) -> bool:
    """Whether what *name* stands for is to be masked."""
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    return isinstance(name, str) and _NAME.search(name) is not None


def masked(name: object, value: str) -> str:
    """*value*, unless the name says that it is a secret."""
    return MASK if is_secret(name) else value


def mask_pairs(text: str) -> str:
    """*text* (the repr of an object, say) with the values of secret names masked."""
    return _PAIR.sub(rf"\1{MASK}", text)
