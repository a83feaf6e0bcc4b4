"""Settings of the last process: the same as those that are parsed, or parsed again."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from psp import SettingsError
from psp.adapters import keptsettings, preparing
from psp.adapters.keptsettings import KeptSettings, kept_settings
from psp.settings import Settings, load_settings

CONFIG = """
document_root = "htdocs"
index = ["a.psp"]
cookie_keys = ["a long key that nobody has seen before"]
static_types = { ".x" = "text/x" }
[limits]
fields = 7
[session]
timeout = 60
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file that has not just been written, and an own cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "htdocs").mkdir()
    return write(tmp_path / "psp.toml", CONFIG)


def write(config: Path, text: str, age: int = 60) -> Path:
    config.write_text(text)
    then = time.time_ns() - age * 10**9
    os.utime(config, ns=(then, then))
    return config


def file_of(config: Path) -> Path:
    """The one file in which settings are kept."""
    (file,) = (config.parent / "caches" / "psp").glob("*.settings")
    return file


def values(settings: object) -> dict[str, object]:
    """All that *settings* say, computed values too."""
    return {
        name: values(getattr(settings, name))
        if name in ("server", "limits", "session", "cgi")
        else getattr(settings, name)
        for name in dir(settings)
        if not name.startswith("_")
    }


def test_the_second_process_has_the_settings_of_the_first(config: Path) -> None:
    first = kept_settings(str(config))
    second = kept_settings(str(config))
    assert isinstance(first, Settings) and isinstance(second, KeptSettings)
    assert values(second) == values(first)
    assert type(second.page_options) is type(first.page_options)
    expected = preparing.with_cache(load_settings(config))
    assert second.cache_dir == expected.cache_dir
    assert second.session.store == "sqlite"  # all processes see those


def test_nobody_else_can_read_them(config: Path) -> None:
    kept_settings(str(config))
    assert file_of(config).stat().st_mode & 0o777 == 0o600


def test_a_changed_file_is_parsed_again(config: Path) -> None:
    for _ in range(2):
        kept_settings(str(config))
    write(config, CONFIG.replace("fields = 7", "fields = 8"))
    assert kept_settings(str(config)).limits.fields == 8
    write(config, "no setting")
    with pytest.raises(SettingsError):
        kept_settings(str(config))


@pytest.mark.parametrize("name", ["PSP_LIMITS_FIELDS", "XDG_DATA_HOME", "HOME"])
def test_another_environment_is_another_state(
    config: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kept_settings(str(config))
    monkeypatch.setenv(name, "9")
    settings = kept_settings(str(config))
    assert isinstance(settings, Settings)
    assert values(settings) == values(kept_settings(str(config)))


def test_a_file_that_has_just_changed_is_not_relied_on(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = config.stat().st_mtime_ns + 10**9
    monkeypatch.setattr(keptsettings, "time", SimpleNamespace(time_ns=lambda: soon))
    for _ in range(2):
        assert isinstance(kept_settings(str(config)), Settings)


@pytest.mark.parametrize("at", [0, 10, 50, 200, -1])
def test_damage_is_a_reason_to_parse(config: Path, at: int) -> None:
    kept_settings(str(config))
    file = file_of(config)
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)
    assert isinstance(kept_settings(str(config)), Settings)
    assert isinstance(kept_settings(str(config)), KeptSettings)


@pytest.mark.parametrize("size", [0, 8, 41, 100])
def test_what_was_cut_is_parsed(config: Path, size: int) -> None:
    kept_settings(str(config))
    os.truncate(file_of(config), size)
    assert isinstance(kept_settings(str(config)), Settings)


def test_a_file_that_others_can_write_is_not_believed(config: Path) -> None:
    kept_settings(str(config))
    file_of(config).chmod(0o666)
    assert isinstance(kept_settings(str(config)), Settings)


def test_without_a_cache_folder_they_are_parsed(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(config))  # no folder
    for _ in range(2):
        assert isinstance(kept_settings(str(config)), Settings)


def test_another_version_of_psp_parses_them(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_settings(str(config))
    monkeypatch.setattr(keptsettings, "TAG", "cpython-27-abi0")
    assert isinstance(kept_settings(str(config)), Settings)
