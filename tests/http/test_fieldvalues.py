"""Values of header fields, as pages and as servers spell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.http.fieldvalues import checked, from_wire, to_wire


def test_text_beyond_latin_1_goes_out_as_utf_8():
    assert to_wire("é") == "é"
    assert to_wire("€").encode("latin-1") == "€".encode()
    assert from_wire(to_wire("€")) == "€"


@given(st.binary())
def test_whatever_bytes_come_are_some_text_and_go_out_again(data: bytes):
    text = from_wire(data.decode("latin-1"))
    expected = {data, text.encode(), text.encode("latin-1", "replace")}
    assert to_wire(text).encode("latin-1") in expected


@pytest.mark.parametrize("end", ["\r", "\n", "\0"])
def test_no_value_ends_its_line(end: str):
    assert checked("a b") == "a b"
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        checked(f"a{end}b")
