"""The request of a report: recognisable, without its secrets."""

from __future__ import annotations

from psp.debug.masking import MASK
from psp.debug.request import MOST_PAIRS, summarise_request


def test_secrets_of_every_kind_are_masked() -> None:
    found = summarise_request(
        "POST",
        "http://localhost/a?q=tea&token=t0p&x=%C3%A9",
        [
            ("Host", "localhost"),
            ("Cookie", "pysid=hidden; lang=hidden"),
            ("Authorization", "Basic hidden"),
            ("X-Api-Key", "hidden"),
        ],
    )
    assert found.method == "POST"
    assert found.url == f"http://localhost/a?q=tea&token={MASK}&x=%C3%A9"
    assert found.query == (("q", "tea"), ("token", MASK), ("x", "é"))
    assert found.cookies == (("pysid", MASK), ("lang", MASK))
    assert found.headers == (
        ("Host", "localhost"),
        ("Cookie", MASK),
        ("Authorization", MASK),
        ("X-Api-Key", MASK),
    )
    assert "hidden" not in repr(found)
    assert "t0p" not in repr(found)


def test_a_url_without_secrets_is_shown_as_it_came() -> None:
    url = "/a%20b?q=a+b&&=&é"
    assert summarise_request("GET", url).url == url


def test_size_is_bounded() -> None:
    headers = [(f"X-{n}", "v" * 10_000) for n in range(1_000)]
    cookies = [("Cookie", "a=b; " * 10_000)]
    found = summarise_request("GET", "/?" + "a=b&" * 100_000, headers + cookies)
    assert len(found.headers) == len(found.cookies) == len(found.query) == MOST_PAIRS
    assert len(repr(found)) < 200_000


def test_what_cannot_be_decoded_is_no_error() -> None:
    found = summarise_request("GET", "/?%ff=%00&\udcff=1", [("Cookie", "\udcff;;=")])
    assert found.cookies == (("\udcff", MASK),)
