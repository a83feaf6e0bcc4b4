"""Settings that must go together, and where a site's sessions are kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from psp.errors import SettingsError
from psp.settings import Settings, load_settings


def load(folder: Path, text: str) -> Settings:
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "psp.toml").write_text('document_root = "pages"\n' + text)
    return load_settings(folder / "psp.toml", {})


def problem(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    return str(caught.value).replace(f"{folder}{os.sep}", "")


def test_sessions_are_kept_in_memory_unless_a_site_says_more(tmp_path: Path) -> None:
    assert load(tmp_path, "").session.store == "memory"


def test_a_path_starts_at_the_file_and_means_sqlite(tmp_path: Path) -> None:
    settings = load(tmp_path, '[session]\npath = "data/sessions"')
    assert settings.session.store == "sqlite"
    assert settings.session_path == str(tmp_path / "data" / "sessions")


def test_a_store_that_is_named_wins(tmp_path: Path) -> None:
    settings = load(tmp_path, '[session]\npath = "data"\nstore = "file"')
    assert settings.session.store == "file"


def test_without_a_path_every_site_and_store_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    options = [
        {"document_root": root, "session": {"store": store}}
        for root in (tmp_path / "a", tmp_path / "b")
        for store in ("file", "sqlite")
    ]
    paths = {load_settings(None, {}, _plain(one)).session_path for one in options}
    assert len(paths) == 4
    assert {os.path.dirname(path) for path in paths} == {
        str(tmp_path / "data" / "psp" / "sessions")
    }


def _plain(options: dict[str, object]) -> dict[str, object]:
    return {**options, "document_root": str(options["document_root"])}


@pytest.mark.parametrize(
    "path", ["pages", "pages/data", "pages/../pages/x", "link", "link/new/file"]
)
def test_a_path_in_the_document_root_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "link").symlink_to("pages")
    for store in ("sqlite", "file"):
        text = f'[session]\nstore = "{store}"\npath = "{path}"'
        assert problem(tmp_path, text).startswith(
            "psp.toml:4:1: session.path is a path outside the document root"
        )


def test_so_is_a_document_root_around_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "pages"))
    text = '[session]\nstore = "file"'
    assert problem(tmp_path, text).startswith("psp.toml:3:1: session.path is")


def test_pickle_needs_a_key(tmp_path: Path) -> None:
    text = 'key_file = "none"\n[session]\nstore = "file"\nserializer = "pickle"'
    assert problem(tmp_path, text).startswith("psp.toml:5:1: session.serializer is")


def test_a_bad_path_is_named_with_its_place(tmp_path: Path) -> None:
    assert problem(tmp_path, "[session]\npath = 7") == (
        "psp.toml:3:1: session.path is the path of a file or folder, not 7"
    )
