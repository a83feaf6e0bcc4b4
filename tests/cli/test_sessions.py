"""``psp sessions``: what the store of a site holds."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from psp.session.serializer import JSON
from psp.session.store import SessionData, make_store

from .conftest import Run

LIVE, OVER = "ab" * 32, "cd" * 32


@pytest.fixture(params=["sqlite", "file", "dbm"])
def store(request: pytest.FixtureRequest, folder: Path) -> Any:
    """A store with a session that is in use and one that is over."""
    (folder / "pages").mkdir()
    path = folder / "sessions"
    (folder / "psp.toml").write_text(
        'document_root = "pages"\n'
        f'[session]\nstore = "{request.param}"\npath = "sessions"\n'
    )
    store: Any = make_store(request.param, path=path)
    now, data = time.time(), JSON.dumps({"user": "Ada", "token": "s3cret"})
    store.save(LIVE, SessionData(now, now, 1000, data))
    store.save(OVER, SessionData(0, 0, 1000, data))
    return store


def test_list(run: Run, store: Any) -> None:
    result = run("sessions", "list")
    live, over = result.stdout.splitlines()[:2]
    assert live.startswith(LIVE[:16]) and not live.endswith("over")
    assert over.startswith(OVER[:16]) and over.endswith("over")
    assert "1970-01-01T00:00:00Z" in over


def test_show(run: Run, store: Any) -> None:
    text = run("sessions", "show", LIVE[:6]).stdout
    assert f"key       {LIVE}" in text and "timeout   1000 s" in text
    assert "'token'" in text and "s3cret" not in text
    assert "'token': 's3cret'" in run("sessions", "show", LIVE, "--values").stdout
    result = run("sessions", "show", "ff")
    assert result.exit_code == 1 and "no sessions begin with 'ff'" in result.output
    assert "2 sessions begin with ''" in run("sessions", "show", "").output


def test_expire(run: Run, store: Any) -> None:
    assert run("sessions", "expire").stdout == "forgot 1 sessions\n"
    assert store.keys() == [LIVE]


def test_purge(run: Run, store: Any) -> None:
    assert run("sessions", "purge", input="n\n").exit_code == 1
    assert sorted(store.keys()) == [LIVE, OVER]
    assert run("sessions", "purge", "--yes").stdout == "forgot 2 sessions\n"
    assert store.keys() == []


def test_sessions_in_memory_cannot_be_seen(run: Run, folder: Path) -> None:
    result = run("sessions", "list")
    assert result.exit_code == 1
    assert "only the server itself knows its sessions" in result.output
