"""MemorySessionStore: what is its own, beside the contract of all stores."""

from __future__ import annotations

from psp.session.memory import SLICE, MemorySessionStore
from psp.session.store import SessionData

DEAD = SessionData(0.0, 0.0, 10, b"")


def test_expiry_does_a_little_at_a_time() -> None:
    store = MemorySessionStore()
    for n in range(3 * SLICE):
        store.save(f"{n:064x}", DEAD)
    store.expire(100.0)
    assert len(store) == 2 * SLICE
    store.expire(100.0)
    store.expire(100.0)
    assert len(store) == 0


def test_live_sessions_do_not_keep_expiry_from_the_dead_behind_them() -> None:
    store = MemorySessionStore()
    for n in range(2 * SLICE):
        store.save(f"{n:064x}", DEAD._replace(accessed=100.0))
    store.save("dead", DEAD)
    for _ in range(3):
        store.expire(100.0)
    assert store.load("dead") is None
    assert len(store) == 2 * SLICE
