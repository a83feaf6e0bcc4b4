"""Variables as text: bounded, masked, and never an error of their own."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque, namedtuple
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from threading import Event
from time import monotonic
from typing import Any

import pytest

from psp.debug.masking import MASK
from psp.debug.values import (
    MOST_ITEMS,
    MOST_TEXT,
    MOST_TOTAL,
    TOO_SLOW,
    describe,
    describe_all,
)
from psp.session.base import Session
from psp.session.memory import MemorySessionStore

Point = namedtuple("Point", "x y")


class Shown:
    """Its repr is what the test says, or raises it."""

    def __init__(self, what: Any) -> None:
        self.what = what

    def __repr__(self) -> str:
        if isinstance(self.what, BaseException):
            raise self.what
        return self.what  # type: ignore[no-any-return]


class Table(Mapping[str, str]):
    """A mapping that is no dict."""

    def __getitem__(self, key: str) -> str:
        return "hush"

    def __iter__(self) -> Iterator[str]:
        return iter(["Host", "Cookie"])

    def __len__(self) -> int:
        return 2


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        2.5,
        "text",
        "it's\n",
        b"\x00",
        bytearray(b"a"),
        [],
        [1, "a"],
        (),
        (1,),
        (1, 2),
        {1},
        set(),
        frozenset({1}),
        frozenset(),
        deque([1]),
        {},
        {"a": [1, {"b": None}]},
        Point(1, 2),
        range(3),
        int,
    ],
)
def test_small_values_read_as_python_writes_them(value: object) -> None:
    assert describe("x", value) == repr(value)


def test_kinds_of_dicts_say_what_they_are() -> None:
    assert describe("x", Counter("aab")) == "Counter({'a': 2, 'b': 1})"
    assert describe("x", OrderedDict(a=1)) == "OrderedDict({'a': 1})"


def test_secrets_are_masked_wherever_they_have_a_name() -> None:
    assert describe("api_key", "x") == MASK
    assert describe("d", {"token": "x", "a": 1}) == f"{{'token': {MASK}, 'a': 1}}"
    assert describe("d", {b"cookie": "x"}) == f"{{b'cookie': {MASK}}}"
    assert describe("h", [("Cookie", "x")]) == f"[('Cookie', {MASK})]"
    assert describe("t", Table()) == f"Table({{'Host': 'hush', 'Cookie': {MASK}}})"
    assert describe("u", Shown("<U password='x'>")) == f"<U password={MASK}>"


def test_size_is_bounded() -> None:
    long = describe("x", "a" * 10**6)
    assert len(long) < MOST_TEXT + 40
    assert long.endswith("… (1000000 in all)")
    many = describe("x", list(range(10**6)))
    assert many.endswith(f"{MOST_ITEMS - 1}, … {10**6 - MOST_ITEMS} more]")
    wide = [["b" * 200] * 20] * 20
    assert len(describe("x", wide)) <= MOST_TOTAL + 1
    assert len(describe("x", Shown("c" * 10**6))) <= MOST_TEXT + 1


def test_depth_is_bounded() -> None:
    knot: list[Any] = []
    knot.append(knot)
    assert describe("x", knot) == "[[[[…]]]]"
    deep: dict[str, Any] = {}
    deep["a"] = deep
    assert describe("x", deep) == "{'a': {'a': {'a': {…}}}}"


def test_a_huge_number_is_no_error() -> None:
    assert describe("x", 10**10_000) == "(cannot be shown: ValueError)"


@pytest.mark.parametrize(
    "what", [ValueError("no"), RecursionError(), SystemExit(1), KeyboardInterrupt(), 7]
)
def test_a_broken_repr_is_no_error(what: object) -> None:
    assert describe("x", Shown(what)).startswith("(cannot be shown: ")


def test_a_lying_class_is_no_error() -> None:
    class Liar:
        @property  # type: ignore[misc]
        def __class__(self) -> Any:
            raise ValueError

    assert describe("x", Liar()) == "(cannot be shown: ValueError)"


def test_looking_at_a_session_does_not_use_it() -> None:
    session = Session(None, MemorySessionStore())
    describe("session", session)
    session.commit()
    assert session.headers() == []


def test_one_slow_value_costs_itself_only() -> None:
    release = Event()

    class Slow:
        def __repr__(self) -> str:
            release.wait(60)
            return "slow"

    try:
        found = describe_all(
            [("a", 1), ("b", Slow()), ("c", 3), ("d", Slow())], monotonic() + 30
        )
    finally:
        release.set()
    assert found == [("a", "1"), ("b", TOO_SLOW), ("c", "3"), ("d", TOO_SLOW)]


def test_after_the_deadline_nothing_is_looked_at() -> None:
    looked = []

    class Seen:
        def __repr__(self) -> str:
            looked.append(1)
            return "seen"

    assert describe_all([("a", Seen())], monotonic() - 1) == [("a", TOO_SLOW)]
    assert looked == []


def test_values_see_the_context_of_the_request() -> None:
    user = ContextVar[str]("user")
    user.set("Mia")

    class User:
        def __repr__(self) -> str:
            return user.get()

    assert describe_all([("u", User())], monotonic() + 30) == [("u", "Mia")]
