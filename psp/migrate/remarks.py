"""Remark: what the report says of a place."""

from __future__ import annotations

from typing import NamedTuple


class Remark(NamedTuple):
    """A sentence about the place ``at``, an offset.

    ``decide`` tells what a person must decide from what they may like to know.
    """

    at: int
    message: str
    decide: bool = True


class Migrated(NamedTuple):
    """A text as Python 3, and what is to say of places in it."""

    text: str
    remarks: tuple[Remark, ...]
