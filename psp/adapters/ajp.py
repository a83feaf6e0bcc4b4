"""AJP 1.3 as Apache's mod_proxy_ajp and mod_jk speak it, without I/O.

The path arrives as the visitor sent it and is decoded here, once; the body comes in
packets that have to be asked for, but for the first one of a body of known length.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from ..errors import ProtocolError
from .ajpcodes import ANSWER_HEADERS, METHODS, REQUEST_HEADERS, VARIABLES
from .wire import DEFAULT_LIMITS, HeaderPairs, Variables, Wire, WireLimits

FORWARD_REQUEST, PING = 2, 10
SEND_BODY_CHUNK, SEND_HEADERS, END_RESPONSE, GET_BODY_CHUNK, PONG = 3, 4, 5, 6, 9
_STORED_METHOD, _REQUEST_ATTRIBUTE, _SSL_KEY_SIZE, _SECRET = 0x0D, 0x0A, 0x0B, 0x0C
_END = 0xFF
_LENGTHLESS = 0xFFFF  # of a string that is none
_CODED = 0xA0  # of a header name that is a number
_FRAME = 4  # bytes in front of every packet


class AJP(Wire):
    """A connection on which a web server speaks AJP.

    With a *secret* a request that does not bring it along is ``is_refused``.
    """

    def __init__(self, limits: WireLimits = DEFAULT_LIMITS, secret: str = ""):
        self._secret = secret.encode()
        super().__init__(limits)
        self.keeps = True

    def _clear(self) -> None:
        super()._clear()
        self.is_refused = False
        self._due = 0  # packets of the body that are on their way
        self._left: int | None = 0  # bytes of the body to come; None: nobody knows

    def _step(self) -> bool:
        came = self._came
        if len(came) < _FRAME:
            return False
        if came[:2] != b"\x12\x34":
            raise ProtocolError("an AJP packet that begins with other bytes than 12 34")
        length = int.from_bytes(came[2:4])
        if length > self.limits.packet - _FRAME:
            raise ProtocolError(f"an AJP packet of {length} bytes")
        if len(came) < _FRAME + length:
            return False
        content = bytes(came[_FRAME : _FRAME + length])
        del came[: _FRAME + length]
        if self._due:
            self._take_body(content)
        else:
            self._take_message(content)
        return True

    def _take_message(self, content: bytes) -> None:
        if content[:1] == bytes([PING]):
            self.replies += _packet(bytes([PONG]))
        elif content[:1] != bytes([FORWARD_REQUEST]):
            raise ProtocolError(f"an AJP packet that begins with {content[:1]!r}")
        elif self.variables is not None:
            raise ProtocolError("an AJP request before the answer to the one before")
        else:
            self._begin(_Reader(content))

    def _begin(self, reader: _Reader) -> None:
        """Take the request in *reader*; its body may be on its way."""
        self.variables, self.headers, secret = read_request(reader)
        self.is_refused = bool(self._secret) and not hmac.compare_digest(
            secret.encode("latin-1"), self._secret
        )
        self._left = _body_length(self.headers)
        self._due = 1 if self._left else 0
        self.ended = self._left == 0

    def _take_body(self, content: bytes) -> None:
        self._due -= 1
        data = content[2:]
        if content and int.from_bytes(content[:2]) != len(data):
            raise ProtocolError("a piece of an AJP body that is longer than it says")
        self._body += data
        if self._left is not None:
            self._left -= len(data)
        self.ended = not data or (self._left is not None and self._left <= 0)

    def ask(self) -> bytes:
        if self.ended or self._due:
            return b""
        self._due = 1
        most = self.limits.packet - _FRAME - 2
        size = most if self._left is None else min(most, self._left)
        return _packet(struct.pack("!BH", GET_BODY_CHUNK, size))

    def head(self, status: str, headers: HeaderPairs) -> bytes:
        number, _, reason = status.partition(" ")
        parts = [struct.pack("!BH", SEND_HEADERS, int(number)), _string(reason)]
        parts.append(struct.pack("!H", len(headers)))
        for name, value in headers:
            code = ANSWER_HEADERS.get(name.lower())
            parts.append(_string(name) if code is None else struct.pack("!H", code))
            parts.append(_string(value))
        message = b"".join(parts)
        if len(message) > self.limits.packet - _FRAME:
            raise ValueError(f"headers of {len(message)} bytes do not fit in a packet")
        return _packet(message)

    def data(self, data: bytes) -> bytes:
        largest = self.limits.packet - _FRAME - 4
        pieces = (data[at : at + largest] for at in range(0, len(data), largest))
        return b"".join(
            _packet(struct.pack("!BH", SEND_BODY_CHUNK, len(piece)) + piece + b"\0")
            for piece in pieces
        )

    def end(self) -> bytes:
        self.keeps = not self._due  # a piece of this body would be the next request
        return _packet(bytes([END_RESPONSE, self.keeps]))


class _Reader:
    """Reads the fields of one packet; ProtocolError where it ends too early."""

    def __init__(self, content: bytes):
        self._content = content
        self._at = 1  # behind the code of the message

    def _read(self, size: int) -> bytes:
        start, self._at = self._at, self._at + size
        if self._at > len(self._content):
            raise ProtocolError("an AJP request that ends too early")
        return self._content[start : self._at]

    def byte(self) -> int:
        return self._read(1)[0]

    def number(self) -> int:
        return int.from_bytes(self._read(2))

    def string(self) -> str:
        length = self.number()
        return "" if length == _LENGTHLESS else self._read(length + 1)[:-1].decode("l1")

    def header_name(self) -> str:
        if self._content[self._at : self._at + 1] != bytes([_CODED]):
            return self.string()
        code = self.number()
        if code not in REQUEST_HEADERS:
            raise ProtocolError(f"an AJP header of number {code:#x}")
        return REQUEST_HEADERS[code]


def read_request(reader: _Reader) -> tuple[Variables, HeaderPairs, str]:
    """Variables, header fields, and the secret of a request."""
    method = reader.byte()
    fields = [reader.string() for _ in range(5)]
    protocol, uri, address, host, server = fields
    port, secure = reader.number(), reader.byte()
    headers = [(reader.header_name(), reader.string()) for _ in range(reader.number())]
    attributes = dict(_attributes(reader))
    query = attributes.pop("QUERY_STRING", "")
    variables = {
        "REQUEST_METHOD": attributes.pop("stored_method", METHODS.get(method, "")),
        "SERVER_PROTOCOL": protocol,
        "REQUEST_URI": f"{uri}?{query}" if query else uri,
        "PATH_INFO": unquote_to_bytes(uri).decode("latin-1"),
        "QUERY_STRING": query,
        "REMOTE_ADDR": address,
        "REMOTE_HOST": host,
        "SERVER_NAME": server,
        "SERVER_PORT": str(port),
        **({"HTTPS": "on"} if secure else {}),
    }
    secret = attributes.pop("secret", "")
    return variables | header_variables(headers) | attributes, headers, secret


def _attributes(reader: _Reader) -> list[tuple[str, str]]:
    """The attributes of a request that mean something here."""
    found = []
    while (code := reader.byte()) != _END:
        read: Callable[[], object] = reader.string
        if code == _SSL_KEY_SIZE:
            read = reader.number
        name = VARIABLES.get(code, "")
        if code == _REQUEST_ATTRIBUTE:  # of any name: only those known are believed
            name = {"AJP_REMOTE_PORT": "REMOTE_PORT"}.get(reader.string(), "")
        value = str(read())
        if name:
            found.append((name, value))
    return found


def header_variables(headers: HeaderPairs) -> Variables:
    """*headers* as variables; a name with underscores would pass for another one's."""
    variables: Variables = {}
    for name, value in headers:
        key = name.upper().replace("-", "_")
        if "_" in name:
            continue
        if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            variables[key] = value
        else:
            known = variables.get(f"HTTP_{key}")
            value = value if known is None else f"{known}, {value}"
            variables[f"HTTP_{key}"] = value
    return variables


def _body_length(headers: HeaderPairs) -> int | None:
    """How long the body is; None where it comes in chunks."""
    found = {name.lower(): value for name, value in headers}
    if "transfer-encoding" in found:
        return None
    length = found.get("content-length", "0")
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise ProtocolError("an AJP request whose Content-Length is no number")
    return int(length)


def _packet(message: bytes) -> bytes:
    return b"AB" + struct.pack("!H", len(message)) + message


def _string(text: str) -> bytes:
    data = text.encode("latin-1")
    return struct.pack("!H", len(data)) + data + b"\0"
