"""LockTable: who may hold a name, and what is left when nobody does."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from psp.errors import LockTimeout
from psp.session.locks import LockTable


def test_an_owner_may_take_what_it_holds_and_others_wait() -> None:
    table = LockTable(seconds=0.01)
    with table.hold("a", owner := object()), table.hold("a", owner):
        with pytest.raises(LockTimeout, match="0.01 seconds"):
            with table.hold("a", object()):
                raise AssertionError("two owners at once")
    with table.hold("a", object()):
        pass


def test_the_lock_is_kept_until_the_outermost_context_ends() -> None:
    table = LockTable(seconds=0.01)
    owner = object()
    with table.hold("a", owner):
        with table.hold("a", owner):
            pass
        with pytest.raises(LockTimeout):
            table.hold("a", object()).__enter__()


def test_names_do_not_hinder_each_other() -> None:
    table = LockTable(seconds=0.01)
    with table.hold("a", object()), table.hold("b", object()):
        assert len(table) == 2


def test_nothing_is_left_behind() -> None:
    table = LockTable(seconds=0.01)
    with pytest.raises(KeyError), table.hold("a", object()):
        raise KeyError
    with table.hold("a", object()), pytest.raises(LockTimeout):
        table.hold("a", object()).__enter__()
    assert len(table) == 0


def test_who_waits_gets_the_lock_when_it_is_free() -> None:
    table = LockTable(seconds=30)
    got, order = Event(), list[str]()

    def second() -> None:
        with table.hold("a", object()):
            order.append("second")
        got.set()

    with table.hold("a", object()):
        thread = Thread(target=second)
        thread.start()
        order.append("first")
    assert got.wait(30)
    thread.join()
    assert order == ["first", "second"]


def test_another_thread_may_let_go() -> None:
    table = LockTable(seconds=0.01)
    held = table.hold("a", object())
    held.__enter__()
    thread = Thread(target=held.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with table.hold("a", object()):
        pass
