"""The campaign against compiled files, in short."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import cache_kill

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
def test_cache_kill(tmp_path: Path, signed: bool) -> None:
    summary = cache_kill.run(tmp_path / "arena", signed, count=8, step=40)
    assert "8 writers killed" in summary
    assert "120 flipped bits: every page right" in summary


def test_damage_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The campaign is not blind: an undamaged file makes it complain."""
    monkeypatch.setattr(cache_kill, "FLIPS", 0)
    cache_kill.run(tmp_path / "arena", True, count=1, step=10_000)
    with pytest.raises(cache_kill.Wrong, match="unnoticed"):
        cache_kill.damage_file(tmp_path / "arena", True, "cut", [10_000_000])
