from __future__ import annotations

import marshal
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from psp.modpython import cookie as Cookie

from .client import Site

Page = Callable[..., Any]


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("", {}),
        ("a=1; b=2", {"a": "1", "b": "2"}),
        ('a="x;y"; b=2', {"a": '"x;y"', "b": "2"}),
        ('a="x\\"y"; b=1', {"a": '"x\\"y"', "b": "1"}),
        ('a="x; b=2', {"a": '"x', "b": "2"}),
        ("a = 1 ; b =2 ", {"a": "1 ", "b": "2 "}),
        (",,a=1", {"a": "1"}),
        (" ;;a=1;;;b", {"a": "1", "b": ""}),
        ("$Version=1; a=1; $Path=/", {"a": "1"}),
        ("a=1; a=2", {"a": "2"}),
        ("=v;a=1", {"v": "", "a": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=1,b=2", {"a": "1,b=2"}),
    ],
)
def test_cookies_are_read_as_mod_python_reads_them(
    header: str, cookies: dict[str, str]
) -> None:
    found = Cookie.Cookie.parse(header)
    assert {name: cookie.value for name, cookie in found.items()} == cookies


def test_names_choose_what_is_parsed() -> None:
    assert list(Cookie.Cookie.parse("a=1; b=2; c=3", names=["b", "z"])) == ["b"]


def test_attributes_are_written_in_their_order_whatever_theirs() -> None:
    made = Cookie.Cookie(
        "k",
        "v",
        HttpOnly=1,
        path="/p",
        commentURL="u",
        expires=1e9,
        Secure=True,
        port=80,
    )
    assert str(made) == (
        "k=v; path=/p; secure; expires=Sun, 09-Sep-2001 01:46:40 GMT;"
        " commentURL=u; port=80; httponly"
    )
    assert repr(Cookie.Cookie("k", 42)) == "<Cookie: k=42>"


def test_a_flag_that_is_off_is_not_sent() -> None:
    assert str(Cookie.Cookie("k", "v", secure=False, httponly=0, discard=None)) == "k=v"


@pytest.mark.parametrize("value", ["tomorrow", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_expires_is_seconds_or_the_one_form(value: str) -> None:
    made = Cookie.Cookie("k", "v")
    with pytest.raises(ValueError, match="Invalid expires time"):
        made.expires = value
    made.expires = "Fri, 02-Jan-2032 03:04:05 GMT"
    assert made.expires == "Fri, 02-Jan-2032 03:04:05 GMT"


def test_there_are_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Cookie.Cookie("k", "v", colour="red")
    with pytest.raises(AttributeError):
        Cookie.Cookie("k", "v").path  # noqa: B018


def test_a_signature_is_of_name_value_and_secret() -> None:
    text = str(Cookie.SignedCookie("k", "value", "hush", path="/")).partition(";")[0]
    name, _, wire = text.partition("=")
    read = Cookie.SignedCookie.parse(f"{name}={wire}", secret=b"hush")["k"]
    assert (type(read), read.value) == (Cookie.SignedCookie, "value")
    for header, secret in ((f"other={wire}", "hush"), (f"k={wire}", "loud")):
        read = Cookie.SignedCookie.parse(header, secret=secret)
        assert [type(cookie) for cookie in read.values()] == [Cookie.Cookie]


def test_a_mismatch_is_a_plain_cookie_nothing_or_an_error() -> None:
    def parse(mismatch: int) -> dict[str, Any]:
        return Cookie.SignedCookie.parse("k=forged", secret="x", mismatch=mismatch)

    assert parse(Cookie.SignedCookie.DOWNGRADE)["k"].value == "forged"
    assert parse(Cookie.SignedCookie.IGNORE) == {}
    with pytest.raises(Cookie.CookieError):
        parse(Cookie.SignedCookie.EXCEPTION)


def test_nothing_is_signed_or_read_without_a_secret() -> None:
    with pytest.raises(Cookie.CookieError):
        str(Cookie.SignedCookie("k", "v"))
    with pytest.raises(Cookie.CookieError):
        Cookie.SignedCookie.parse("k=v", secret="")


def test_marshalled_values_come_back_and_forged_ones_are_not_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    value = {"n": [1, 2.5, None, b"x"]}
    wire = str(Cookie.MarshalCookie("k", value, "hush")).partition("=")[2]
    assert Cookie.MarshalCookie.parse(f"k={wire}", secret="hush")["k"].value == value
    monkeypatch.setattr(marshal, "loads", None)
    forged = "0" * 64 + b64encode(marshal.dumps(value)).decode()
    read = Cookie.MarshalCookie.parse(f"k={forged}", secret="hush")["k"]
    assert type(read) is Cookie.Cookie


def test_the_first_cookie_tells_caches(page: Page) -> None:
    answer = page(
        "<% from mod_python import Cookie %>"
        "<% Cookie.add_cookie(req, 'a', '1') %>"
        "<% Cookie.add_cookie(req, Cookie.Cookie('b', 2, path='/x')) %>"
        "<%= Cookie.get_cookie(req, 'c').value %> <%= Cookie.get_cookie(req, 'd') %>",
        headers=[("Cookie", "c=3")],
    )
    assert answer.text == "3 None"
    assert answer.all("Set-Cookie") == ["a=1", "b=2; path=/x"]
    assert answer.all("Cache-Control") == ['no-cache="set-cookie"']


def test_a_cookie_breaks_no_header(page: Page) -> None:
    answer = page(
        "<% from mod_python import Cookie %>"
        "<% Cookie.add_cookie(req, 'a', 'x\\r\\nX-Evil: 1') %>"
    )
    assert answer.status == 500 and answer.header("X-Evil") is None
    assert answer.header("Cache-Control") is None


def test_more_cookies_than_the_site_takes_are_refused(
    make_site: Callable[..., Site],
) -> None:
    text = "<% from mod_python import Cookie %><%= len(Cookie.get_cookies(req)) %>"
    site = make_site({"page.psp": text})
    many = "; ".join(f"c{n}=1" for n in range(201))
    assert site.get("/page.psp", [("Cookie", many)]).status == 413
    assert site.get("/page.psp", [("Cookie", many[: many.rindex(";")])]).text == "200"
