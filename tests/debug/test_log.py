"""Lines of the log: what a visitor sends cannot make new ones."""

from __future__ import annotations

import pytest

from psp.debug.log import escape_log, log_entry


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("GET /a b?c=é", "GET /a b?c=é"),
        ('a\n127.0.0.1 - "GET / HTTP/1.1" 200', r'a\n127.0.0.1 - "GET / HTTP/1.1" 200'),
        ("a\r\nb\tc\0d", r"a\r\nb\tc\x00d"),
        ("\x1b[31mred\x07\x7f", r"\x1b[31mred\x07\x7f"),
        ("\x85 \x9b2J", r"\x85 \x9b2J"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("gnp.\u202eexe\u2066", r"gnp.\u202eexe\u2066"),
        ("\udcff\ud800", r"\udcff\ud800"),
        (r"C:\new", r"C:\new"),
    ],
)
def test_control_characters_are_written_out(text: str, escaped: str) -> None:
    assert escape_log(text) == escaped
    assert len(escape_log(text).splitlines()) == 1


def test_every_line_of_an_entry_has_the_id() -> None:
    assert log_entry("a\n  b\rc", "7f\n1") == "[7f\\n1] a\n[7f\\n1]   b\\rc"
