"""may_show(): the debug page is for the developer at this machine."""

from __future__ import annotations

import pytest

from psp.debug.access import may_show


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8000",
        "localhost.:80",
        "shop.localhost:8000",
        "127.0.0.1:8000",
        "[::1]",
        "[::1]:8000",
    ],
)
def test_a_local_visitor_of_a_local_name_may(peer: str, host: str) -> None:
    assert may_show(peer, host, True)
    assert not may_show(peer, host, False)
    assert not may_show(peer, host, True, forwarded=True)


@pytest.mark.parametrize(
    "peer",
    [
        "",
        "unix:",
        "10.0.0.1",
        "192.168.1.2",
        "0.0.0.0",
        "127.0.0.1.evil.test",
        "127.1",
        "::ffff:10.0.0.1",
        "fe80::1%lo",
        "2130706433",
    ],
)
def test_peers_elsewhere_may_not(peer: str) -> None:
    assert not may_show(peer, "localhost", True)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.test",
        "localhost.evil.test",
        "evil-localhost",
        "evillocalhost",
        "127.0.0.1.evil.test",
        "localhost\n",
        "localhost:80:80",
        "localhost:",
        "localhost@evil.test",
        "evil.test#localhost",
        "127.0.0.١",
        "[::2]",
        "10.0.0.1",
    ],
)
def test_names_that_may_be_anybodys_may_not(host: str) -> None:
    assert not may_show("127.0.0.1", host, True)
