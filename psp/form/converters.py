"""Converters: the text of a field as a value, and a value as text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from .messages import Invalid

Converter = Callable[[str], Any]


def _matching(pattern: str, make: Converter, message: str) -> Converter:
    """*make* for texts of *pattern*; for others, and where it fails, *message*."""

    def convert(text: str) -> Any:
        try:
            if re.fullmatch(pattern, text):
                return make(text)
        except ValueError:
            pass  # the right characters in the wrong place: 30 February
        raise Invalid(message)

    return convert


_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
_PLAIN = r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})"
_NUMBER = "A number is needed."
CONVERTERS: dict[type, Converter] = {
    str: str,
    int: _matching(r"[+-]?[0-9]{1,400}", int, "A whole number is needed."),
    float: _matching(_PLAIN + r"(?:[eE][+-]?[0-9]{1,2})?", float, _NUMBER),
    Decimal: _matching(_PLAIN, Decimal, _NUMBER),
    date: _matching(_DAY, date.fromisoformat, "A date is needed."),
    time: _matching(_TIME, time.fromisoformat, "A time is needed."),
    datetime: _matching(
        f"{_DAY}[T ]{_TIME}", datetime.fromisoformat, "A date and a time are needed."
    ),
}


def choices_of(kind: Any) -> dict[str, Any] | None:
    """The values that a Literal or an Enum allows, by the text sent for them."""
    if get_origin(kind) is Literal:
        return {text_for(value): value for value in get_args(kind)}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {text_for(member): member for member in kind}
    return None


def converter_for(kind: Any) -> Converter:
    """What makes values of *kind*; raises TypeError if nothing does."""
    choices = choices_of(kind)
    if choices is None:
        if kind not in CONVERTERS:
            raise TypeError(f"no field of a form can be {kind!r}")
        return CONVERTERS[kind]

    def choose(text: str) -> Any:
        if text not in choices:
            raise Invalid("Choose one of these.")
        return choices[text]

    return choose


def text_for(value: object) -> str:
    """*value* as a form sends it."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
