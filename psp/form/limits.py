"""Limits: what ``Annotated`` may ask of a value, and tell the browser of it."""

from __future__ import annotations

import os
import re
from collections.abc import Sized
from dataclasses import dataclass
from typing import Any, Protocol

from ..http.fields import Field
from .messages import Invalid


class Limit(Protocol):
    """One demand on a value."""

    def check(self, value: Any) -> None:
        """Raise Invalid if *value* does not meet it."""

    def attributes(self) -> dict[str, object]:
        """What it is in HTML."""


@dataclass(frozen=True, slots=True)
class Length:
    """Characters of a text, or values of a list: from *min* to *max*."""

    min: int = 0
    max: int | None = None

    def check(self, value: Sized) -> None:
        unit = "characters" if isinstance(value, str) else "values"
        if len(value) < self.min:
            raise Invalid(f"At least {{min}} {unit} are needed.", min=self.min)
        if self.max is not None and len(value) > self.max:
            raise Invalid(f"At most {{max}} {unit} are taken.", max=self.max)

    def attributes(self) -> dict[str, object]:
        return {"minlength": self.min or None, "maxlength": self.max}


@dataclass(frozen=True, slots=True)
class Range:
    """What can be compared, numbers and dates: from *min* to *max*."""

    min: Any = None
    max: Any = None

    def check(self, value: Any) -> None:
        if self.min is not None and value < self.min:
            raise Invalid("This must be {min} or more.", min=self.min)
        if self.max is not None and value > self.max:
            raise Invalid("This must be {max} or less.", max=self.max)

    def attributes(self) -> dict[str, object]:
        return {"min": self.min, "max": self.max}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that the whole text matches."""

    regex: str
    message: str = "This does not look right."

    def check(self, value: str) -> None:
        if not re.fullmatch(self.regex, value):
            raise Invalid(self.message)

    def attributes(self) -> dict[str, object]:
        return {}  # browsers have other regular expressions


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of an upload: at most *max*."""

    max: int

    def check(self, value: Field) -> None:
        size = value.file.seek(0, os.SEEK_END)
        value.file.seek(0)
        if size > self.max:
            raise Invalid("The file is larger than {max} bytes.", max=self.max)

    def attributes(self) -> dict[str, object]:
        return {}


@dataclass(frozen=True, slots=True)
class AsSent:
    """Blanks around the text are kept, as a password needs."""

    def check(self, value: str) -> None:
        """Everything will do."""

    def attributes(self) -> dict[str, object]:
        return {}
