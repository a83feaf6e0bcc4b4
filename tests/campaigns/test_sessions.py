"""The campaign against session stores, in short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from psp.session.store import REMOTE

from . import sessions

SHORT = sessions.Counts(runs=2, kills=3, flips=50, count=200, step=151)

pytestmark = pytest.mark.slow


NAMES = [
    pytest.param(name, marks=pytest.mark.servers if name in REMOTE else ())
    for name in sessions.STORES
]


@pytest.mark.parametrize("name", NAMES)
def test_sessions(name: str, tmp_path: Path) -> None:
    lines = list(sessions.run(name, tmp_path, SHORT))
    assert lines[0] == f"{name}: 2 runs of 4 processes: 100 each"
    assert lines[1].startswith(f"{name}: 3 writers killed")
    assert lines[2] == f"{name}: 29 chosen or malformed ids: none was adopted"
    assert lines[3] == f"{name}: 200 made-up ids: no record"
    assert "damaged" in lines[4]


def test_lost_updates_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The campaign is not blind: with one process too few, it complains."""
    monkeypatch.setattr(sessions, "GOAL", 101)
    with pytest.raises(sessions.Wrong, match="100 instead of 101"):
        sessions.count_together("file", tmp_path, SHORT)


def test_records_made_by_reading_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def visit_and_write(application: Any, cookie: str) -> None:
        store = application.handler.sessions
        store.save(sessions.KEY, sessions.RECORD)

    monkeypatch.setattr(sessions, "visit", visit_and_write)
    with pytest.raises(sessions.Wrong, match="a record was made"):
        sessions.make_up_ids("sqlite", tmp_path, SHORT._replace(count=1))
