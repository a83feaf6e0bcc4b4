"""Settings come from file, environment and options, checked and placed."""

from __future__ import annotations

import dataclasses
import logging
import os
from pathlib import Path

import pytest

from psp.errors import SettingsError
from psp.http.limits import DEFAULT_LIMITS
from psp.settings import Settings, describe_settings, load_settings


def from_text(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "psp.toml"
    file.write_text(text)
    return load_settings(file, {})


def message(tmp_path: Path, text: str) -> str:
    """The error that *text* earns, without the folder in front."""
    with pytest.raises(SettingsError) as caught:
        from_text(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}{os.sep}", "")


def test_nothing_given_is_the_defaults() -> None:
    assert load_settings(environ={}) == Settings(document_root=os.getcwd())


def test_defaults_are_safe() -> None:
    settings = Settings()
    assert settings.server.host == "127.0.0.1"
    assert not settings.development
    assert settings.follow_links == "never"


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().dialect = "mod_python"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Settings().static_types[".x"] = "text/plain"  # type: ignore[index]


def test_file(tmp_path: Path) -> None:
    settings = from_text(
        tmp_path,
        """
        dialect = "mod_python"
        extensions = [".psp", ".html"]
        static_types = { ".MD" = "text/markdown; charset=utf-8" }
        server.port = 0
        [limits]
        body_bytes = "2.5mb"
        [session]
        timeout = 60
        """,
    )
    assert settings.dialect == "mod_python"
    assert settings.extensions == (".psp", ".html")
    assert settings.static_types == {".md": "text/markdown; charset=utf-8"}
    assert settings.server.port == 0
    assert settings.limits.body_bytes == 2_621_440
    assert settings.session.timeout == 60.0


def test_later_layers_win_and_earlier_ones_stay(tmp_path: Path) -> None:
    file = tmp_path / "psp.toml"
    file.write_text("[server]\nhost = '::1'\nport = 1\nthreads = 2\n")
    settings = load_settings(
        file,
        {"PSP_SERVER_PORT": "3", "PSP_SERVER_THREADS": "5"},
        {"server": {"threads": 7}},
    )
    server = settings.server
    assert (server.host, server.port, server.threads) == ("::1", 3, 7)


@pytest.mark.parametrize(
    ("name", "text", "path", "value"),
    [
        ("PSP_DEVELOPMENT", "Yes", "development", True),
        ("PSP_DEVELOPMENT", "0", "development", False),
        ("PSP_INDEX", "a.psp, b.html,", "index", ("a.psp", "b.html")),
        ("PSP_BUFFER", "none", "buffer", 0),
        ("PSP_BUFFER", "64KB", "buffer", 65536),
        ("PSP_BUFFER", "100", "buffer", 100),
        ("PSP_RELOAD_INTERVAL", "0.5", "reload_interval", 0.5),
        ("PSP_STATIC_TYPES", ".md=text/markdown", "static_types", None),
        ("PSP_DIALECT", "", "dialect", "psp"),
    ],
)
def test_environment(name: str, text: str, path: str, value: object) -> None:
    found = getattr(load_settings(environ={name: text}), path)
    assert found == ({".md": "text/markdown"} if value is None else value)


def test_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSP_SESSION_COOKIE", "sid")
    assert load_settings().session.cookie == "sid"


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("PSP_SERVER_PORT", "tcp://10.0.0.1:80", "a whole number from 0 to 65535"),
        ("PSP_SERVER_PORT", "65536", "a whole number from 0 to 65535"),
        ("PSP_DEVELOPMENT", "maybe", "true or false"),
        ("PSP_DIALECT", "PSP", '"psp" or "mod_python"'),
        ("PSP_LIMITS_BODY_BYTES", "1.5", 'a number of bytes, or "64kb"'),
        ("PSP_LIMITS_BODY_BYTES", "0", 'a number of bytes, or "64kb"'),
        ("PSP_SESSION_TIMEOUT", "1e400", "a number of seconds above 0"),
        ("PSP_STATIC_TYPES", ".md", "a table of media types"),
    ],
)
def test_bad_environment_names_the_variable(name: str, text: str, wanted: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={name: text})
    assert str(caught.value).startswith(f"{name}: ")
    assert wanted in str(caught.value)


def test_unknown_variable_is_only_reported(caplog: pytest.LogCaptureFixture) -> None:
    environ = {"PSP_DIALEKT": "psp", "PSP_CONFIG": "x", "PSPDEV": "/usr"}
    with caplog.at_level(logging.WARNING):
        assert load_settings(environ=environ) == load_settings(environ={})
    assert caplog.messages == [
        "PSP_DIALEKT: no such setting; did you mean 'PSP_DIALECT'?"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "\ndialct = 'psp'",
            "psp.toml:2:1: no setting 'dialct'; did you mean 'dialect'?",
        ),
        (
            "port = 80",
            "psp.toml:1:1: no setting 'port'; did you mean 'server.port'?",
        ),
        (
            "[server]\n  prot = 1",
            "psp.toml:2:3: no setting 'server.prot'; did you mean 'server.port'?",
        ),
        (
            "[sesion]\ntimeout = 1",
            "psp.toml:1:2: no setting 'sesion'; did you mean 'session'?",
        ),
        ("zzz = 1", "psp.toml:1:1: no setting 'zzz'"),
        (
            "a = '''\nserver = 1'''\n",
            "psp.toml:1:1: no setting 'a'",
        ),
        ("server = 8000", "psp.toml:1:1: server is a table, not 8000"),
        (
            "[[server]]\nport = 1",
            "psp.toml:1:3: server is a table, not [{'port': 1}]",
        ),
        (
            "\n[server]\nport = '80'",
            "psp.toml:3:1: server.port is a whole number from 0 to 65535, not '80'",
        ),
        (
            "server = { threads = true }",
            "psp.toml:1:12: server.threads is a whole number from 1 to 1000, not True",
        ),
        (
            "[session]\ncookie = 'a b'",
            'psp.toml:2:1: session.cookie is a name such as "pysid", of ASCII without '
            "blanks, not 'a b'",
        ),
        ("[session]\ncookie = 'a;b'", "psp.toml:2:1: session.cookie is a name"),
        ("extensions = 'psp'", "psp.toml:1:1: extensions is a list of extensions"),
        ("extensions = ['psp']", "psp.toml:1:1: extensions is a list of extensions"),
        ("extensions = []", "psp.toml:1:1: extensions is a list of extensions"),
        ("index = ['../x']", "psp.toml:1:1: index is a list of file names"),
        ("private = ['a/../b']", "psp.toml:1:1: private is a list of folders"),
        ("private = ['/']", "psp.toml:1:1: private is a list of folders"),
        ("private = [1]", "psp.toml:1:1: private is a list of folders"),
        ("encoding = 'utf-9'", "psp.toml:1:1: encoding is the name of an encoding"),
        ("encoding = 'hex'", "psp.toml:1:1: encoding is the name of an encoding"),
        ("buffer = -1", "psp.toml:1:1: buffer is a number of bytes"),
        ("buffer = true", "psp.toml:1:1: buffer is a number of bytes"),
        ("buffer = '1.5'", "psp.toml:1:1: buffer is a number of bytes"),
        ("buffer = '1 parsec'", "psp.toml:1:1: buffer is a number of bytes"),
        ("reload_interval = nan", "psp.toml:1:1: reload_interval is a number"),
        ("reload_interval = -1", "psp.toml:1:1: reload_interval is a number"),
        ("document_root = ''", "psp.toml:1:1: document_root is the path"),
        ("session.store = 'redi'", 'psp.toml:1:1: session.store is "'),
        ("static_types = 1", "psp.toml:1:1: static_types is a table"),
        (
            "static_types = {'.a' = \"b/c\\nd\"}",
            "psp.toml:1:1: static_types is a table",
        ),
        ("static_types = {md = 'a/b'}", "psp.toml:1:1: static_types is a table"),
    ],
)
def test_errors_of_a_file_are_placed(tmp_path: Path, text: str, expected: str) -> None:
    assert message(tmp_path, text).startswith(expected)


def test_long_values_are_cut_in_messages(tmp_path: Path) -> None:
    assert len(message(tmp_path, f"dialect = '{'x' * 10_000}'")) < 200


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = \n", "psp.toml:1:5: "),
        ("a = 1\nb = [1", "psp.toml:2:7: "),
        ("a = 1\na = 2\n", "psp.toml:2:6: "),
        ("[a\n", "psp.toml:1:3: "),
    ],
)
def test_broken_toml_is_placed(tmp_path: Path, text: str, place: str) -> None:
    found = message(tmp_path, text)
    assert found.startswith(place)
    assert "(at" not in found


def test_file_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "psp.toml"
    file.write_bytes(b"dialect = '\xff'")
    with pytest.raises(SettingsError, match="psp.toml: not UTF-8 at byte 11"):
        load_settings(file)


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="No such file|Is a directory"):
        load_settings(tmp_path / name)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"dialct": "psp"}, "options: no setting 'dialct'; did you mean 'dialect'?"),
        ({"server": {"port": "1"}}, "options: server.port is a whole number"),
        ({"development": 1}, "options: development is true or false, not 1"),
    ],
)
def test_bad_options(options: dict[str, object], expected: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ={}, options=options)
    assert str(caught.value).startswith(expected)


def test_relative_paths_start_where_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "psp.toml").write_text("document_root = 'htdocs'\ncache_dir = '~/c'")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/someone")
    settings = load_settings("site/psp.toml", {})
    assert settings.document_root == str(site / "htdocs")
    assert settings.cache_dir == "/home/someone/c"
    settings = load_settings("site/psp.toml", {"PSP_DOCUMENT_ROOT": "other"})
    assert settings.document_root == str(tmp_path / "other")


def test_key_of_compiled_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert Settings().key_path == str(tmp_path / "data" / "psp" / "key")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/someone")
    assert Settings().key_path == "/home/someone/.local/share/psp/key"
    assert from_text(tmp_path, "key_file = 'k'").key_path == str(tmp_path / "k")
    assert from_text(tmp_path, "key_file = 'none'").key_path is None


def test_folders_are_spelt_without_outer_slashes() -> None:
    settings = load_settings(environ={}, options={"no_pages": ["/up/loads/"]})
    assert settings.no_pages == ("up/loads",)


def test_page_options_are_the_dialects_with_what_is_set() -> None:
    options = {"dialect": "mod_python", "escape": "html", "buffer": 0}
    found = load_settings(environ={}, options=options).page_options
    assert found.dialect == "mod_python"
    assert (found.escape, found.buffer, found.methods) == ("html", 0, ())
    assert Settings(dialect="mod_python").page_options.buffer == 8000


def test_limits_are_those_that_request_parsing_knows() -> None:
    for name, value in DEFAULT_LIMITS._asdict().items():
        assert getattr(Settings().limits, name) == value


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({}, 4.0),
        ({"development": True}, 1.0),
        ({"reload_interval": 0}, 0.0),
        ({"reload_interval": "never"}, None),
    ],
)
def test_check_interval(options: dict[str, object], seconds: float | None) -> None:
    assert load_settings(environ={}, options=options).check_interval == seconds


def test_the_table_describes_every_setting_with_its_default() -> None:
    table = describe_settings()
    assert '| `extensions` | `[".psp"]` |' in table
    assert "| `server.port` | `8000` | a whole number from 0 to 65535 |" in table
    assert "| `cache_dir` |  |" in table
    rows = [line.split("|") for line in table.splitlines()[2:]]
    assert all(row[-2].strip().endswith(".") for row in rows)
    assert len(rows) == len({row[1] for row in rows}) > 30


KEY = "0123456789abcdef" * 2


def test_keys_of_cookies_come_from_a_list_or_a_variable() -> None:
    listed = load_settings(environ={}, options={"cookie_keys": [KEY, KEY[::-1]]})
    named = load_settings(environ={"PSP_COOKIE_KEYS": f"{KEY}, {KEY[::-1]}"})
    assert listed.cookie_keys == named.cookie_keys == (KEY, KEY[::-1])
    assert KEY not in repr(listed)


@pytest.mark.parametrize("keys", [[KEY, "hunter2"], "hunter2", [b"hunter2"], [""]])
def test_a_key_that_is_too_short_is_not_shown(keys: object) -> None:
    with pytest.raises(SettingsError, match="at least 32 characters") as caught:
        load_settings(environ={}, options={"cookie_keys": keys})
    assert "hunter2" not in str(caught.value)
