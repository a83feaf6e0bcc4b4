"""Which values are not for showing, going by the names they have, or by their looks."""

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

#: What gives a secret away, kept, and the secret: of an address, an Authorization, a
#: key in a file. Each begins with a text of its own, so that little is looked at twice.
_LOOKS = re.compile(
    r"""(://[^\s/:@]*:) [^\s/@]+ (?=@)
      | (\b(?:Bearer|Basic)\ ) [\w.~+/=-]{8,}
      | (-----BEGIN\ [A-Z ]*PRIVATE\ KEY-----) (?:(?!-----END).)*
      | \b (eyJ) [\w-]+ \. [\w-]+ \. [\w-]*
      | \b (AKIA|ASIA|gh[opsru]_|glpat-|sk_live_|sk-|xox[abprs]-) [\w-]{16,}""",
    re.DOTALL | re.VERBOSE,
)


def is_secret(name: object) -> bool:
    """Whether what *name* stands for is to be masked."""
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    return isinstance(name, str) and _NAME.search(name) is not None


def masked(name: object, value: str) -> str:
    """*value*, unless the name says that it is a secret."""
    return MASK if is_secret(name) else mask_looks(value)


def mask_looks(text: str) -> str:
    """*text* with what looks like a secret masked, whatever it is called."""
    return _LOOKS.sub(lambda found: f"{found[found.lastindex or 0]}{MASK}", text)


def mask_pairs(text: str) -> str:
    """*text* (the repr of an object, say) with the values of secret names masked."""
    return _PAIR.sub(rf"\1{MASK}", text)
