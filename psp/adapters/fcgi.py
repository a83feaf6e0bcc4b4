"""FastCGI 1.0 as a responder speaks it, without I/O.

One request at a time: a second one on the same connection is refused by the code that
the specification has for it (FCGI_CANT_MPX_CONN).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from ..errors import ProtocolError
from .cgivars import cgi_head
from .wire import HeaderPairs, Variables, Wire

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST = 1, 2, 3
PARAMS, STDIN, STDOUT, STDERR, DATA = 4, 5, 6, 7, 8
GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = 9, 10, 11

RESPONDER = 1
KEEP_CONN = 1
REQUEST_COMPLETE, CANT_MPX_CONN, UNKNOWN_ROLE = 0, 1, 3

_HEADER = struct.Struct("!BBHHBx")
_LONG = struct.Struct("!I")
_LARGEST = 65528  # of a record's content: a multiple of eight needs no padding


class Record(NamedTuple):
    """One record; ``request`` 0 is the connection itself."""

    type: int
    request: int
    content: bytes

    def encode(self) -> bytes:
        """The record as it is sent."""
        head = _HEADER.pack(1, self.type, self.request, len(self.content), 0)
        return head + self.content


class FastCGI(Wire):
    """A connection on which a web server speaks FastCGI."""

    def _clear(self) -> None:
        super()._clear()
        self._request = 0  # 0: none
        self._params = bytearray()

    @property
    def is_idle(self) -> bool:
        return not self._request and not self._came

    def _step(self) -> bool:
        came = self._came
        if len(came) < _HEADER.size:
            return False
        version, kind, request, length, padding = _HEADER.unpack_from(came)
        if version != 1:
            raise ProtocolError(f"FastCGI version {version}, not 1")
        end = _HEADER.size + length
        if len(came) < end + padding:
            return False
        record = Record(kind, request, bytes(came[_HEADER.size : end]))
        del came[: end + padding]
        self._take_record(record)
        return True

    def _take_record(self, record: Record) -> None:
        kind, request, content = record
        if request == 0:
            self._manage(kind, content)
        elif kind == BEGIN_REQUEST:
            self._begin(request, content)
        elif request != self._request:
            pass  # of a request that is over or was refused
        elif kind == PARAMS:
            self._take_params(content)
        elif kind == STDIN:
            self._take_body(content)
        elif kind == ABORT_REQUEST:
            self.aborted = self.ended = True
        elif kind != DATA:
            raise ProtocolError(f"a FastCGI record of type {kind}")

    def _manage(self, kind: int, content: bytes) -> None:
        """Answer a record about the connection itself."""
        if kind != GET_VALUES:
            body = bytes([kind]) + bytes(7)
            self.replies += Record(UNKNOWN_TYPE, 0, body).encode()
            return
        known = {"FCGI_MAX_CONNS": "1000", "FCGI_MAX_REQS": "1000"}
        known["FCGI_MPXS_CONNS"] = "0"
        asked = decode_pairs(content)
        body = encode_pairs({name: known[name] for name in asked if name in known})
        self.replies += Record(GET_VALUES_RESULT, 0, body).encode()

    def _begin(self, request: int, content: bytes) -> None:
        if len(content) != 8:
            raise ProtocolError(f"a FastCGI request begins with {len(content)} bytes")
        if request == self._request:
            raise ProtocolError(f"FastCGI request {request} begins twice")
        role, flags = struct.unpack_from("!HB", content)
        if self._request:
            self.replies += _end_record(request, CANT_MPX_CONN)
        elif role != RESPONDER:
            self.replies += _end_record(request, UNKNOWN_ROLE)
        else:
            self._request, self.keeps = request, bool(flags & KEEP_CONN)

    def _take_params(self, content: bytes) -> None:
        if self.variables is not None:
            raise ProtocolError("FastCGI parameters after their end")
        self._params += content
        if len(self._params) > self.limits.head_bytes:
            most = self.limits.head_bytes
            raise ProtocolError(f"FastCGI parameters of more than {most} bytes")
        if not content:
            self.variables = decode_pairs(bytes(self._params))
            self._params.clear()

    def _take_body(self, content: bytes) -> None:
        if self.variables is None:
            raise ProtocolError("a FastCGI body before the end of the parameters")
        self._body += content
        self.ended = self.ended or not content

    def head(self, status: str, headers: HeaderPairs) -> bytes:
        return self.data(cgi_head(status, headers))

    def data(self, data: bytes) -> bytes:
        return self._stream(STDOUT, data)

    def complaint(self, data: bytes) -> bytes | None:
        return self._stream(STDERR, data)

    def end(self) -> bytes:
        closing = Record(STDOUT, self._request, b"").encode()
        return closing + _end_record(self._request, REQUEST_COMPLETE)

    def _stream(self, kind: int, data: bytes) -> bytes:
        """*data* in records; an empty one would be the end of the stream."""
        pieces = (data[at : at + _LARGEST] for at in range(0, len(data), _LARGEST))
        return b"".join(Record(kind, self._request, p).encode() for p in pieces)


def _end_record(request: int, code: int) -> bytes:
    return Record(END_REQUEST, request, struct.pack("!IBxxx", 0, code)).encode()


def decode_pairs(data: bytes) -> Variables:
    """Names and values; ProtocolError where a length leads past the end.

    Of a name that repeats the first counts: the others are header fields whose names
    are spelt like it with underscores.
    """
    pairs: Variables = {}
    at = 0
    while at < len(data):
        name_length, at = _length(data, at)
        value_length, at = _length(data, at)
        middle, end = at + name_length, at + name_length + value_length
        if end > len(data):
            raise ProtocolError("a FastCGI parameter longer than what came")
        pairs.setdefault(
            data[at:middle].decode("latin-1"), data[middle:end].decode("latin-1")
        )
        at = end
    return pairs


def _length(data: bytes, at: int) -> tuple[int, int]:
    """The length at *at*, in one byte or four, and where it ends."""
    if at < len(data) and data[at] < 128:
        return data[at], at + 1
    if at + 4 > len(data):
        raise ProtocolError("a FastCGI parameter without its length")
    return _LONG.unpack_from(data, at)[0] & 0x7FFFFFFF, at + 4


def encode_pairs(pairs: Variables) -> bytes:
    """Names and values as FastCGI has them."""
    parts = []
    for pair in pairs.items():
        texts = [text.encode("latin-1") for text in pair]
        parts += [_encode_length(len(text)) for text in texts] + texts
    return b"".join(parts)


def _encode_length(length: int) -> bytes:
    return bytes([length]) if length < 128 else _LONG.pack(length | 0x80000000)
