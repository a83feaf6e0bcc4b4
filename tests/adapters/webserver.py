"""The other side of the gateway protocols: what a web server sends, and understands."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from psp.adapters.fcgi import Record, encode_pairs

Headers = list[tuple[str, str]]


class Reply(NamedTuple):
    """An answer as the web server understands it."""

    status: str
    headers: Headers
    body: bytes


def cgi_reply(data: bytes) -> Reply:
    """The answer that *data*, as CGI has it, is."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")]
    (_, status), *headers = [(name, value) for name, value in lines]
    return Reply(status, headers, body)


def fcgi_request(
    variables: dict[str, str], body: bytes = b"", number: int = 1, keep: bool = False
) -> bytes:
    """A request in records."""
    begin = struct.pack("!HB5x", 1, keep)
    records = [Record(1, number, begin)]
    records += [Record(4, number, encode_pairs(variables))] if variables else []
    records.append(Record(4, number, b""))
    pieces = [body[at : at + 60000] for at in range(0, len(body), 60000)]
    records += [Record(5, number, data) for data in (*pieces, b"")]
    return b"".join(record.encode() for record in records)


def fcgi_records(data: bytes) -> list[Record]:
    """The records in *data*."""
    records = []
    while data:
        _, kind, number, length, padding = struct.unpack_from("!BBHHBx", data)
        records.append(Record(kind, number, data[8 : 8 + length]))
        data = data[8 + length + padding :]
    return records


def fcgi_reply(data: bytes) -> Reply:
    """The answer in the records of *data*."""
    return cgi_reply(b"".join(r.content for r in fcgi_records(data) if r.type == 6))


def scgi_request(variables: dict[str, str], body: bytes = b"") -> bytes:
    """A request with its netstring."""
    pairs = {"CONTENT_LENGTH": str(len(body)), "SCGI": "1", **variables}
    text = "".join(f"{name}\0{value}\0" for name, value in pairs.items())
    data = text.encode("latin-1")
    return b"%d:%s," % (len(data), data) + body


def ajp_string(text: str | None) -> bytes:
    """A string as AJP has it."""
    if text is None:
        return b"\xff\xff"
    data = text.encode("latin-1")
    return struct.pack("!H", len(data)) + data + b"\0"


def ajp_packet(message: bytes) -> bytes:
    """A packet of the web server."""
    return b"\x12\x34" + struct.pack("!H", len(message)) + message


def ajp_request(
    uri: str = "/",
    headers: Sequence[tuple[str, str]] = (),
    method: int = 2,
    attributes: bytes = b"",
) -> bytes:
    """A forwarded request, without its body; header names are sent as text."""
    texts = ["HTTP/1.1", uri, "192.0.2.7", None, "example.org"]
    message = bytes([2, method]) + b"".join(map(ajp_string, texts))
    message += struct.pack("!HBH", 80, 0, len(headers))
    message += b"".join(ajp_string(text) for pair in headers for text in pair)
    return ajp_packet(message + attributes + b"\xff")


def ajp_body(data: bytes) -> bytes:
    """A piece of the body; nothing is its end."""
    return ajp_packet(struct.pack("!H", len(data)) + data if data else b"")


def ajp_packets(data: bytes) -> list[bytes]:
    """The messages that an application has sent."""
    messages = []
    while data:
        assert data[:2] == b"AB"
        end = 4 + int.from_bytes(data[2:4])
        messages.append(data[4:end])
        data = data[end:]
    return messages


def ajp_reply(data: bytes) -> Reply:
    """The answer in the packets of *data*; coded header names are left as numbers."""
    status, headers, body = "", [], b""
    for message in ajp_packets(data):
        if message[0] == 4:
            status, headers = _ajp_head(message)
        elif message[0] == 3:
            body += message[3 : 3 + int.from_bytes(message[1:3])]
    return Reply(status, headers, body)


def _ajp_head(message: bytes) -> tuple[str, Headers]:
    number = int.from_bytes(message[1:3])
    at = 3

    def string() -> str:
        nonlocal at
        length = int.from_bytes(message[at : at + 2])
        if length >> 8 == 0xA0:
            at += 2
            return f"{length:#x}"
        text = message[at + 2 : at + 2 + length].decode("latin-1")
        at += length + 3
        return text

    reason = string()
    count = int.from_bytes(message[at : at + 2])
    at += 2
    return f"{number} {reason}", [(string(), string()) for _ in range(count)]
