"""Output: what a page writes, kept back or sent on."""

from __future__ import annotations

import pytest

from psp.runtime.output import Output


def test_keeps_order_of_text_and_bytes() -> None:
    output = Output()
    output.write("a")
    output.parts.append("é")
    output.write(b"\xff")
    assert output.text() == "aé\udcff"
    assert output.body() == b"a\xc3\xa9\xff"
    assert output.body() == b""


def test_text_between_bytes() -> None:
    output = Output()
    for piece in ("a", "ä", b"\xc3\xb6", b"o", "", "b", "c", b"x"):
        output.write(piece)
    assert output.text() == "aäöobcx"
    assert output.body() == "aäöobcx".encode()


def test_sends_by_itself_past_the_buffer_and_not_before() -> None:
    sent: list[bytes] = []
    output = Output(sent.append, buffer=10_000)
    output.write("x" * 9_000)
    output.settle()
    assert not sent and not output.sent
    output.write("y" * 5_000)
    assert sent == [b"x" * 9_000 + b"y" * 5_000] and output.sent


def test_many_small_pieces_are_sent_too() -> None:
    sent: list[bytes] = []
    output = Output(sent.append, buffer=1_000)
    for _ in range(5_000):
        output.write("ab")
    assert sent and len(b"".join(sent) + output.body()) == 10_000


def test_without_a_buffer_every_write_is_sent() -> None:
    sent: list[bytes] = []
    output = Output(sent.append, buffer=0)
    output.write("a")
    output.write("b")
    assert sent == [b"a", b"b"]


def test_flush_sends_even_nothing() -> None:
    sent: list[bytes] = []
    output = Output(sent.append)
    output.flush()
    assert sent == [b""] and output.sent


def test_without_anybody_listening_flush_keeps() -> None:
    output = Output()
    output.write("a")
    output.flush()
    assert output.text() == "a" and not output.sent


def test_reset_drops_what_waits() -> None:
    output = Output(lambda data: None)
    output.write("a" * 5_000)
    output.settle()
    output.write("b")
    output.reset()
    output.write("c")
    assert output.body() == b"c"


def test_captures_nest_and_hold_back_flushes() -> None:
    sent: list[bytes] = []
    output = Output(sent.append, buffer=0)
    output.begin()
    output.write("a")
    output.begin()
    output.write("b")
    output.flush()
    assert output.end() == "b"
    output.write("c")
    output.reset()
    output.write("d")
    assert output.end() == "d"
    assert not sent
    output.write("e")
    assert sent == [b"e"]


def test_unwind_forgets_captures_that_were_left_open() -> None:
    output = Output()
    output.begin()
    output.write("a")
    output.unwind(0)
    assert output.depth == 0 and output.text() == "a"


def test_refuses_lone_surrogates_that_no_source_made() -> None:
    output = Output()
    output.write("\ud800")
    with pytest.raises(UnicodeEncodeError):
        output.body()


def test_what_stands_before_a_lone_surrogate_is_kept() -> None:
    output = Output()
    for piece in ("a", b"b", "é", "x\ud800", "later"):
        output.write(piece)
    with pytest.raises(UnicodeEncodeError, match="position 1"):
        output.body()
    assert output.body() == "abé".encode()
