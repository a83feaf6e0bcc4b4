"""light: what it makes is what typing makes, and imports neither typing nor more."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import typing
from collections.abc import Callable
from typing import Any

import pytest

from psp import light


class Point(light.NamedTuple):
    """A place."""

    x: int
    y: int = 2

    @property
    def sum(self) -> int:
        """Both."""
        return self.x + self.y


class Reference(typing.NamedTuple):
    x: int
    y: int = 2


def test_a_named_tuple_is_a_tuple_with_names() -> None:
    point = Point(1)
    assert point == (1, 2) == Reference(1) and hash(point) == hash((1, 2))
    assert (point.x, point.y, point.sum) == (1, 2, 3)
    assert repr(point) == "Point(x=1, y=2)"
    assert not hasattr(point, "__dict__")
    match point:
        case Point(x, y=y):
            assert (x, y) == (1, 2)


@pytest.mark.parametrize("made", [Point, Reference])
def test_its_methods_are_those_of_typing(made: Any) -> None:
    point = made(y=4, x=3)
    assert made._fields == made.__match_args__ == ("x", "y")
    assert made._field_defaults == {"y": 2}
    assert point._asdict() == {"x": 3, "y": 4}
    assert made._make([3, 4]) == point._replace(x=3) == point
    assert type(point._replace(y=5)) is made


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_it_can_be_copied(copied: Callable[[Point], Point]) -> None:
    assert type(copied(Point(1))) is Point
    assert copied(Point(1)) == Point(1)


def test_it_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Point(7, 8))) == Point(7, 8)


@pytest.mark.parametrize("made", [Point, Reference])
@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda made: made(), TypeError),
        (lambda made: made(y=1), TypeError),
        (lambda made: made(1, 2, 3), TypeError),
        (lambda made: made(1, x=1), TypeError),
        (lambda made: made(1, z=1), TypeError),
        (lambda made: made._make([1, 2, 3]), TypeError),
        (lambda made: made(1)._replace(z=1), (TypeError, ValueError)),
        (lambda made: setattr(made(1), "x", 2), AttributeError),
    ],
)
def test_what_typing_refuses_is_refused(
    made: Any, call: Callable[[Any], object], error: Any
) -> None:
    with pytest.raises(error):
        call(made)


def test_neither_typing_nor_collections_is_imported() -> None:
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}; import psp.light\n"
        "print(sorted({'typing', 'collections', 'functools'} & set(sys.modules)))"
    )
    command = [sys.executable, "-ISc", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
