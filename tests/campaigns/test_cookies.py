"""The campaign against signed cookies, in short."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp.http.cookies import SignedCookie

from . import cookies


def test_no_altered_cookie_is_believed(tmp_path: Path) -> None:
    table, well = cookies.run(tmp_path, 140)
    assert well, table
    assert "140 altered cookies: 0 accepted, 0 answered with 5xx; 3 of 3" in table


def test_a_hole_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The campaign is not blind: a site that believes everything is found out."""
    monkeypatch.setattr(
        SignedCookie, "read", lambda cookies, name, *rest: cookies.get(name)
    )
    table, well = cookies.run(tmp_path, 140)
    assert not well and " 0 accepted" not in table
