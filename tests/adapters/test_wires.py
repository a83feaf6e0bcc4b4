"""FastCGI, SCGI and AJP without sockets: what is decoded, refused, answered."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.adapters.ajp import AJP
from psp.adapters.fcgi import FastCGI, Record, decode_pairs, encode_pairs
from psp.adapters.scgi import SCGI
from psp.adapters.wire import Wire, WireLimits
from psp.errors import ProtocolError

from .webserver import (
    ajp_body,
    ajp_packet,
    ajp_packets,
    ajp_reply,
    ajp_request,
    ajp_string,
    cgi_reply,
    fcgi_records,
    fcgi_reply,
    fcgi_request,
    scgi_request,
)

VARIABLES = {"REQUEST_METHOD": "POST", "PATH_INFO": "/caf\xc3\xa9", "LONG": "x" * 200}
BODY = bytes(range(256)) * 3
LENGTH = [("Content-Length", str(len(BODY)))]
WIRES: dict[str, tuple[Callable[[], Wire], bytes]] = {
    "fcgi": (FastCGI, fcgi_request(VARIABLES, BODY)),
    "scgi": (SCGI, scgi_request(VARIABLES, BODY)),
    "ajp": (AJP, ajp_request("/caf%C3%A9", LENGTH, 4) + ajp_body(BODY)),
}
wires = pytest.mark.parametrize("name", WIRES)


@wires
def test_every_way_of_cutting_a_request_gives_the_same(name: str) -> None:
    make, request = WIRES[name]
    for at in range(len(request) + 1):
        wire = make()
        wire.feed(request[:at])
        assert wire.ended == (at == len(request))
        wire.feed(request[at:])
        assert wire.variables and wire.variables["PATH_INFO"] == "/caf\xc3\xa9"
        assert wire.variables["REQUEST_METHOD"] == "POST"
        assert (wire.take(10_000), wire.ended) == (BODY, True)


@wires
def test_a_byte_at_a_time(name: str) -> None:
    make, request = WIRES[name]
    wire, body = make(), b""
    for at in range(len(request)):
        assert not wire.ended
        wire.feed(request[at : at + 1])
        body += wire.take(1000)
    assert wire.ended and body == BODY


@wires
@given(data=st.data())
def test_garbage_is_refused_or_waited_for(name: str, data: st.DataObject) -> None:
    make, request = WIRES[name]
    at = data.draw(st.integers(0, len(request)))
    wire = make()
    try:
        wire.feed(request[:at] + data.draw(st.binary(max_size=200)) + request[at:])
    except ProtocolError as error:
        assert str(error)


@given(
    st.dictionaries(
        st.text(st.characters(max_codepoint=255), max_size=200),
        st.text(st.characters(max_codepoint=255), max_size=200),
    )
)
def test_pairs_come_back(pairs: dict[str, str]) -> None:
    assert decode_pairs(encode_pairs(pairs)) == pairs


HEADERS = [("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


def answered(wire: Wire, body: bytes) -> bytes:
    return wire.head("404 Nowhere", HEADERS) + wire.data(body) + wire.end()


@pytest.mark.parametrize("size", [0, 1, 8184, 8185, 70_000])
def test_answers_come_in_pieces_that_fit(size: int) -> None:
    body = b"x" * size
    fcgi, scgi, ajp = FastCGI(), SCGI(), AJP()
    fcgi.feed(fcgi_request({}))
    assert fcgi_reply(answered(fcgi, body)) == ("404 Nowhere", HEADERS, body)
    assert cgi_reply(answered(scgi, body)) == ("404 Nowhere", HEADERS, body)
    status, headers, whole = ajp_reply(answered(ajp, body))
    assert (status, whole) == ("404 Nowhere", body)
    assert [name for name, _ in headers] == ["0xa001", "0xa007", "0xa007"]
    assert all(len(m) <= 8188 for m in ajp_packets(answered(ajp, body)))


# FastCGI


def fed(data: bytes, wire: Wire | None = None) -> Wire:
    wire = wire or FastCGI()
    wire.feed(data)
    return wire


def replies(wire: Wire) -> list[Record]:
    return fcgi_records(bytes(wire.replies))


def test_an_answer_ends_with_an_empty_record_and_a_code() -> None:
    wire = fed(fcgi_request({}, number=7))
    *_, last, end = fcgi_records(wire.head("200 OK", []) + wire.end())
    assert last == Record(6, 7, b"")
    assert end == Record(3, 7, bytes(8))


def test_padding_is_skipped() -> None:
    record = struct.pack("!BBHHBx", 1, 1, 1, 8, 3) + struct.pack("!HB5x", 1, 1) + b"###"
    wire = fed(record + fcgi_request({"A": "b"})[16:])
    assert wire.variables == {"A": "b"} and wire.keeps


def test_parameters_may_be_cut_anywhere() -> None:
    pairs = encode_pairs({"NAME": "v" * 300})
    for at in range(1, len(pairs)):
        records = [Record(1, 1, struct.pack("!HB5x", 1, 0))]
        records += [Record(4, 1, piece) for piece in (pairs[:at], pairs[at:], b"")]
        wire = fed(b"".join(record.encode() for record in records))
        assert wire.variables == {"NAME": "v" * 300}


def test_a_second_request_is_refused_and_the_first_goes_on() -> None:
    first, second = fcgi_request({"A": "1"}, b"body"), fcgi_request({}, number=2)
    wire = fed(first[:-8])
    wire.feed(second)
    assert replies(wire) == [Record(3, 2, b"\0\0\0\0\1\0\0\0")]  # FCGI_CANT_MPX_CONN
    wire.feed(first[-8:])
    assert (wire.variables, wire.take(9), wire.ended) == ({"A": "1"}, b"body", True)


def test_a_kept_connection_carries_one_request_after_the_other() -> None:
    wire = fed(fcgi_request({"A": "1"}, b"one", keep=True))
    assert wire.keeps
    wire.again()
    assert wire.is_idle
    wire.feed(fcgi_request({"A": "2"}, b"two", keep=True))
    assert (wire.variables, wire.take(9)) == ({"A": "2"}, b"two")


def test_values_are_told() -> None:
    wire = fed(
        Record(9, 0, encode_pairs({"FCGI_MPXS_CONNS": "", "OTHER": ""})).encode()
    )
    assert replies(wire) == [Record(10, 0, encode_pairs({"FCGI_MPXS_CONNS": "0"}))]
    assert wire.is_idle


def test_unknown_management_records_are_answered() -> None:
    assert replies(fed(Record(99, 0, b"x").encode())) == [
        Record(11, 0, b"c" + bytes(7))
    ]


def test_other_roles_are_refused() -> None:
    wire = fed(Record(1, 1, struct.pack("!HB5x", 2, 0)).encode())
    assert replies(wire) == [Record(3, 1, b"\0\0\0\0\3\0\0\0")]  # FCGI_UNKNOWN_ROLE


def test_an_abort_ends_the_request() -> None:
    wire = fed(fcgi_request({}, b"body")[:-8])
    wire.feed(Record(2, 9, b"").encode())
    assert not wire.aborted  # of another request
    wire.feed(Record(2, 1, b"").encode())
    assert wire.aborted and wire.ended


def test_complaints_go_to_the_log_of_the_web_server() -> None:
    line = fed(fcgi_request({})).complaint(b"oh")
    assert line and fcgi_records(line) == [Record(7, 1, b"oh")]
    assert SCGI().complaint(b"oh") is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x02" + bytes(7),
        Record(1, 1, b"short").encode(),
        fcgi_request({})[:16] * 2,
        fcgi_request({})[:16] + Record(5, 1, b"early").encode(),
        fcgi_request({})[:16] + Record(4, 1, b"\x05\x05ab").encode() * 2,
        fcgi_request({})[:16] + Record(4, 1, b"\x80").encode() + b"\1\4\0\1" + bytes(4),
        fcgi_request({}) + Record(4, 1, b"late").encode(),
        fcgi_request({}) + Record(77, 1, b"").encode(),
    ],
)
def test_what_is_not_fastcgi(data: bytes) -> None:
    wire = FastCGI()
    with pytest.raises(ProtocolError):
        wire.feed(data)
        wire.feed(Record(4, 1, b"").encode())


def test_too_many_variables() -> None:
    limits = WireLimits(head_bytes=100)
    with pytest.raises(ProtocolError, match="more than 100 bytes"):
        FastCGI(limits).feed(fcgi_request({"A": "x" * 100}))
    with pytest.raises(ProtocolError, match="SCGI variables of 1"):
        SCGI(limits).feed(scgi_request({"A": "x" * 100}))


# SCGI


@pytest.mark.parametrize(
    "data",
    [
        b":",
        b"x",
        b"-1:,",
        b"1234567890",
        b"3:SCG,",
        b"7:SCGI\x001\0;",
        b"7:SCGI\x002\0,",
        b"10:SCGI\x001\0AB\0,",
        scgi_request({"CONTENT_LENGTH": "-1"}),
        scgi_request({"CONTENT_LENGTH": "\xb2"}),
    ],
)
def test_what_is_not_scgi(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        SCGI().feed(data)


def test_nothing_after_the_body_counts() -> None:
    wire = fed(scgi_request({}, b"body") + b"more", SCGI())
    assert (wire.take(99), wire.ended, wire.keeps) == (b"body", True, False)


def test_the_first_of_two_variables_counts() -> None:
    wire = fed(scgi_request({"A": "1\0A\x002"}), SCGI())
    assert wire.variables and wire.variables["A"] == "1"


# AJP


def ajp(data: bytes, secret: str = "") -> AJP:
    wire = AJP(secret=secret)
    wire.feed(data)
    return wire


def attribute(code: int, text: str) -> bytes:
    return bytes([code]) + ajp_string(text)


def test_the_path_is_decoded_once() -> None:
    wire = ajp(ajp_request("/a%2520b", attributes=attribute(5, "q=%20")))
    assert wire.variables
    assert wire.variables["PATH_INFO"] == "/a%20b"
    assert wire.variables["REQUEST_URI"] == "/a%2520b?q=%20"
    assert wire.variables["QUERY_STRING"] == "q=%20"
    assert wire.ended


def test_headers_keep_their_spelling_and_underscores_set_nothing() -> None:
    headers = [("X-A-B", "1"), ("X_A_B", "2"), ("cookie", "a"), ("Cookie", "b")]
    wire = ajp(ajp_request(headers=headers))
    assert wire.headers == headers and wire.variables
    assert wire.variables["HTTP_X_A_B"] == "1"
    assert wire.variables["HTTP_COOKIE"] == "a, b"


def test_names_of_headers_may_be_numbers() -> None:
    plain = ajp_request(headers=[("Host", "h")])
    coded = plain.replace(ajp_string("Host"), b"\xa0\x0b")
    coded = ajp_packet(coded[4:])
    assert ajp(coded).headers == [("Host", "h")]
    with pytest.raises(ProtocolError, match="header of number 0xa0ff"):
        ajp(ajp_packet(coded[4:].replace(b"\xa0\x0b", b"\xa0\xff")))


def test_attributes() -> None:
    port = bytes([10]) + ajp_string("AJP_REMOTE_PORT") + ajp_string("4711")
    other = bytes([10]) + ajp_string("PATH_INFO") + ajp_string("/etc/passwd")
    size = b"\x0b\x01\x00"
    user = attribute(3, "ada")
    method = attribute(13, "PATCH")
    wire = ajp(ajp_request(method=255, attributes=port + other + size + user + method))
    assert wire.variables
    assert wire.variables["REMOTE_PORT"] == "4711"
    assert wire.variables["PATH_INFO"] == "/"
    assert wire.variables["REMOTE_USER"] == "ada"
    assert wire.variables["REQUEST_METHOD"] == "PATCH"


def test_the_body_is_asked_for_piece_by_piece() -> None:
    wire = ajp(ajp_request(headers=[("Content-Length", "9000")], method=4))
    assert wire.ask() == b""  # the first piece comes by itself
    wire.feed(ajp_body(b"x" * 8000))
    assert not wire.ended
    assert ajp_packets(wire.ask()) == [b"\x06" + struct.pack("!H", 1000)]
    assert wire.ask() == b""
    wire.feed(ajp_body(b"y" * 1000))
    assert (wire.ended, len(wire.take(10_000))) == (True, 9000)


def test_a_chunked_body_ends_with_an_empty_packet() -> None:
    wire = ajp(ajp_request(headers=[("Transfer-Encoding", "chunked")], method=4))
    assert ajp_packets(wire.ask()) == [b"\x06" + struct.pack("!H", 8186)]
    wire.feed(ajp_body(b"one"))
    assert wire.ask()
    wire.feed(ajp_body(b""))
    assert (wire.take(9), wire.ended) == (b"one", True)


def test_a_connection_with_a_piece_on_its_way_is_not_kept() -> None:
    wire = ajp(ajp_request(headers=[("Content-Length", "9")], method=4))
    assert (ajp_packets(wire.end()), wire.keeps) == ([b"\x05\x00"], False)
    wire = ajp(ajp_request())
    assert (ajp_packets(wire.end()), wire.keeps) == ([b"\x05\x01"], True)


def test_a_ping_is_answered() -> None:
    wire = ajp(ajp_packet(b"\x0a"))
    assert ajp_packets(bytes(wire.replies)) == [b"\x09"] and wire.is_idle


@pytest.mark.parametrize("sent", ["", "wrong", "s\xe9cret"])
def test_without_the_secret_a_request_is_refused(sent: str) -> None:
    wire = ajp(ajp_request(attributes=attribute(12, sent)), "secret")
    assert wire.is_refused


def test_with_the_secret_it_is_not() -> None:
    wire = ajp(ajp_request(attributes=attribute(12, "secret")), "secret")
    assert not wire.is_refused and wire.variables
    assert "secret" not in wire.variables.values()


def test_headers_that_do_not_fit_are_an_error_of_the_page() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        AJP().head("200 OK", [("X", "x" * 9000)])


@pytest.mark.parametrize(
    "data",
    [
        b"AB\0\0",
        ajp_packet(b""),
        ajp_packet(b"\x07"),
        ajp_packet(b"\x02\x02\0"),
        b"\x12\x34\xff\xff",
        ajp_request() * 2,
        ajp_request(headers=[("Content-Length", "-1")]),
        ajp_request(headers=LENGTH) + ajp_packet(b"\0\1"),
    ],
)
def test_what_is_not_ajp(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        AJP().feed(data)
