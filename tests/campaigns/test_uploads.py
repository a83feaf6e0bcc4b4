"""The campaign of uploads, in short."""

from __future__ import annotations

import pytest

from psp.errors import FormError

from . import uploads


@pytest.mark.slow
def test_every_body_of_a_browser_at_every_point() -> None:
    assert uploads.splits().startswith("30 bodies of a browser cut at 22049 points")


def test_a_cut_that_matters_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loses(uploads.Halves):
        def __init__(self, data: bytes, at: int) -> None:
            super().__init__(data[:at] + data[at + 1 :] if at else data, at)

    monkeypatch.setattr(uploads, "Halves", Loses)
    with pytest.raises((uploads.Wrong, FormError)):
        uploads.splits()


@pytest.mark.slow
def test_a_server() -> None:
    with uploads.serving() as server:
        assert "hashes right" in uploads.parallel(server, 16)
        assert uploads.cut_short(server, 100).endswith("no file is left")
        assert uploads.limits(server).startswith("9 requests over a limit")
