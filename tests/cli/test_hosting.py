"""psp hosting: recipes of the documentation, filled in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from psp.cli import main
from psp.cli.hosting import host_names, read_recipes, recipes_of
from tests.hosts import recipes, rows


def test_the_recipes_are_those_that_are_tried() -> None:
    assert {one[:2]: one.text for one in read_recipes()} == {
        key: one.text for key, one in recipes.read_recipes().items()
    }


HOSTS = {name: row for name, row in rows.ROWS.items() if row.command or row.server}


@pytest.mark.parametrize("row", HOSTS.values(), ids=HOSTS)
def test_a_host_has_all_its_recipes(row: rows.Row) -> None:
    host = "-".join(row.server) if row.server else (row.command or ("", ""))[0]
    found = {one[:2] for one in recipes_of(host, read_recipes())}
    assert found >= ({row.server} if row.server else {("sh", host)})
    if row.server and row.server[1] != "http" and row.files != rows.SPAWNED:
        assert found >= {("file", name) for name in row.files}


@pytest.mark.parametrize("host", host_names(read_recipes()))
def test_every_host_is_filled_in(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages").mkdir()
    Path("psp.toml").write_text('document_root = "pages"\n[server]\nport = 8123\n')
    result = CliRunner().invoke(main, ["hosting", host])
    assert result.exit_code == 0, result.output
    assert result.output
    left = result.output.replace("/srv/psp/packages", "")
    assert "/srv/" not in left
    assert "8000" not in left


def test_the_paths_are_the_sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = CliRunner().invoke(main, ["hosting", "apache-fcgi", "."]).output
    assert f"DocumentRoot {tmp_path}\n" in text
    assert (
        f"{Path(sys.executable).parent}/psp fcgi --config {tmp_path}/psp.toml" in text
    )


def test_hosts_are_listed_and_others_refused() -> None:
    names = CliRunner().invoke(main, ["hosting"]).output.split()
    assert {"gunicorn", "nginx-http", "apache-ajp", "lighttpd-scgi"} <= set(names)
    refused = CliRunner().invoke(main, ["hosting", "iis"])
    assert refused.exit_code == 2
    assert "no host 'iis'" in refused.output
