"""The campaign of scripts that come with values, in short."""

from __future__ import annotations

import pytest

from psp.runtime import escape

from . import xss


def test_nothing_gets_through() -> None:
    table, well = xss.run(xss.payloads(every=9))
    assert well, table


def test_there_are_enough() -> None:
    found = xss.payloads()
    assert len(found) == len(set(found)) >= 300


def test_a_hole_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign is not blind: an escaper that does nothing is found out."""
    monkeypatch.setattr(escape, "_escapers", {})
    monkeypatch.setattr(escape, "_remembered", {})
    monkeypatch.setattr(escape, "_find_escaper", lambda name: str)
    table, well = xss.run(xss.payloads(every=40))
    assert not well, table
