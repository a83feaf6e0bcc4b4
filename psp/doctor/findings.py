"""Findings: what a check of the doctor says."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """Something wrong: ``kind`` is what fixes know it by, ``text`` what was seen."""

    kind: str
    text: str
