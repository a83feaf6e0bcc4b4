"""Line ends of a page file, and the places between them."""

from __future__ import annotations

import pytest

from psp.source import Source


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\r\r\nb", "a\nb"),
        ("a\r\r\r\nb", "a\n\nb"),
        ("a\r\r\r\r\nb", "a\n\n\nb"),
        ("a\n\r\nb\r", "a\n\nb\n"),
    ],
)
def test_lines_end_as_mod_python_and_python_read_them(text: str, lines: str) -> None:
    source = Source(text)
    assert source.text == lines
    assert len(source.starts) == lines.count("\n") + 1
