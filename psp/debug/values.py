"""What variables hold, as text: bounded in length and time, secrets masked."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextvars import copy_context
from itertools import islice
from threading import Thread
from time import monotonic
from typing import NamedTuple

from .masking import MASK, is_secret, mask_looks, mask_pairs

MOST_TEXT = 300  # characters of one string or one object
MOST_ITEMS = 20  # of one container
MOST_DEPTH = 3
MOST_TOTAL = 1200  # characters of one variable

PATIENCE = 0.25  # seconds that one value may take

TOO_SLOW = "(takes too long to show)"

_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    deque: ("deque([", "])"),
}


class Variable(NamedTuple):
    """A name and the text of what it holds."""

    name: str
    value: str


def describe(name: str, value: object) -> str:
    """The text of *value*, which is called *name*; never raises."""
    if is_secret(name):
        return MASK
    try:
        return _cut(_describe(value, MOST_DEPTH), MOST_TOTAL)
    except BaseException as error:
        return f"(cannot be shown: {type(error).__name__})"


def describe_all(
    named: Iterable[tuple[str, object]], deadline: float
) -> list[Variable]:
    """Every one of *named* as text, done at *deadline* (of ``time.monotonic``).

    Code of the values runs in a thread that is left behind when it does not come back.
    """
    pairs, texts = list(named), list[str]()
    while len(texts) < len(pairs) and monotonic() < deadline:
        texts += _describe_some(pairs[len(texts) :], deadline)
        if len(texts) < len(pairs):
            texts.append(TOO_SLOW)
    texts += [TOO_SLOW] * (len(pairs) - len(texts))
    return [Variable(name, text) for (name, _), text in zip(pairs, texts, strict=True)]


def _describe_some(pairs: Sequence[tuple[str, object]], deadline: float) -> list[str]:
    """The texts of *pairs* up to one that takes too long."""
    texts: list[str] = []

    def work() -> None:
        for name, value in pairs:
            texts.append(describe(name, value))

    thread = Thread(target=copy_context().run, args=(work,), daemon=True)
    thread.start()
    done = -1
    while thread.is_alive() and done < len(texts) and monotonic() < deadline:
        done = len(texts)
        thread.join(PATIENCE)
    return texts[:]


def _describe(value: object, depth: int) -> str:
    kind = type(value)
    if isinstance(value, str | bytes | bytearray):
        return _describe_text(value)
    if isinstance(value, dict):
        # Asked as a plain dict: a lazy one, a session say, must not load for this.
        text = _describe_items(dict.items(value), dict.__len__(value), depth)
        return text if kind is dict else f"{kind.__name__}({text})"
    for base, brackets in _BRACKETS.items():
        plain: object = base.__repr__
        if isinstance(value, base) and kind.__repr__ is plain:
            return _describe_container(value, brackets, depth)  # type: ignore[arg-type]
    if isinstance(value, Mapping):
        text = _describe_items(value.items(), len(value), depth)
        return f"{kind.__name__}({text})"
    return _cut(mask_looks(mask_pairs(repr(value)[: 4 * MOST_TEXT])), MOST_TEXT)


def _describe_text(value: str | bytes | bytearray) -> str:
    shown = mask_looks(repr(value[:MOST_TEXT]))
    return shown if len(value) <= MOST_TEXT else f"{shown}… ({len(value)} in all)"


def _describe_items(
    items: Iterable[tuple[object, object]], size: int, depth: int
) -> str:
    if not depth:
        return "{…}"
    shown = [
        f"{_describe(key, depth - 1)}: "
        + (MASK if is_secret(key) else _describe(value, depth - 1))
        for key, value in islice(items, MOST_ITEMS)
    ]
    return "{" + ", ".join(shown + _rest(size)) + "}"


def _describe_container(
    values: Collection[object], brackets: tuple[str, str], depth: int
) -> str:
    if not values:
        return repr(values)
    if not depth:
        return "…".join(brackets)
    shown = [_describe(value, depth - 1) for value in islice(values, MOST_ITEMS)]
    if isinstance(values, tuple) and len(values) == 2 and is_secret(values[0]):
        shown[1] = MASK  # a header field, say
    comma = "," if isinstance(values, tuple) and len(values) == 1 else ""
    return (", ".join(shown + _rest(len(values))) + comma).join(brackets)


def _rest(size: int) -> list[str]:
    return [f"… {size - MOST_ITEMS} more"] if size > MOST_ITEMS else []


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
