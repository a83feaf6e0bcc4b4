"""Cookies: tolerant reading, strict writing, signatures that hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.errors import TooLarge
from psp.http.cookies import Cookie, SignedCookie, parse_cookies
from psp.http.limits import Limits

ROOMY = Limits(cookies=10**6, cookie_bytes=10**9)


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("", {}),
        ("lang=fi; tz=EET", {"lang": "fi", "tz": "EET"}),
        ("a=1;b=2", {"a": "1", "b": "2"}),
        (" a = 1 ;\tb=2", {"a": "1", "b": "2"}),
        ("a=1; a=2", {"a": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=", {"a": ""}),
        ('a="x y"; b="', {"a": "x y", "b": '"'}),
        (r'a="x\"y\\z\054"', {"a": 'x"y\\z,'}),
        (r'a="\303\251\777"', {"a": "é777"}),
        ("word; =nameless; ;;; a=1", {"a": "1"}),
        ("k=José", {"k": "José"}),
    ],
)
def test_what_is_a_cookie_is_read_and_the_rest_skipped(header: str, cookies: dict):
    assert parse_cookies(header) == cookies


def test_more_than_the_limits_is_too_large():
    limits = Limits(cookies=2, cookie_bytes=20)
    assert len(parse_cookies("a=1; b=2", limits)) == 2
    with pytest.raises(TooLarge) as many:
        parse_cookies("a=1;b=2;c=3", limits)
    with pytest.raises(TooLarge):
        parse_cookies("a=" + "x" * 20, limits)
    assert many.value.status == 413


@given(st.text() | st.text('="\\;, 0123abc'))
def test_no_header_raises(header: str):
    for name, value in parse_cookies(header, ROOMY).items():
        assert isinstance(value, str)
        assert name == name.strip(" \t") != ""


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_as_it_was(value: str):
    header = str(Cookie("k", value, path=None))
    assert header.isascii()
    assert parse_cookies(header, ROOMY) == {"k": value}


def test_attributes_are_written_as_browsers_know_them():
    cookie = Cookie(
        "k",
        "v",
        path="/p",
        domain="d.test",
        expires=0,
        max_age=60,
        secure=True,
        httponly=True,
        samesite="lax",
    )
    assert str(cookie) == (
        "k=v; Domain=d.test; Path=/p; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
        "Max-Age=60; SameSite=Lax; Secure; HttpOnly"
    )
    assert str(Cookie("k", "v")) == "k=v; Path=/"
    assert str(Cookie("k", max_age=0)) == "k=; Path=/; Max-Age=0"


def test_expires_takes_a_datetime():
    cookie = Cookie("k", expires=datetime(2032, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert "Expires=Fri, 02 Jan 2032 03:04:05 GMT" in str(cookie)


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("", {}),
        ("a b", {}),
        ("a=b", {}),
        ("a;b", {}),
        ("é", {}),
        ("a\r\n", {}),
        ("k", {"path": "/; secure"}),
        ("k", {"path": "/\r\nX: y"}),
        ("k", {"domain": "d.test\0"}),
        ("k", {"samesite": "Sometimes"}),
        ("k", {"samesite": "None"}),
        ("__Secure-k", {}),
        ("__Host-k", {}),
        ("__Host-k", {"secure": True, "domain": "d.test"}),
        ("__host-k", {"secure": True, "path": "/p"}),
    ],
)
def test_what_browsers_refuse_is_refused(name: str, attributes: dict):
    with pytest.raises(ValueError):
        Cookie(name, "v", **attributes)


def test_attributes_assigned_later_are_checked_as_well():
    cookie = Cookie("k", "v")
    cookie.path = "/; domain=evil.test"
    with pytest.raises(ValueError):
        str(cookie)


def test_the_repr_keeps_the_value_to_itself():
    assert repr(SignedCookie("k", "secret", ["hush"])) == "<SignedCookie 'k'>"


def test_a_host_cookie():
    assert str(Cookie("__Host-k", "v", secure=True)) == "__Host-k=v; Path=/; Secure"


def sent(cookie: Cookie) -> dict[str, str]:
    """What a browser sends back."""
    return parse_cookies(str(cookie).partition(";")[0])


@pytest.mark.parametrize("value", ["v", "", "a.b.c", "ünï; code", '"'])
@pytest.mark.parametrize("key", ["hush", b"hush"])
def test_a_signed_value_comes_back(value: str, key: str | bytes):
    cookies = sent(SignedCookie("k", value, [key]))
    assert cookies["k"] != value
    assert SignedCookie.read(cookies, "k", ["hush"]) == value


def test_a_signature_holds_for_one_name_purpose_and_key():
    signed = sent(SignedCookie("k", "v", ["hush"], "login"))["k"]
    read = SignedCookie.read
    assert read({"k": signed}, "k", ["hush"], "login") == "v"
    assert read({"other": signed}, "other", ["hush"], "login") is None
    assert read({"k": signed}, "k", ["hush"], "basket") is None
    assert read({"k": signed}, "k", ["other"], "login") is None
    assert read({}, "k", ["hush"], "login") is None


@pytest.mark.parametrize("value", ["v", "", ".", "v.sig", "é", "v.AAAA.sig", "\ud800"])
def test_what_is_not_signed_is_no_cookie(value: str):
    assert SignedCookie.read({"k": value}, "k", ["hush"]) is None


@given(st.integers(0, 200), st.characters())
def test_no_changed_character_goes_unnoticed(at: int, char: str):
    signed = sent(SignedCookie("k", "value", ["hush"]))["k"]
    at %= len(signed)
    for end in (at, at + 1):  # put in before it, or in place of it
        changed = signed[:at] + char + signed[end:]
        if changed != signed:
            assert SignedCookie.read({"k": changed}, "k", ["hush"]) is None


def test_a_signature_is_spelt_in_one_way_only():
    """Base64 has spare bits in its last digit, and skips what is none of its own."""
    signed = sent(SignedCookie("k", "value", ["hush"]))["k"]
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same = digits[digits.index(signed[-1]) ^ 1]
    for changed in (signed[:-1] + same, signed + "=", signed + "!", signed + "\n"):
        assert SignedCookie.read({"k": changed}, "k", ["hush"]) is None


def test_keys_rotate():
    old = sent(SignedCookie("k", "v", ["old"]))
    new = sent(SignedCookie("k", "v", ["new", "old"]))
    assert SignedCookie.read(old, "k", ["new", "old"]) == "v"
    assert SignedCookie.read(new, "k", ["new"]) == "v"
    assert SignedCookie.read(new, "k", ["old"]) is None
    with pytest.raises(ValueError):
        SignedCookie("k", "v", [])


def test_a_signed_cookie_ages(monkeypatch: pytest.MonkeyPatch):
    cookies = sent(SignedCookie("k", "v", ["hush"]))
    assert SignedCookie.read(cookies, "k", ["hush"], max_age=60) == "v"
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert SignedCookie.read(cookies, "k", ["hush"], max_age=60) is None
    assert SignedCookie.read(cookies, "k", ["hush"]) == "v"
