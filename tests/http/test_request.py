"""Request: what adapters hand over."""

from __future__ import annotations

from io import BytesIO

import pytest

from psp.errors import HTTPError, TooLarge
from psp.http.headers import Headers
from psp.http.limits import Limits
from psp.http.request import Request, host_name, parse_content_length


@pytest.mark.parametrize(
    ("text", "length"), [(None, None), ("", None), ("0", 0), ("007", 7), ("12", 12)]
)
def test_a_content_length(text: str | None, length: int | None):
    assert parse_content_length(text) == length


@pytest.mark.parametrize("text", ["abc", "-1", "+1", "1 ", "1_0", "٣", "1,1", "9" * 19])
def test_a_content_length_that_is_none(text: str):
    with pytest.raises(HTTPError) as found:
        parse_content_length(text)
    assert found.value.status == 400


def test_headers_are_made_when_they_are_asked_for():
    made = []

    def make() -> Headers:
        made.append(1)
        return Headers({"X": "1"})

    request = Request(headers=make)
    assert not made
    assert request.headers is request.headers
    assert request.headers["x"] == "1"
    assert made == [1]
    assert Request().headers.items() == []


def test_a_body_is_made_once_and_has_the_limits_of_the_request():
    request = Request(stream=BytesIO(b"abc"), content_length=3)
    assert request.body.read(1) + request.body.read() == b"abc"
    request = Request(
        stream=BytesIO(b"abc"), content_length=3, limits=Limits(body_bytes=2)
    )
    with pytest.raises(TooLarge):
        request.body.read()


def test_cookies():
    request = Request(headers=Headers({"Cookie": "a=1; b=2"}))
    assert request.cookies == {"a": "1", "b": "2"}
    request = Request(headers=Headers({"Cookie": "a=1; b=2"}), limits=Limits(cookies=1))
    with pytest.raises(TooLarge):
        _ = request.cookies


@pytest.mark.parametrize(
    ("header", "host", "name"),
    [
        ("psp.test", "psp.test", "psp.test"),
        ("psp.test:8080", "psp.test:8080", "psp.test"),
        ("[::1]:80", "[::1]:80", "[::1]"),
        ("127.0.0.1:", "127.0.0.1:", "127.0.0.1"),
        ('evil"><script>', "own:8000", "own"),
        ("a b", "own:8000", "own"),
        ("a/b", "own:8000", "own"),
        ("a@b", "own:8000", "own"),
        ("a:port", "own:8000", "own"),
        ("münchen.test", "own:8000", "own"),
        ("", "own:8000", "own"),
    ],
)
def test_the_host(header: str, host: str, name: str):
    request = Request(
        headers=Headers({"Host": header}), server_name="own", server_port=8000
    )
    assert request.host == host
    assert host_name(request.host) == name


def test_the_host_leaves_out_the_usual_port():
    assert Request(server_name="own", server_port=80).host == "own"
    https = Request(server_name="own", server_port=443, scheme="https")
    assert https.host == "own"
    assert Request(server_name="own", server_port=443).host == "own:443"


def test_the_uri_is_as_sent_or_as_near_as_can_be():
    assert Request(path="/a", raw_uri="/%61?x").uri == "/%61?x"
    request = Request(script_name="/app", path="/ü b?", query="x=1")
    assert request.uri == "/app/%C3%BC%20b%3F?x=1"
    assert Request(path="/bad\udcff").uri == "/bad%3F"
