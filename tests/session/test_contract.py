"""What every session store must do; add a store by a line in ``STORE_NAMES``."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread

import pytest

from psp.errors import LockTimeout, SessionError, SettingsError
from psp.session.serializer import SignedPickle
from psp.session.store import ANY, NEW, STORES, SessionData, SessionStore, make_store

from . import servers

FILES = ["sqlite", "file", "dbm"]
# "sql" is PostgreSQL.
SERVERS = [pytest.param(name, marks=pytest.mark.servers) for name in ("redis", "sql")]
PERSISTENT = [*FILES, "sql of sqlite", *SERVERS]
STORE_NAMES = ["memory", *PERSISTENT]

Pair = tuple[SessionStore, SessionStore]

KEY = "ab" * 32
OTHER = "cd" * 32


def make(
    name: str, folder: Path, lock_seconds: float = 0.05, **options: float
) -> SessionStore:
    """A store of the kind *name* in *folder*; those of one folder share sessions."""
    kind, _, _ = name.partition(" ")
    place = place_of(name, folder)
    return make_store(kind, lock_seconds=lock_seconds, **options, **place)


def place_of(name: str, folder: Path) -> dict[str, object]:
    """What says where a store of the kind *name* keeps its sessions."""
    own = {"name": f"t{sha256(bytes(folder)).hexdigest()[:12]}"}
    if name == "redis":
        return {"url": servers.redis_url(), **own}
    if name == "sql":
        return {"url": servers.postgres_url(), **own}
    if name == "sql of sqlite":
        return {"url": f"sqlite:///{folder}/sessions", **own}
    return {} if name == "memory" else {"path": folder / "sessions"}


@pytest.fixture(params=STORE_NAMES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    store = make(request.param, tmp_path)
    yield store
    if request.param != "memory":
        store.close()  # type: ignore[attr-defined]


@pytest.fixture(params=PERSISTENT)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """Two stores over one place, as two processes have them."""
    pair = make(request.param, tmp_path), make(request.param, tmp_path)
    yield pair
    for one in pair:
        one.close()  # type: ignore[attr-defined]


def record(data: bytes = b"x", accessed: float = 1000.0) -> SessionData:
    return SessionData(900.0, accessed, 60, data)


def saved(store: SessionStore, data: SessionData, key: str = KEY) -> SessionData:
    stored = store.save(key, data)
    assert stored is not None
    return stored


def test_every_store_is_held_to_the_contract() -> None:
    names = [*FILES, "memory", *(str(param.values[0]) for param in SERVERS)]
    assert set(names) == set(STORES)


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
    if type(store).__name__ == "RedisSessionStore":
        pytest.skip("Redis forgets by its own clock: see test_redis.py")
    for n in range(50):
        saved(store, record(accessed=1000.0 if n % 2 else 2000.0), key=f"{n:064x}")
    for _ in range(50):
        store.expire(2000.0)
    left = [n for n in range(50) if store.load(f"{n:064x}") is not None]
    assert left == list(range(0, 50, 2))


@pytest.mark.parametrize("name", PERSISTENT)
def test_the_keys_of_all_sessions_can_be_listed(name: str, tmp_path: Path) -> None:
    store = make(name, tmp_path)
    for key in (KEY, OTHER):
        saved(store, record(), key)
    assert sorted(store.keys()) == [KEY, OTHER]  # type: ignore[attr-defined]
    store.delete(KEY)
    assert store.keys() == [OTHER]  # type: ignore[attr-defined]
    store.close()  # type: ignore[attr-defined]


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


def test_stores_of_one_place_share_sessions(pair: Pair) -> None:
    first, second = pair
    stored = saved(first, record(b"1"))
    assert second.load(KEY) == stored
    saved(second, stored._replace(data=b"2"))
    with pytest.raises(SessionError, match="another request has changed"):
        first.save(KEY, stored._replace(data=b"late"))
    assert second.delete(KEY) is True
    assert first.load(KEY) is None


def test_stores_of_one_place_share_locks(pair: Pair) -> None:
    first, second = pair
    owner = object()
    with first.lock(KEY, owner), second.lock(OTHER, owner):
        for store in pair:
            with pytest.raises(LockTimeout), store.lock(KEY, object()):
                raise AssertionError("two owners at once")
        with first.lock(KEY, owner):
            pass
        with pytest.raises(LockTimeout), second.lock(KEY, object()):
            raise AssertionError("let go too early")
    with second.lock(KEY, object()):
        pass


def test_a_lock_does_not_keep_others_from_comparing_and_setting(pair: Pair) -> None:
    first, second = pair
    stored = saved(first, record(b"1"))
    with first.lock(KEY, object()):
        saved(second, stored._replace(data=b"2"))


@pytest.mark.parametrize("name", PERSISTENT)
def test_sessions_survive_a_restart(name: str, tmp_path: Path) -> None:
    first = make(name, tmp_path)
    stored = saved(first, record(b"1"))
    first.close()  # type: ignore[attr-defined]
    second = make(name, tmp_path)
    assert second.load(KEY) == stored
    second.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", FILES)
def test_nobody_else_can_read_what_is_kept(name: str, tmp_path: Path) -> None:
    store = make(name, tmp_path / "new")
    saved(store, record(b"secret"))
    for path in (tmp_path / "new").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    store.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", FILES)
def test_a_place_where_others_can_write_is_refused(name: str, tmp_path: Path) -> None:
    folder = tmp_path / ("sessions" if name == "file" else "")
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    with pytest.raises(SettingsError, match="others can write"):
        make(name, tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_a_place_of_another_kind_is_refused(name: str, tmp_path: Path) -> None:
    if name == "file":
        (tmp_path / "sessions").touch()
    else:
        (tmp_path / "sessions").mkdir()
    with pytest.raises(SettingsError, match="for sessions"):
        make(name, tmp_path)


@pytest.mark.parametrize("name", PERSISTENT)
def test_what_another_serializer_wrote_is_no_session(name: str, tmp_path: Path) -> None:
    keys = (bytes(32), b"k" * 32)
    options = [{"serializer": SignedPickle(key)} for key in keys] + [{}]
    kind, where = name.partition(" ")[0], place_of(name, tmp_path)
    stores = [make_store(kind, **where, **more) for more in options]
    for n, store in enumerate(stores):
        key = f"{n:064x}"
        saved(store, record(store.serializer.dumps({"n": n})), key)
        assert [one.load(key) is not None for one in stores] == [
            one is store for one in stores
        ]
    for store in stores:
        store.close()  # type: ignore[attr-defined]


def in_a_fork(task: Callable[[], bool]) -> int:
    """Runs *task* in a forked process: 0 if it says yes, 1 if no, 2 if it fails."""
    child = os.fork()
    if not child:
        try:
            os._exit(0 if task() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def is_locked(store: SessionStore) -> bool:
    try:
        with store.lock(KEY, object()):
            return False
    except LockTimeout:
        return True


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("name", PERSISTENT)
def test_a_forked_process_is_another_process(name: str, tmp_path: Path) -> None:
    store = make(name, tmp_path)
    first = saved(store, record(b"1"))
    with store.lock(KEY, object()):
        assert in_a_fork(lambda: is_locked(store)) == 0
    assert in_a_fork(lambda: is_locked(store)) == 1
    assert in_a_fork(lambda: bool(store.save(KEY, first._replace(data=b"2")))) == 0
    found = store.load(KEY)
    assert found is not None and found.data == b"2"
    store.close()  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("name", PERSISTENT)
def test_who_dies_lets_go(name: str, tmp_path: Path) -> None:
    lease = 3.0
    leases = {} if name in FILES else {"lease_seconds": lease}
    store = make(name, tmp_path, **leases)
    start, end = os.pipe()
    child = os.fork()
    if not child:
        try:
            with store.lock(KEY, object()):
                os.write(end, b"!")
                while True:
                    time.sleep(60)
        finally:
            os._exit(2)
    os.close(end)
    try:
        assert os.read(start, 1) == b"!"
        assert is_locked(store)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(start)
    latest = time.monotonic() + (0 if name in FILES else lease + 10)
    while is_locked(store) and time.monotonic() < latest:
        time.sleep(0.1)
    assert not is_locked(store)
    store.close()  # type: ignore[attr-defined]
