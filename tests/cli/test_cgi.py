"""``psp cgi``: one request of the environment, and the program of ``--script``."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .conftest import Run

VARIABLES = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "/page.psp",
    "REQUEST_URI": "/page.psp?a=1",
    "QUERY_STRING": "a=1",
    "SERVER_PROTOCOL": "HTTP/1.1",
}


def make_site(folder: Path) -> Path:
    (folder / "htdocs").mkdir()
    (folder / "htdocs" / "page.psp").write_text("<b><%= form['a'] %></b>")
    config = folder / "psp.toml"
    config.write_text('document_root = "htdocs"\n[session]\npath = "sessions.sqlite"\n')
    return config


def answer(program: Path, environment: dict[str, str], **variables: str) -> str:
    done = subprocess.run(
        [program],
        env=environment | VARIABLES | variables,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_script_answers_from_any_folder(
    run: Run, folder: Path, environment: dict[str, str]
) -> None:
    make_site(folder)
    program = folder / "program"
    program.write_text(run("cgi", "--script").output)
    program.chmod(0o755)
    head, _, body = answer(program, environment).partition("\n\n")
    assert head.startswith("Status: 200 OK\n")
    assert body == "<b>1</b>"
    missing = answer(program, environment, SCRIPT_NAME="/nothing.psp")
    assert missing.startswith("Status: 404 ")


def test_script_imports_no_command_line(run: Run, folder: Path) -> None:
    config = make_site(folder)
    script = run("cgi", "--config", str(config), "--script").output
    assert script.startswith("#!") and script.split("\n")[0].endswith(" -IS")
    script += "\nassert not {'click', 'site', 'psp.cli'} & sys.modules.keys()\n"
    program = folder / "program"
    program.write_text(script)
    program.chmod(0o755)
    answer(program, {})


def test_script_needs_a_settings_file(run: Run, folder: Path) -> None:
    result = run("cgi", "--script")
    assert result.exit_code == 2
    assert "there is no settings file" in result.output


def test_script_takes_no_root(run: Run, folder: Path) -> None:
    make_site(folder)
    result = run("cgi", "htdocs", "--script")
    assert result.exit_code == 2
    assert "--script takes --config alone" in result.output
