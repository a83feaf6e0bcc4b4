"""Pieces of pages in Redis: shared, and missed by nobody when it is away."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from psp.errors import SettingsError
from psp.pieces import RedisFragments
from psp.testing import Client
from tests.session import servers

PAGE = (
    "<%! runs = [] %><% with psp.cache('a', seconds=600, vary=[req.args]): %>"
    "<% runs.append(1) %><script>é</script><% end %><%= len(runs) %>"
)
GONE = "unix:///nowhere/redis.sock"


@pytest.fixture
def url() -> str:
    """A Redis that is there."""
    return servers.redis_url()


@pytest.mark.servers
def test_what_is_kept_and_for_how_long(url: str) -> None:
    pieces, other = RedisFragments(url, "/site"), RedisFragments(url, "/other")
    pieces.set("a", "é\udcff", None)
    pieces.set("b", "b", 600)
    pieces.set("c", "c", 0)
    same = RedisFragments(url, "/site")
    assert [same.get(key) for key in "abc"] == ["é\udcff", "b", None]
    assert other.get("a") is None
    left = [pieces._client.pttl(pieces._name(key)) for key in "ab"]
    assert left[0] == -1 and 500_000 < left[1] <= 600_000  # type: ignore[operator]


@pytest.mark.servers
def test_two_sites_at_one_place_share_them(url: str, tmp_path: Path) -> None:
    (tmp_path / "page.psp").write_text(PAGE, encoding="utf-8")
    csp = "script-src 'nonce'"
    answers = [
        Client(tmp_path, pieces_url=url, csp=csp).get("/page.psp") for _ in range(2)
    ]
    assert [answer.text[-1] for answer in answers] == ["1", "0"]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        nonce = policy.removeprefix("script-src 'nonce-")[:-1]
        assert answer.text.startswith(f'<script nonce="{nonce}">é</script>')


def test_a_redis_that_is_away_is_missed_by_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "page.psp").write_text(PAGE, encoding="utf-8")
    client = Client(tmp_path, pieces_url=GONE)
    with caplog.at_level(logging.WARNING, "psp"):
        assert [client.get("/page.psp").text[-1] for _ in range(2)] == ["1", "2"]
    assert "pieces are not kept: " in caplog.text


def test_an_address_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="pieces_url cannot be used: "):
        Client(tmp_path, pieces_url="nothing")
