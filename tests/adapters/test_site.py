"""The site that settings describe: its sessions outlive it where that is asked for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from psp import WSGIApplication
from psp.errors import SettingsError
from psp.settings import load_settings

COUNTER = "<% session['n'] = session.get('n', 0) + 1 %><%= session['n'] %>"
OBJECTS = (
    "<% import fractions; n = session.get('n', 0) + fractions.Fraction(1, 2)\n"
    "session['n'] = n %><%= n %>"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Data go into the test's folder; what holds files is gone in the end."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield tmp_path
    gc.collect()


def restarting(folder: Path, page: str, **session: str) -> list[str]:
    """What *page* answers one visitor three times, from a new application each time."""
    root = folder / "pages"
    root.mkdir(exist_ok=True)
    (root / "page.psp").write_text(page)
    cookie, texts = "", []
    for _ in range(3):
        site = WSGIApplication(str(root), session=session)
        client = Client(site, use_cookies=False)
        response = client.get("/page.psp", headers={"Cookie": cookie})
        texts.append(response.get_data(as_text=True).strip())
        cookie = response.headers.get("Set-Cookie", cookie).partition(";")[0]
    return texts


def test_memory_is_forgotten(home: Path) -> None:
    assert restarting(home, COUNTER) == ["1", "1", "1"]


@pytest.mark.parametrize("store", ["sqlite", "file"])
def test_other_stores_are_not(home: Path, store: str) -> None:
    assert restarting(home, COUNTER, store=store) == ["1", "2", "3"]
    assert list((home / "data" / "psp" / "sessions").iterdir())


def test_a_path_is_enough(home: Path) -> None:
    path = home / "kept" / "sessions.db"
    assert restarting(home, COUNTER, path=str(path)) == ["1", "2", "3"]
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_pickle_where_a_site_asks_for_it(home: Path) -> None:
    texts = restarting(home, OBJECTS, store="file", serializer="pickle")
    assert texts == ["1/2", "1", "3/2"]
    assert (home / "data" / "psp" / "key").exists()


def test_a_change_of_the_serializer_starts_anew(home: Path) -> None:
    restarting(home, COUNTER, store="file", path=str(home / "s"))
    texts = restarting(
        home, COUNTER, store="file", path=str(home / "s"), serializer="pickle"
    )
    assert texts == ["1", "2", "3"]


def test_a_document_root_that_comes_late_is_checked_as_well(home: Path) -> None:
    path = str(home / "pages" / "sessions.db")
    settings = load_settings(None, {}, {"session": {"path": path}})
    with pytest.raises(SettingsError, match="outside the document root"):
        WSGIApplication(str(home / "pages"), settings=settings)
    with pytest.raises(SettingsError, match="outside the document root"):
        restarting(home, COUNTER, path=path)


def test_a_key_that_others_can_read_is_refused(home: Path) -> None:
    key = home / "data" / "psp" / "key"
    key.parent.mkdir(parents=True)
    key.write_bytes(bytes(32))
    key.chmod(0o644)
    with pytest.raises(SettingsError, match="the key"):
        restarting(home, COUNTER, store="file", serializer="pickle")
