"""LazyDict: nothing happens before the first operation, whatever it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from psp.session.lazydict import LazyDict


class Filled(LazyDict):
    """Holds {"a": 1} once it is opened; counts how often that happened."""

    opened = 0

    def _open(self) -> None:
        if not self.opened:
            self.opened += 1
            dict.__setitem__(self, "a", 1)


OPERATIONS: list[tuple[Callable[[Any], object], object]] = [
    (lambda d: d["a"], 1),
    (lambda d: d.get("a"), 1),
    (lambda d: d.get("b", 5), 5),
    (lambda d: "a" in d, True),
    (lambda d: "b" not in d, True),
    (lambda d: len(d), 1),
    (lambda d: bool(d), True),
    (lambda d: list(d), ["a"]),
    (lambda d: list(reversed(d)), ["a"]),
    (lambda d: list(d.keys()), ["a"]),
    (lambda d: list(d.values()), [1]),
    (lambda d: list(d.items()), [("a", 1)]),
    (lambda d: d.copy(), {"a": 1}),
    (lambda d: copy.copy(d), {"a": 1}),
    (lambda d: copy.deepcopy(d), {"a": 1}),
    (lambda d: dict(d), {"a": 1}),
    (lambda d: {**d, "b": 2}, {"a": 1, "b": 2}),
    (lambda d: (lambda **names: names)(**d), {"a": 1}),
    (lambda d: d == {"a": 1}, True),
    (lambda d: {"a": 1} == d, True),
    (lambda d: d != {}, True),
    (lambda d: d | {"b": 2}, {"a": 1, "b": 2}),
    (lambda d: {"b": 2} | d, {"b": 2, "a": 1}),
    (lambda d: d.pop("a"), 1),
    (lambda d: d.popitem(), ("a", 1)),
    (lambda d: d.setdefault("a", 7), 1),
    (lambda d: str(d), "{'a': 1}"),
    (lambda d: f"{d}", "{'a': 1}"),
    (lambda d: "{a}".format_map(d), "1"),
    (lambda d: json.dumps(dict(d)), '{"a": 1}'),
]


@pytest.mark.parametrize(("operation", "result"), OPERATIONS)
def test_every_operation_sees_the_content(
    operation: Callable[[Any], object], result: object
) -> None:
    filled = Filled()
    assert operation(filled) == result
    assert filled.opened == 1


def assign(d: dict[Any, Any]) -> None:
    d["b"] = 2


def merge(d: dict[Any, Any]) -> None:
    d |= {"b": 2}


def add(d: dict[Any, Any]) -> None:
    d.update(b=2)


@pytest.mark.parametrize("change", [assign, merge, add])
def test_changes_come_on_top_of_the_content(
    change: Callable[[dict[Any, Any]], None],
) -> None:
    filled = Filled()
    change(filled)
    assert dict.copy(filled) == {"a": 1, "b": 2}


def test_what_is_taken_out_is_gone() -> None:
    filled = Filled()
    del filled["a"]
    assert filled == {}
    other = Filled()
    other.clear()
    assert dict.copy(other) == {}


def test_looking_with_repr_opens_nothing() -> None:
    filled = Filled()
    repr(filled)
    assert not filled.opened


def test_it_is_a_dict_and_as_little_hashable() -> None:
    assert isinstance(Filled(), dict)
    with pytest.raises(TypeError):
        hash(Filled())
