"""Files as they were found: encodings and line ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.migrate.edits import Edit
from psp.migrate.original import Undecodable, announced, cookie_edit, read_original


@pytest.mark.parametrize(
    ("data", "text", "encoding", "said"),
    [
        (b"plain", "plain", "utf-8", ""),
        ("é".encode(), "é", "utf-8", ""),
        (b"caf\xe9 \x80", "café €", "cp1252", ""),
        (b"\x81\xe9", "\x81é", "latin-1", ""),
        (b"# coding: latin-1\n\xa4", "# coding: latin-1\n¤", "latin-1", "cookie"),
        (b"#!x\n# -*- coding: koi8-r -*-\n\xc1", None, "koi8-r", "cookie"),
        (b"#1\n#2\n# coding: koi8-r\n\xc1", None, "cp1252", ""),
        (b"# coding: nonsense\n\xe9", None, "cp1252", ""),
        (b"# coding: rot13\n\xe9", None, "cp1252", ""),
        (b"# coding: utf-8\n\xe9", None, "cp1252", ""),
        (b'<meta charset="iso-8859-15">\xa4', None, "iso-8859-15", "charset"),
        (b"<meta content='text/html; charset=shift_jis'>\x82\xa0", None, None, None),
    ],
)
def test_encodings(
    data: bytes, text: str | None, encoding: str | None, said: str | None
) -> None:
    original = read_original(data)
    if encoding is None:
        assert original.text.endswith("あ")
        return
    assert (original.encoding, original.said) == (encoding, said)
    assert original.text == (text or data.decode(encoding))
    assert original.is_utf8 == (encoding == "utf-8")


def test_the_encoding_that_is_asked_for() -> None:
    original = read_original(b"\xc1", "koi8-r")
    assert (original.text, original.encoding, original.said) == (
        "а",
        "koi8-r",
        "option",
    )
    assert read_original("é".encode(), "koi8-r").encoding == "utf-8"
    assert read_original(b"# coding: latin-1\n\xc1", "koi8-r").encoding == "latin-1"


def test_nul_is_no_text() -> None:
    with pytest.raises(Undecodable, match="NUL"):
        read_original("text".encode("utf-16"))


def test_line_ends_stay() -> None:
    original = read_original(b"a\r\nb\nc\rd\r\n")
    assert original.text == "a\nb\nc\nd\n"
    assert original.edited([Edit(2, 3, "X"), Edit(4, 5, "Y")]) == b"a\r\nX\nY\rd\r\n"
    assert original.edited([Edit(8, 8, "e\n")]) == b"a\r\nb\nc\rd\r\ne\r\n"
    assert original.edited([Edit(1, 2, "")]) == b"ab\nc\rd\r\n"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_new_lines_end_like_the_others(end: bytes) -> None:
    original = read_original(b"a" + end + b"b" + end)
    assert original.edited([Edit(2, 2, "x\n")]) == end.join((b"a", b"x", b"b", b""))


@given(st.binary(max_size=80))
def test_without_edits_utf8_stays_byte_for_byte(data: bytes) -> None:
    try:
        original = read_original(data)
    except Undecodable:
        assert b"\0" in data
        return
    edited = original.edited([])
    assert edited.decode() == data.decode(original.encoding)
    if original.is_utf8:
        assert edited == data


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<meta http-equiv="x" content="text/html; charset=ISO-8859-1">', "ISO-8859-1"),
        ("<meta charset=latin1>", "latin1"),
        ('<?xml version="1.0" encoding="cp1252"?>', "cp1252"),
        ('req.content_type = "text/plain;charset=koi8-r"', "koi8-r"),
        ("<meta charset=UTF8>", None),
        ("text/html; charset=utf-8", None),
        ("the charset=latin1 of a letter", None),
    ],
)
def test_announced(text: str, found: str | None) -> None:
    text = f"é\n{text}"
    assert [name for _, name in announced(text)] == ([found] if found else [])
    assert all(text.startswith(("<", "text/"), at) for at, _ in announced(text))


def test_cookie_becomes_utf8() -> None:
    text = "é\n# -*- coding: latin-1 -*-\n"
    edit = cookie_edit(text)
    assert edit is not None
    assert text[edit.start : edit.end] == "latin-1"
    assert cookie_edit("e\n# -*- coding: latin-1 -*-\n") is None
    assert cookie_edit("é\n# -*- coding: utf_8 -*-\n") is None
    assert cookie_edit("é\n") is None
