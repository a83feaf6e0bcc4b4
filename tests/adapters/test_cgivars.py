"""What web servers call things, and what it comes to."""

from __future__ import annotations

import io

import pytest

from psp.adapters.cgivars import file_of, locate, make_environ


@pytest.mark.parametrize(
    ("script", "info", "uri", "expected"),
    [
        # The page is the script: nginx and lighttpd by extension, Apache by handler.
        ("/page.psp", "", "/page.psp", ("", "/page.psp")),
        ("/page.psp", "/x", "/page.psp/x?q", ("", "/page.psp/x")),
        # Rewritten, or the index of a folder: what the server says counts.
        ("/new.psp", "", "/old", ("", "/new.psp")),
        ("/a/index.psp", "", "/a/", ("", "/a/index.psp")),
        # Everything, script or not: nginx without a split.
        ("/style.css", "", "/style.css", ("", "/style.css")),
        # The script is a program: seen in the URL, or hidden by Apache's Action.
        ("/site", "/page.psp", "/site/page.psp", ("/site", "/page.psp")),
        ("/si te", "/page.psp", "/si%20te/page.psp", ("/si te", "/page.psp")),
        ("/cgi-bin/psp", "/page.psp", "/page.psp", ("", "/page.psp")),
        ("/", "/page.psp", "/page.psp", ("", "/page.psp")),
        ("", "/page.psp/x", "/page.psp/x", ("", "/page.psp/x")),
        # Nothing but the request line, which may be a whole URL.
        ("", "", "/caf%C3%A9?q", ("", "/caf\xc3\xa9")),
        ("", "", "http://host/page.psp", ("", "/page.psp")),
        ("", "", "", ("", "/")),
    ],
)
def test_where_the_site_begins(
    script: str, info: str, uri: str, expected: tuple[str, str]
) -> None:
    variables = {"SCRIPT_NAME": script, "PATH_INFO": info, "REQUEST_URI": uri}
    assert locate(variables, (".psp",)) == expected


@pytest.mark.parametrize(
    "given",
    [
        "proxy:fcgi://127.0.0.1:9000/srv/page.psp",
        "proxy:fcgi://127.0.0.1:9000//srv/page.psp?q",
        "proxy:balancer://app/srv/page.psp",
        "/srv/page.psp",
    ],
)
def test_the_file_behind_a_proxy(given: str) -> None:
    assert file_of(given) == "/srv/page.psp"


def environ(**variables: str) -> dict[str, object]:
    return make_environ(variables, io.BufferedReader(io.BytesIO()), None)


def test_the_proxy_header_is_dropped() -> None:
    assert "HTTP_PROXY" not in environ(HTTP_PROXY="http://evil/")


@pytest.mark.parametrize(
    ("variables", "scheme"),
    [
        ({}, "http"),
        ({"HTTPS": "on"}, "https"),
        ({"HTTPS": "off"}, "http"),
        ({"REQUEST_SCHEME": "https"}, "https"),
    ],
)
def test_https(variables: dict[str, str], scheme: str) -> None:
    assert environ(**variables)["wsgi.url_scheme"] == scheme


def test_what_is_missing_has_defaults() -> None:
    made = environ()
    assert made["REQUEST_METHOD"] == "GET" and made["PATH_INFO"] == "/"
