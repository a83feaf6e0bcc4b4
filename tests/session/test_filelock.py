"""FileLocks: what is its own, beside the contract of all stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from psp.errors import LockTimeout, SessionError
from psp.session.filelock import FileLocks


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[FileLocks, FileLocks]]:
    """Two that open the same file, as two processes do."""
    pair = (
        FileLocks(str(tmp_path / "lock"), 0.01),
        FileLocks(str(tmp_path / "lock"), 30),
    )
    yield pair
    for locks in pair:
        locks.close()


Pair = tuple[FileLocks, FileLocks]


def test_who_waits_gets_the_lock_when_it_is_free(pair: Pair) -> None:
    order, begun = list[str](), Event()

    def second() -> None:
        begun.set()
        with pair[1].hold("a", object()):
            order.append("second")

    thread = Thread(target=second)
    with pair[0].hold("a", object()):
        thread.start()
        assert begun.wait(30)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_it_is_held_until_the_outermost_context_ends(pair: Pair) -> None:
    impatient, other = pair
    owner = object()
    with other.hold("a", owner):
        with other.hold("a", owner):
            pass
        with pytest.raises(LockTimeout, match=r"0\.01 seconds"):
            with impatient.hold("a", object()):
                raise AssertionError("two owners at once")
    with impatient.hold("a", object()):
        pass


def test_an_error_lets_go(pair: Pair) -> None:
    with pytest.raises(KeyError), pair[1].hold("a", object()):
        raise KeyError
    with pair[0].hold("a", object()):
        pass


def test_names_do_not_hinder_each_other_and_take_no_room(
    pair: Pair, tmp_path: Path
) -> None:
    with pair[0].hold("a", object()), pair[1].hold("b", object()):
        assert (tmp_path / "lock").stat().st_size == 0
        assert len(list(tmp_path.iterdir())) == 1


def test_closing_lets_go(pair: Pair) -> None:
    held = pair[1].hold("a", object())
    held.__enter__()
    pair[1].close()
    with pair[0].hold("a", object()):
        pass


def test_a_file_that_cannot_be_opened_is_a_session_error(tmp_path: Path) -> None:
    locks = FileLocks(str(tmp_path / "no" / "lock"))
    with pytest.raises(SessionError, match="cannot be locked"):
        locks.hold("a", object()).__enter__()
