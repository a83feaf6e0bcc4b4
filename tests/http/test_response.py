"""Response: status and headers on the wire."""

from __future__ import annotations

import pytest

from psp.http.fields import StringField
from psp.http.response import Response


def names(response: Response, length: int | None = None) -> list[str]:
    return [name for name, _ in response.header_list(length)]


def test_a_plain_response():
    response = Response()
    assert response.status_line() == "200 OK"
    assert response.header_list(5) == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", "5"),
    ]
    assert response.header_list() == [("Content-Type", "text/html; charset=utf-8")]


@pytest.mark.parametrize(
    ("status", "line"),
    [(404, "404 Not Found"), (303, "303 See Other"), (777, "777 Unknown")],
)
def test_status_lines(status: int, line: str):
    response = Response()
    response.status = status
    assert response.status_line() == line


@pytest.mark.parametrize("status", ["404", None, 4.5])
def test_a_status_is_a_number(status: object):
    with pytest.raises(TypeError):
        Response().status = status


@pytest.mark.parametrize("status", [0, 99, 100, 199, 1000, -404, True])
def test_a_status_is_that_of_a_response(status: int):
    response = Response()
    with pytest.raises(ValueError, match="not the status"):
        response.status = status
    assert response.status == 200


def test_a_reason_counts_for_its_status_only():
    response = Response()
    response.status = 404
    response.reason = "Gone Fishing"
    assert response.status_line() == "404 Gone Fishing"
    response.status = 500
    assert response.reason is None
    assert response.status_line() == "500 Internal Server Error"
    response.line = "500 Ouch"
    assert response.reason == "Ouch"
    assert response.status_line() == "500 Ouch"
    response.reason = None
    assert response.status_line() == "500 Internal Server Error"


def test_nothing_breaks_the_line_of_a_header():
    response = Response()
    with pytest.raises(ValueError):
        response.content_type = "text/html\r\nX-Evil: 1"
    with pytest.raises(TypeError):
        response.content_type = None
    with pytest.raises(ValueError):
        response.headers["X"] = "a\nb"
    with pytest.raises(ValueError):
        response.err_headers.add("X", "a\nb")
    response.reason = "a\r\nX-Evil: 1"
    with pytest.raises(ValueError):
        response.status_line()


def test_page_and_error_headers_are_sent_in_order():
    response = Response(content_type="text/css")
    response.headers.add("Set-Cookie", "a=1")
    response.headers.add("Set-Cookie", "b=€")
    response.err_headers["X-Always"] = "é"
    assert response.header_list() == [
        ("Content-Type", "text/css"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=â\x82¬"),
        ("X-Always", "é"),
    ]


def test_headers_that_are_not_the_pages_to_send():
    response = Response()
    for name in ("content-type", "Connection", "Transfer-Encoding", "Upgrade", "TE"):
        response.headers[name] = "x"
        response.err_headers[name] = "x"
    assert names(response) == ["Content-Type"]
    assert response.header_list()[0][1] == response.content_type


def test_a_length_that_is_known_wins_over_what_was_set():
    response = Response()
    response.headers["content-length"] = "99"
    assert response.header_list(5)[-1] == ("Content-Length", "5")
    assert response.header_list()[-1] == ("Content-Length", "99")
    response.headers.add("Content-Length", "7")
    response.err_headers["Content-Length"] = "8"
    assert names(response).count("Content-Length") == 1


@pytest.mark.parametrize("length", ["abc", "-1", "1, 2", "", "٣"])
def test_a_length_that_is_no_number_is_not_sent(length: str):
    response = Response()
    response.headers["Content-Length"] = length
    assert names(response) == ["Content-Type"]


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_a_body(status: int):
    response = Response()
    response.status = status
    response.headers["ETag"] = '"x"'
    response.headers["Content-Length"] = "5"
    assert names(response, 5) == ["ETag"]
    assert not response.sends_body("GET")


def test_head_has_the_headers_and_no_body():
    response = Response()
    assert not response.sends_body("HEAD")
    assert response.sends_body("GET")
    assert names(response, 5) == ["Content-Type", "Content-Length"]


def test_no_content_type_at_all():
    assert Response(content_type="").header_list(1) == [("Content-Length", "1")]


def test_a_content_type_among_the_headers_counts_where_there_is_no_other():
    response = Response(content_type="")
    response.headers["Content-Type"] = "text/css"
    assert response.header_list(1)[0] == ("Content-Type", "text/css")
    response.content_type = "text/plain"
    assert response.header_list(1)[0] == ("Content-Type", "text/plain")
    assert len(response.header_list(1)) == 2


def test_becoming_an_error_keeps_the_error_headers_only():
    response = Response(content_type="text/css")
    response.headers["X-Page"] = "1"
    response.err_headers["X-Always"] = "2"
    response.line = "403 Mine"
    response.become_error(403)
    assert response.status_line() == "403 Forbidden"
    assert response.header_list() == [
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Always", "2"),
    ]


def test_a_field_of_a_form_as_content_type_goes_out_as_plain_str():
    response = Response()
    response.content_type = StringField("text/plain")
    assert {type(value) for _, value in response.header_list()} == {str}
