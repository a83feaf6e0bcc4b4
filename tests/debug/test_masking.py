"""Secrets, by the names they go by."""

from __future__ import annotations

import pytest

from psp.debug.masking import MASK, is_secret, mask_pairs, masked


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "PASSWORD",
        "db_password2",
        "passwd",
        "client_secret",
        "csrfToken",
        "api_key",
        "X-Api-Key",
        "Authorization",
        "Proxy-Authorization",
        "HTTP_COOKIE",
        "Set-Cookie",
        b"Cookie",
    ],
)
def test_names_of_secrets(name: object) -> None:
    assert is_secret(name)
    assert masked(name, "x") == MASK


@pytest.mark.parametrize("name", ["user", "author", "pass", "", None, 7, b"Host"])
def test_other_names(name: object) -> None:
    assert not is_secret(name)
    assert masked(name, "x") == "x"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("User(name='a', password='b c')", f"User(name='a', password={MASK})"),
        ("<A token=abc.def/1 b=2>", f"<A token={MASK} b=2>"),
        ('{"api_key": "a\\"b", "n": 1}', f'{{"api_key": {MASK}, "n": 1}}'),
        ("[('Cookie', 'a=b; c=d')]", f"[('Cookie', {MASK})]"),
        ("secret=b'\\x00'", f"secret=b{MASK}"),
        ("password='cut off her", f"password={MASK}"),
        ("nothing here", "nothing here"),
    ],
)
def test_pairs_inside_a_text(text: str, shown: str) -> None:
    assert mask_pairs(text) == shown


def test_long_texts_take_no_longer_than_they_are() -> None:
    hostile = "key" * 30_000 + "='" + "\\" * 30_000
    assert len(mask_pairs(hostile)) < len(hostile)
