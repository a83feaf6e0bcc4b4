"""The campaign of requests that share a session, in short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from psp.session.store import REMOTE

from . import session_requests, sessions

pytestmark = pytest.mark.slow

NAMES = [
    pytest.param(name, marks=pytest.mark.servers if name in REMOTE else ())
    for name in sessions.STORES
]


@pytest.mark.parametrize("name", NAMES)
def test_requests(name: str, tmp_path: Path) -> None:
    lines = list(session_requests.run(name, tmp_path, 8))
    assert lines[0].endswith("8 logouts against slow requests: 0 sessions came back")
    assert "6 endings: the lock was free" in lines[1]
    assert "a holder was killed: the lock was free" in lines[2]
    assert lines[3].endswith("5xx, and the record is as it was")


def test_a_session_that_comes_back_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_empties(store: Any) -> None:
        pass

    monkeypatch.setattr(session_requests, "logs_out", only_empties)
    with pytest.raises(sessions.Wrong, match="4 sessions came back"):
        session_requests.logouts("file", tmp_path, 4)
