"""Secrets, by the names they go by."""

from __future__ import annotations

import pytest

from psp.debug.masking import MASK, is_secret, mask_looks, mask_pairs, masked


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'postgresql://ada:s3cret!@db/x'", f"'postgresql://ada:{MASK}@db/x'"),
        ("redis://:s3cret@h:6379/0", f"redis://:{MASK}@h:6379/0"),
        ("http://h:8000/a?b=c@d", "http://h:8000/a?b=c@d"),
        ("Bearer abc.def~ghi/x==", f"Bearer {MASK}"),
        ("Basic facts", "Basic facts"),
        (
            "'-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----'",
            f"'-----BEGIN RSA PRIVATE KEY-----{MASK}-----END RSA PRIVATE KEY-----'",
        ),
        ("b'-----BEGIN PRIVATE KEY-----\\nMII", f"b'-----BEGIN PRIVATE KEY-----{MASK}"),
        ("x=eyJhbGciOiJI.eyJzdWIi.c2ln!", f"x=eyJ{MASK}!"),
        ("'ghp_" + "a1B2" * 9 + "'", f"'ghp_{MASK}'"),
        ("AKIAIOSFODNN7EXAMPLE", f"AKIA{MASK}"),
        ("risk-averse people, eyJ and task-1", "risk-averse people, eyJ and task-1"),
    ],
)
def test_what_looks_like_a_secret(text: str, shown: str) -> None:
    assert mask_looks(text) == shown
    assert masked("user", text) == shown


@pytest.mark.parametrize("piece", ["://a:", "Bearer ", "eyJa.", "sk-a", "-----BEGIN "])
def test_texts_made_to_be_slow(piece: str) -> None:
    assert len(mask_looks(piece * 20_000)) <= len(piece) * 20_000


def test_long_texts_take_no_longer_than_they_are() -> None:
    hostile = "key" * 30_000 + "='" + "\\" * 30_000
    assert len(mask_pairs(hostile)) < len(hostile)
