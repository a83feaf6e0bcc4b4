"""Original: a file as it was found, and the bytes that edits make of it."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .edits import Edit, apply_edits

#: PEP 263: the encoding of a file, said in its first two lines.
_COOKIE = re.compile(rb"^(?:[^\n]*\n)?[^\n#]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
_CHARSET = re.compile(rb"charset=[ \t]*[\"']?([-\w]+)", re.IGNORECASE)
#: What tells browsers, or readers of XML.
_ANNOUNCED = re.compile(
    r"(?:text/\w+;[ \t]*|<meta[^<>]{0,200}?)charset=[ \t]*[\"']?([-\w]+)"
    r"|<\?xml[^<>]{0,200}?encoding=[\"']([-\w]+)",
    re.IGNORECASE,
)
_UTF_8 = "utf-8"
#: What browsers take latin-1 for, and what takes any byte (WHATWG Encoding, 4.2).
_GUESSES = ("cp1252", "latin-1")


class Undecodable(Exception):
    """A file whose text cannot be had; the message says why."""


class Original(NamedTuple):
    """A file that was read.

    ``text`` has lines that end in ``\\n`` alone. ``encoding`` is what it was decoded
    with, and ``said`` where that was said: in a ``cookie``, a ``charset``, as an
    ``option``, or nowhere, if it is empty and the encoding not UTF-8.
    """

    data: bytes
    text: str
    encoding: str
    said: str

    @property
    def is_utf8(self) -> bool:
        """Whether the file is UTF-8 as it stands."""
        return self.encoding == _UTF_8

    def edited(self, edits: Iterable[Edit]) -> bytes:
        """The file with *edits* of its text, in UTF-8; all else stays as it is."""
        raw = self.data.decode(self.encoding)
        newline = _newline(raw)
        ends = [match.start() for match in re.finditer("\r\n", raw)]
        # In the text, each of them is one character shorter than here.
        ends = [at - number for number, at in enumerate(ends)]
        moved = (
            Edit(
                start + bisect_left(ends, start),
                end + bisect_left(ends, end),
                text.replace("\n", newline),
            )
            for start, end, text in edits
        )
        return apply_edits(raw, moved).encode(_UTF_8)


def read_original(data: bytes, fallback: str | None = None) -> Original:
    """The file that holds *data*; *fallback* is the encoding where it says none.

    Raises Undecodable.
    """
    if b"\0" in data:
        raise Undecodable("there are NUL characters in it")
    for encoding, said in _candidates(data, fallback):
        text = _decoded(data, encoding)
        if text is not None:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            return Original(data, text, encoding, said)
    raise Undecodable("no encoding fits it")


def _candidates(data: bytes, fallback: str | None) -> list[tuple[str, str]]:
    """The encodings to try, and where each was said."""
    yours = [(fallback, "option")] if fallback else []
    says = [
        (match[1].decode(), said)
        for pattern, said in ((_COOKIE, "cookie"), (_CHARSET, "charset"))
        if (match := pattern.search(data))
    ]
    guesses = [(encoding, "") for encoding in _GUESSES]
    return [(_UTF_8, ""), *says, *yours, *guesses]


def _decoded(data: bytes, encoding: str) -> str | None:
    """*data* as text, if *encoding* has exactly these bytes for it."""
    try:
        text = data.decode(encoding)
        return text if text.encode(encoding) == data else None
    except (LookupError, UnicodeError):
        return None


def _newline(raw: str) -> str:
    """How most lines of *raw* end."""
    pairs = raw.count("\r\n")
    singles, returns = raw.count("\n") - pairs, raw.count("\r") - pairs
    most = max(singles, pairs, returns)
    return "\n" if most == singles else "\r\n" if most == pairs else "\r"


def cookie_edit(text: str) -> Edit | None:
    """The edit that makes UTF-8 of another encoding that *text* says it has."""
    match = _COOKIE.search(text.encode(_UTF_8))
    if match is None or text.isascii() or _is_utf8(match[1].decode()):
        return None
    start = len(text.encode(_UTF_8)[: match.start(1)].decode(_UTF_8))
    return Edit(start, start + len(match[1]), _UTF_8)


def announced(text: str) -> Iterator[tuple[int, str]]:
    """Where *text* tells of an encoding other than UTF-8 to others, and of which."""
    for match in _ANNOUNCED.finditer(text):
        name = match[1] or match[2]
        if not _is_utf8(name):
            yield match.start(), name


def _is_utf8(name: str) -> bool:
    try:
        return codecs.lookup(name).name in ("utf-8", "utf-8-sig")
    except LookupError:
        return False
