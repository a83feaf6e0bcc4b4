"""What every session store must do; add a store by a line in ``STORE_NAMES``."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from psp.errors import LockTimeout, SessionError, SettingsError
from psp.session.store import ANY, NEW, STORES, SessionData, SessionStore, make_store

STORE_NAMES = ["memory"]

KEY = "ab" * 32
OTHER = "cd" * 32


@pytest.fixture(params=STORE_NAMES)
def store(request: pytest.FixtureRequest) -> SessionStore:
    return make_store(request.param, lock_seconds=0.05)


def record(data: bytes = b"x", accessed: float = 1000.0) -> SessionData:
    return SessionData(900.0, accessed, 60, data)


def saved(store: SessionStore, data: SessionData, key: str = KEY) -> SessionData:
    stored = store.save(key, data)
    assert stored is not None
    return stored


def test_every_store_is_held_to_the_contract() -> None:
    assert set(STORE_NAMES) == set(STORES)


def test_an_unknown_store_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="no session store 'papyrus'.*memory"):
        make_store("papyrus")


def test_what_is_saved_is_loaded(store: SessionStore) -> None:
    stored = saved(store, record(b"\x00\xff any bytes"))
    assert store.load(KEY) == stored
    assert stored._replace(version=NEW) == record(b"\x00\xff any bytes")
    assert store.load(OTHER) is None


def test_saving_replaces_the_state_that_was_loaded(store: SessionStore) -> None:
    first = saved(store, record(b"1"))
    second = saved(store, first._replace(data=b"2"))
    assert store.load(KEY) == second
    assert second.data == b"2"


def test_a_lost_update_is_an_error(store: SessionStore) -> None:
    first = saved(store, record(b"1"))
    second = saved(store, first._replace(data=b"2"))
    with pytest.raises(SessionError, match="another request has changed"):
        store.save(KEY, first._replace(data=b"late"))
    assert store.load(KEY) == second


def test_a_new_session_does_not_replace_another(store: SessionStore) -> None:
    saved(store, record(b"1"))
    with pytest.raises(SessionError):
        store.save(KEY, record(b"2"))


def test_any_version_can_be_replaced_by_who_holds_the_lock(store: SessionStore) -> None:
    saved(store, record(b"1"))
    assert saved(store, record(b"2")._replace(version=ANY)).data == b"2"


@pytest.mark.parametrize("by", ["version", "any"])
def test_a_deleted_record_stays_deleted(store: SessionStore, by: str) -> None:
    first = saved(store, record())
    assert store.delete(KEY) is True
    late = first if by == "version" else first._replace(version=ANY)
    assert store.save(KEY, late) is None
    assert store.load(KEY) is None
    assert store.delete(KEY) is False


def test_a_record_made_anew_is_another_record(store: SessionStore) -> None:
    first = saved(store, record(b"1"))
    store.delete(KEY)
    saved(store, record(b"anew"))
    with pytest.raises(SessionError):
        store.save(KEY, first)


def test_expiry_takes_what_is_over_and_nothing_else(store: SessionStore) -> None:
    for n in range(50):
        saved(store, record(accessed=1000.0 if n % 2 else 2000.0), key=f"{n:064x}")
    for _ in range(50):
        store.expire(2000.0)
    left = [n for n in range(50) if store.load(f"{n:064x}") is not None]
    assert left == list(range(0, 50, 2))


def test_a_session_is_over_after_its_timeout_not_at_it() -> None:
    assert not record(accessed=1000.0).is_over(1060.0)
    assert record(accessed=1000.0).is_over(1060.5)


def test_a_key_is_held_by_one_owner(store: SessionStore) -> None:
    owner = object()
    with store.lock(KEY, owner), store.lock(KEY, owner), store.lock(OTHER, object()):
        with pytest.raises(LockTimeout):
            store.lock(KEY, object()).__enter__()
    with store.lock(KEY, object()):
        pass


def test_of_two_savers_of_one_state_one_fails(store: SessionStore) -> None:
    first = saved(store, record())
    start, results = Barrier(8), list[bool]()

    def save(n: int) -> None:
        start.wait(30)
        try:
            store.save(KEY, first._replace(data=b"%d" % n))
            results.append(True)
        except SessionError:
            results.append(False)

    threads = [Thread(target=save, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]


def test_the_serializer_gives_back_what_it_took(store: SessionStore) -> None:
    data = {"text": "Mia", "n": [1, 2.5, None], "inner": {"b": b"\x00", "t": (1, 2)}}
    packed = store.serializer.dumps(data)
    assert isinstance(packed, bytes)
    assert store.serializer.loads(packed) == data
