"""Body: it is never read beyond its end."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.errors import BrokenBody, TooLarge
from psp.http.body import Body


class Socket(BytesIO):
    """A stream that must not be asked for more than the body: that would hang."""

    def __init__(self, data: bytes, length: int, short: bool = False):
        super().__init__(data)
        self.left = length
        self.short = short

    def _check(self, size: int) -> None:
        assert 0 < size <= self.left, "read beyond the body"

    def read(self, size: int) -> bytes:
        self._check(size)
        data = super().read(1 if self.short else size)
        self.left -= len(data)
        return data

    def readline(self, size: int) -> bytes:
        self._check(size)
        data = super().readline(size)
        self.left -= len(data)
        return data


def body(data: bytes, length: int | None = None, **options: object) -> Body:
    length = len(data) if length is None else length
    return Body(Socket(data + b"NEXT REQUEST", length), length, **options)


def test_reading_in_pieces_and_to_the_end():
    b = body(b"one\ntwo\n")
    assert b.read(0) == b""
    assert b.read(5) == b"one\nt"
    assert b.remaining == 3
    assert b.read() == b"wo\n"
    assert b.read() == b.read(5) == b.readline() == b""
    assert b.readlines() == []


@pytest.mark.parametrize("size", [-1, None, 100])
def test_asking_for_more_than_there_is(size: int | None):
    assert body(b"abc").read(size) == b"abc"


def test_what_the_server_cannot_read_on_is_broken() -> None:
    class Gone:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError("by peer")

        readline = read

    for read in (Body.read, Body.readline):
        with pytest.raises(BrokenBody, match="cannot be read: by peer") as caught:
            read(Body(Gone(), 3))
        assert isinstance(caught.value, OSError)  # what pages of mod_python look for
        assert caught.value.status == 400


def test_lines():
    data = b"one\ntwo\r\n\nthree"
    assert body(data).readlines() == [b"one\n", b"two\r\n", b"\n", b"three"]
    b = body(data)
    assert b.readline() == b"one\n"
    assert b.readline(2) == b"tw"
    assert b.readline(99) == b"o\r\n"
    assert b.readlines(None) == [b"\n", b"three"]


def test_lines_up_to_a_hint():
    assert body(b"one\ntwo\nthree\nfour\n").readlines(4) == [b"one\n"]
    assert body(b"one\ntwo\nthree\n").readlines(5) == [b"one\n", b"two\n"]


def test_a_stream_that_gives_little_at_a_time():
    b = Body(Socket(b"abcdef", 6, short=True), 6)
    assert b.read(4) == b"abcd"
    assert b.read() == b"ef"


def test_a_body_of_unknown_length_is_empty_unless_it_ends_by_itself():
    assert Body(BytesIO(b"abc"), None).read() == b""
    assert not Body(BytesIO(b"abc"), None).has_end
    ended = Body(BytesIO(b"abc\nd" * 50_000), None, terminated=True)
    assert ended.has_end
    assert ended.readline() == b"abc\n"
    assert ended.read(5) == b"dabc\n"
    assert len(ended.read()) == 250_000 - 9
    assert not ended.is_cut
    assert Body(None, None).read() == b""


def test_a_cut_body_tells():
    b = Body(BytesIO(b"abc"), 10)
    assert b.read(3) == b"abc"
    assert not b.is_cut
    assert b.read() == b""
    assert b.is_cut
    assert b.remaining == 7


def test_discarding_reads_to_the_end():
    b = body(b"x" * 200_000)
    b.read(10)
    b.discard()
    assert b.remaining == 0
    assert not b.is_cut


def test_more_than_the_limit_is_too_large():
    with pytest.raises(TooLarge) as found:
        body(b"abcdef", limit=5).read(1)
    assert found.value.status == 413
    endless = Body(BytesIO(b"abcdef" * 100_000), None, terminated=True, limit=100_000)
    with pytest.raises(TooLarge):
        endless.read()
    assert endless.taken <= 100_000 + 64 * 1024
    assert body(b"abcde", limit=5).read() == b"abcde"


@given(st.binary(), st.lists(st.integers(-1, 20)), st.booleans())
def test_all_of_a_body_comes_in_order(data: bytes, sizes: list[int], lines: bool):
    b = body(data)
    got = b"".join((b.readline if lines else b.read)(size) for size in sizes)
    assert got + b.read() == data
