"""What is special about stores that a server keeps: leases, silence, Redis's clock."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from psp.errors import SessionError, SessionUnavailable, SettingsError
from psp.session.store import ANY, make_store
from psp.testing import Client

from . import servers
from .test_contract import KEY, make, record, saved

SQL = "sql of sqlite"


@pytest.mark.parametrize(
    "name", [SQL, pytest.param("redis", marks=pytest.mark.servers)]
)
def test_who_has_lost_the_lock_cannot_save(name: str, tmp_path: Path) -> None:
    store, other = make(name, tmp_path), make(name, tmp_path)
    saved(store, record(b"1"))
    with store.lock(KEY, object()):
        token = store._leases.token(KEY)  # type: ignore[attr-defined]
        other.end_lease(KEY, token)  # type: ignore[attr-defined]
        with other.lock(KEY, object()):
            saved(other, record(b"2")._replace(version=ANY))
            with pytest.raises(SessionError, match="lost its lock"):
                store.save(KEY, record(b"late")._replace(version=ANY))
    found = store.load(KEY)
    assert found is not None and found.data == b"2"
    for one in (store, other):
        one.close()  # type: ignore[attr-defined]


def test_a_lease_is_renewed_while_it_is_held(tmp_path: Path) -> None:
    where = {"url": f"sqlite:///{tmp_path}/s", "lock_seconds": 0.05}
    store = make_store("sql", lease_seconds=0.4, **where)
    other = make_store("sql", lease_seconds=0.4, **where)
    with store.lock(KEY, object()):
        end = time.monotonic() + 1.2
        while time.monotonic() < end:
            with pytest.raises(SessionUnavailable), other.lock(KEY, object()):
                pass
    with other.lock(KEY, object()):
        pass
    for one in (store, other):
        one.close()  # type: ignore[attr-defined]


@pytest.mark.servers
def test_redis_forgets_by_itself() -> None:
    store = make_store("redis", url=servers.redis_url(), name="forgets")
    now = time.time()
    saved(store, record(accessed=now)._replace(timeout=100))
    assert 100_000 < store._client.pttl(store._of(KEY)) <= 160_000  # type: ignore[attr-defined]
    store.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "session",
    [
        {"store": "redis", "url": "redis://127.0.0.1:1/0"},
        {"store": "sql", "url": "postgresql+psycopg://psp@127.0.0.1:1/psp"},
    ],
)
def test_a_server_that_does_not_answer(session: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "uses.psp").write_text("<% session['a'] = 1 %>")
    (tmp_path / "other.psp").write_text("fine")
    client = Client(tmp_path, session=session, raises=False)
    assert client.get("/uses.psp").status_code == 503
    assert client.get("/other.psp").text == "fine"


@pytest.mark.parametrize(
    ("url", "said"),
    [("nonsense", "session.url"), ("strange://x", "session.url")],
)
def test_an_address_that_is_none(url: str, said: str) -> None:
    for name in ("redis", "sql"):
        with pytest.raises(SettingsError, match=said):
            make_store(name, url=url)


def test_a_name_that_no_table_can_have() -> None:
    with pytest.raises(SettingsError, match="no name for tables"):
        make_store("sql", url="sqlite://", name="a; drop")
