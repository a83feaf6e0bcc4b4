"""Values of header fields (RFC 9110, section 5.5), for pages and for servers."""

from __future__ import annotations


def from_wire(text: str) -> str:
    """What *text*, bytes spelt as Latin-1 (PEP 3333), says: UTF-8 where it is UTF-8."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def to_wire(text: str) -> str:
    """*text* spelt as servers want it: as it is in Latin-1, otherwise UTF-8 bytes."""
    if text.isascii():
        return text
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    return text


def checked(value: str) -> str:
    """*value* if it can be that of a header; ValueError if it breaks the line."""
    if "\r" in value or "\n" in value or "\0" in value:
        raise ValueError(f"CR, LF or NUL in the value of a header: {value!r}")
    return value
