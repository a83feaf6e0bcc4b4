"""Redirects to what a visitor has sent: none leads off the site.

The attacks are of the kinds that the OWASP cheat sheet on unvalidated redirects, and
public lists for testing open redirects, describe.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from psp import WSGIApplication
from psp.http.redirects import check_location, local_location

ATTACKS = [
    # another site by its name
    "http://evil.test",
    "https://evil.test/",
    "HTTPS://evil.test",
    "ftp://evil.test",
    "//evil.test",
    "///evil.test",
    "////evil.test",
    "/////evil.test/%2e%2e",
    "//evil.test/%2f..",
    "//evil.test:80",
    "//[::1]",
    "//0x7f000001",
    "//3232235521",
    # a scheme without its slashes, or with too many
    "http:evil.test",
    "https:evil.test",
    "https:/evil.test",
    "http:///evil.test",
    "https:///evil.test",
    "http:\\\\evil.test",
    "https:\\evil.test",
    "http:/\\evil.test",
    # backslashes, which browsers take for slashes
    "\\\\evil.test",
    "/\\evil.test",
    "\\/evil.test",
    "/\\/evil.test",
    "/\\\\evil.test",
    "\\evil.test",
    "/a/..\\..\\/evil.test",
    "\\\\/\\evil.test",
    # white space and control characters, which browsers skip
    " //evil.test",
    "\t//evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "/\r/evil.test",
    "/ /evil.test",
    "\x00//evil.test",
    "\x01//evil.test",
    "\x7f//evil.test",
    "\x85//evil.test",
    "ht\ntps://evil.test",
    "java\tscript:alert(1)",
    "/a\r\nLocation: //evil.test",
    "/a\r\n\r\n<script>alert(1)</script>",
    "//evil.test\n",
    # schemes that run something
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "javascript://%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://evil.test/1",
    "view-source:http://evil.test",
    "x:y",
    ":evil.test",
    "a.b+c-d:evil.test",
    # a user name in front of the host
    "//localhost@evil.test",
    "http://localhost@evil.test",
    "https://localhost:80@evil.test/",
    "http://localhost%40evil.test",
    "@evil.test",
    "user:password@evil.test",
    # our name as a part of theirs
    "http://localhost.evil.test",
    "//localhost.evil.test",
    "http://evil.test/localhost",
    "http://evil.test#localhost",
    "http://evil.test?localhost",
    "//evil.test\\@localhost",
    "//evil.test#@localhost",
    # encoded once or more often
    "/%2fevil.test",
    "%2f%2fevil.test",
    "%2F/evil.test",
    "/%5cevil.test",
    "%5c%5cevil.test",
    "/%09/evil.test",
    "/%0d%0aSet-Cookie:a=b",
    "/%00/evil.test",
    "%68ttps://evil.test",
    "https%3a%2f%2fevil.test",
    "https%3aevil.test",
    "java%73cript%3aalert(1)",
    "/%252fevil.test",
    "%252f%252fevil.test",
    "/%255cevil.test",
    # dots that leave an empty segment behind
    "/.//evil.test",
    "/..//evil.test",
    "/a/..//evil.test",
    "././/evil.test",
    "..//evil.test",
    "/%2e%2e//evil.test",
    "/;//evil.test",
    # Unicode that folds into ASCII, or cannot be seen
    "\uff0f\uff0fevil.test",
    "/\uff0fevil.test",
    "\uff3c\uff3cevil.test",
    "/\uff3cevil.test",
    "https\uff1a//evil.test",
    "javascript\uff1aalert(1)",
    "\ufe55evil.test",
    "/\ufe68evil.test",
    "/\u200b/evil.test",
    "\u200b//evil.test",
    "\ufeff//evil.test",
    "/\u2028/evil.test",
    "\u202e//evil.test",
    "\u00a0//evil.test",
    "\u3000//evil.test",
    "/\u00ad/evil.test",
    "//evil\u3002test",
    "//\u2469.test",
    "/%ef%bc%8fevil.test",
    "\ud800//evil.test",
    "/\udc2f/evil.test",
    # nothing that could be a place
    "",
    " ",
    "/" + "a" * 3000,
]

GOOD = {
    "/": "/",
    "/members.psp": "/members.psp",
    "/a/b/?x=1&y=2#part": "/a/b/?x=1&y=2#part",
    "members.psp": "members.psp",
    "members.psp?next=a": "members.psp?next=a",
    "../list.psp": "../list.psp",
    "./list.psp": "./list.psp",
    "?page=2": "?page=2",
    "#end": "#end",
    "/find?q=a:b//c@d": "/find?q=a:b//c@d",
    "/find?back=https%3A%2F%2Flocalhost%2F": "/find?back=https%3A%2F%2Flocalhost%2F",
    "/a:b": "/a:b",
    "/@ada": "/@ada",
    "/50%25": "/50%25",
    "/caf\u00e9": "/caf%C3%A9",
    "/\u65e5\u672c?q=\u00fc": "/%E6%97%A5%E6%9C%AC?q=%C3%BC",
    "/a'b\"c<d>": "/a'b%22c%3Cd%3E",
}


def as_browsers_do(location: str, base: str = "http://localhost/dir/page.psp") -> str:
    """The host that *location* leads to: WHATWG URL takes ``\\`` for ``/``."""
    text = "".join(char for char in location.strip() if char not in "\t\r\n")
    return urlsplit(urljoin(base, text.replace("\\", "/"))).netloc


def is_utf_8(text: str) -> bool:
    """Whether *text* can come in a query: a lone surrogate cannot."""
    return not re.search("[\ud800-\udfff]", text)


def test_there_are_enough_of_them() -> None:
    assert len(set(ATTACKS)) >= 100


@pytest.mark.parametrize("url", ATTACKS, ids=ascii)
def test_an_attack_leads_nowhere(url: str) -> None:
    assert local_location(url) is None


@pytest.mark.parametrize("url", [None, 1, b"/", ["/"]], ids=repr)
def test_what_is_no_text_leads_nowhere(url: object) -> None:
    assert local_location(url) is None


@pytest.mark.parametrize(("url", "location"), GOOD.items())
def test_a_place_of_this_site(url: str, location: str) -> None:
    assert local_location(url) == location
    assert as_browsers_do(location) == "localhost"


@given(
    st.text(st.sampled_from("/\\@:.?#%25fFcC0aehtpsx \t\n\uff0f\uff1a"), max_size=12)
)
def test_what_is_let_through_stays_here(url: str) -> None:
    location = local_location(url)
    if location is not None:
        path = location.split("?")[0].split("#")[0]
        assert location.isascii() and location.isprintable()
        for reading in (location, unquote(path), unquote(unquote(path))):
            assert as_browsers_do(reading) == "localhost"


@pytest.mark.parametrize(
    "location", ["a\nb", "a\rb", "\0", "\x1b", "\x7f", "\x9f", "\ud8ff"], ids=ascii
)
def test_control_characters_are_no_location(location: str) -> None:
    with pytest.raises(ValueError, match="control"):
        check_location(location)


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Client:
    root = tmp_path_factory.mktemp("pages")
    page = '<% psp.safe_redirect(form.getfirst("next"), "/home") %>'
    (root / "go.psp").write_text(page)
    (root / "raw.psp").write_text('<% psp.redirect(form.getfirst("next")) %>')
    return Client(WSGIApplication(Path(root)))


@pytest.mark.parametrize("url", [*filter(is_utf_8, ATTACKS), None], ids=ascii)
def test_an_attack_over_http(visitor: Client, url: str | None) -> None:
    query: dict[str, Any] = {}
    if url is not None:
        query["next"] = url
    answer = visitor.get("/go.psp", query_string=query)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/home"


def test_an_upload_in_place_of_the_field(visitor: Client) -> None:
    from io import BytesIO

    answer = visitor.post("/go.psp", data={"next": (BytesIO(b"/a"), "/b")})
    assert answer.headers["Location"] == "/home"
    answer.close()
    answer.request.environ["wsgi.input"].close()


def test_the_body_of_a_redirect_is_escaped(visitor: Client) -> None:
    attack = "/\"><script>alert(1)</script>'"
    for page in ("go", "raw"):
        answer = visitor.get(f"/{page}.psp", query_string={"next": attack})
        assert answer.status_code == 302
        assert "<script" not in answer.text and '"><' not in answer.text
