"""Cookies as pages read and set them."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client

from psp import WSGIApplication

KEYS = ["newest-key-of-at-least-32-letters", "older-key-of-at-least-32-letters!"]


def serve(root: Path, text: str, **settings: object) -> Client:
    (root / "page.psp").write_text(text)
    application = WSGIApplication(root, reload_interval=0, **settings)
    return Client(application, use_cookies=False)


def set_by(root: Path, code: str, url: str = "http://localhost", **settings) -> list:
    client = serve(root, f"<% {code} %>", **settings)
    return client.get("/page.psp", base_url=url).headers.getlist("Set-Cookie")


def read_by(root: Path, call: str, cookie: str, **settings) -> str:
    client = serve(root, f"<%= repr(psp.cookies.{call}) %>", escape="none", **settings)
    answer = client.get("/page.psp", headers={"Cookie": cookie})
    assert answer.status_code == 200
    return answer.text


def test_cookies_are_safe_unless_told_otherwise(tmp_path: Path) -> None:
    assert set_by(tmp_path, "psp.cookies.set('a', 'b', max_age=60)") == [
        "a=b; Path=/; Max-Age=60; SameSite=Lax; HttpOnly"
    ]
    assert set_by(tmp_path, "psp.cookies.set('a', 'b')", "https://localhost") == [
        "a=b; Path=/; SameSite=Lax; Secure; HttpOnly"
    ]


def test_attributes_are_the_callers(tmp_path: Path) -> None:
    code = "psp.cookies.set('a', 'b', path='/x', httponly=False, samesite='Strict')"
    assert set_by(tmp_path, code) == ["a=b; Path=/x; SameSite=Strict"]


def test_deleting(tmp_path: Path) -> None:
    (cookie,) = set_by(tmp_path, "psp.cookies.delete('a')")
    assert cookie.startswith("a=; ") and "Max-Age=0" in cookie and "1970" in cookie


def test_they_are_sent_with_a_redirect_and_not_with_an_error(tmp_path: Path) -> None:
    setting = "psp.cookies.set('a', 'b')"
    assert len(set_by(tmp_path, setting + "; psp.redirect('/')")) == 1
    assert set_by(tmp_path, setting + "; 1/0") == []


def test_none_is_lost_in_silence(tmp_path: Path) -> None:
    code = """
psp.flush()
try:
    psp.cookies.set('a', 'b')
except OSError as error:
    req.write(str(error))
"""
    client = serve(tmp_path, f"x<%{code}%>")
    assert "after headers" in client.get("/page.psp").text


@pytest.mark.parametrize(
    ("cookie", "read"),
    [("a=b", "'b'"), ("", "'-'"), ("b=a", "'-'"), ("a=%00\xff", None), ("a", "'-'")],
)
def test_reading(tmp_path: Path, cookie: str, read: str | None) -> None:
    text = read_by(tmp_path, "get('a', '-')", cookie)
    assert read is None or text == read


def test_a_signed_cookie_comes_back(tmp_path: Path) -> None:
    code = "psp.cookies.set_signed('basket', 'tea', max_age=60)"
    (cookie,) = set_by(tmp_path, code, cookie_keys=KEYS[1:])
    sent = cookie.partition(";")[0]
    assert read_by(tmp_path, "get_signed('basket')", sent, cookie_keys=KEYS) == "'tea'"
    read = read_by(tmp_path, "get_signed('basket')", sent, cookie_keys=KEYS[:1])
    assert read == "None", "its key is no longer one of ours"
    read = read_by(tmp_path, "get_signed('basket', 'x')", sent, cookie_keys=KEYS)
    assert read == "None", "it was made for another purpose"
    read = read_by(tmp_path, "get_signed('basket')", "basket=tea", cookie_keys=KEYS)
    assert read == "None", "a plain one is none"


def test_the_first_key_signs(tmp_path: Path) -> None:
    code = "psp.cookies.set_signed('a', 'b')"
    (cookie,) = set_by(tmp_path, code, cookie_keys=KEYS)
    sent = cookie.partition(";")[0]
    first = read_by(tmp_path, "get_signed('a')", sent, cookie_keys=KEYS[:1])
    last = read_by(tmp_path, "get_signed('a')", sent, cookie_keys=KEYS[1:])
    assert (first, last) == ("'b'", "None")


def test_without_keys_it_is_an_error(tmp_path: Path) -> None:
    call = "psp.cookies.set_signed('a', 'b')"
    client = serve(tmp_path, f"<% {call} %>", development=True)
    answer = client.get("/page.psp", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert answer.status_code == 500
    assert "cookie_keys" in answer.text
