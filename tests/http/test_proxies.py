"""What proxies tell counts as far as they are trusted."""

from __future__ import annotations

import pytest

from psp.http.headers import Headers
from psp.http.proxies import TrustedProxies
from psp.http.request import Request

FOR, PROTO, HOST = "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host"


def ask(
    *sent: tuple[str, str],
    peer: str = "127.0.0.1",
    trusted: tuple[str, ...] = ("127.0.0.1", "10.0.0.0/8"),
    header: str = "x-forwarded",
) -> tuple[str, str, str, int]:
    """Address, scheme, host and port of a request that came from *peer*."""
    headers = Headers.received([("Host", "inside:8000"), *sent])
    request = Request(headers=headers, remote_addr=peer, server_port=8000)
    TrustedProxies(trusted, header).apply(request)
    return request.remote_addr, request.scheme, request.host, request.server_port


def test_a_trusted_proxy_is_believed() -> None:
    sent = (FOR, "192.0.2.1"), (PROTO, "https"), (HOST, "www.example")
    assert ask(*sent) == ("192.0.2.1", "https", "www.example", 443)


def test_nobody_else_is() -> None:
    sent = (FOR, "192.0.2.1"), (PROTO, "https"), (HOST, "www.example")
    untouched = ("198.51.100.7", "http", "inside:8000", 8000)
    assert ask(*sent, peer="198.51.100.7") == untouched


@pytest.mark.parametrize(
    ("sent", "visitor"),
    [
        ("203.0.113.9, 192.0.2.1", "192.0.2.1"),  # what a visitor sent stands left
        ("192.0.2.1, 10.1.2.3", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1, 10.1.2.3, 10.9.9.9", "192.0.2.1"),
        ("10.1.2.3, 10.9.9.9", "10.1.2.3"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("unknown", "127.0.0.1"),
        ("192.0.2.1, unknown, 10.1.2.3", "10.1.2.3"),
        ("", "127.0.0.1"),
        (",,,", "127.0.0.1"),
        ("192.0.2.1\u0660", "127.0.0.1"),
    ],
)
def test_the_visitor_is_who_the_last_trusted_proxy_names(
    sent: str, visitor: str
) -> None:
    assert ask((FOR, sent))[0] == visitor


def test_forged_schemes_and_hosts_stand_left() -> None:
    sent = (FOR, "1.1.1.1, 192.0.2.1"), (PROTO, "https, http"), (HOST, "evil, good")
    assert ask(*sent) == ("192.0.2.1", "http", "good", 80)


def test_a_chain_of_proxies_is_followed() -> None:
    sent = (FOR, "192.0.2.1, 10.1.2.3"), (PROTO, "https, http"), (HOST, "good, inside")
    assert ask(*sent) == ("192.0.2.1", "https", "good", 443)


@pytest.mark.parametrize("host", ["a b", "a/b", "<x>", "", "a@b"])
def test_a_host_that_is_none_is_ignored(host: str) -> None:
    assert ask((HOST, host))[2] == "inside:8000"


@pytest.mark.parametrize("scheme", ["javascript", "", "https;", "ws"])
def test_a_scheme_that_is_none_is_ignored(scheme: str) -> None:
    assert ask((PROTO, scheme))[1] == "http"


def test_a_port_comes_with_the_host() -> None:
    assert ask((PROTO, "https"), (HOST, "www.example:8443"))[2:] == (
        "www.example:8443",
        8443,
    )


def test_one_kind_of_header_is_read() -> None:
    both = (FOR, "192.0.2.1"), ("Forwarded", "for=192.0.2.2;proto=https")
    assert ask(*both)[:2] == ("192.0.2.1", "http")
    assert ask(*both, header="forwarded")[:2] == ("192.0.2.2", "https")


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ('for="[2001:db8::1]:4711";proto=https;host="a.example:81"',
         ("2001:db8::1", "https", "a.example:81", 81)),
        ('For=203.0.113.9, FOR=192.0.2.1;Host=b.example;by=10.0.0.1',
         ("192.0.2.1", "http", "b.example", 80)),
        ("for=_hidden", ("127.0.0.1", "http", "inside:8000", 8000)),
        ('for="1, 2', ("127.0.0.1", "http", "inside:8000", 8000)),
        (";;,=;", ("127.0.0.1", "http", "inside:8000", 8000)),
    ],
)  # fmt: skip
def test_forwarded(sent: str, answer: tuple[str, str, str, int]) -> None:
    assert ask(("Forwarded", sent), header="forwarded") == answer


def test_proxies_behind_a_socket_have_no_address() -> None:
    sent = (FOR, "192.0.2.1")
    assert ask(sent, peer="", trusted=("unix",))[0] == "192.0.2.1"
    assert ask(sent, peer="", trusted=("127.0.0.1",))[0] == ""
    assert ask(sent, peer="127.0.0.1", trusted=("unix",))[0] == "127.0.0.1"


def test_an_address_of_ipv4_in_ipv6_is_the_same() -> None:
    assert ask((FOR, "192.0.2.1"), peer="::ffff:127.0.0.1")[0] == "192.0.2.1"


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match="10.0.0.1/8"):
        TrustedProxies(["10.0.0.1/8"])
