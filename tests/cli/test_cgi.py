"""``psp cgi``: one request of the environment, and the program of ``--script``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run, Spawn

VARIABLES = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "/page.psp",
    "REQUEST_URI": "/page.psp?a=1",
    "QUERY_STRING": "a=1",
    "SERVER_PROTOCOL": "HTTP/1.1",
}


#: All that the program may import for a compiled page that shows what it was asked.
OF_A_CACHED_PAGE = {
    *"__future__ __main__ _blake2 _collections _collections_abc _operator".split(),
    *"_stat genericpath os os.path posixpath stat".split(),
    *"psp psp.abi psp.cache psp.diskcache psp.engine".split(),
    *"psp.errors psp.handler psp.light psp.loaders psp.manners psp.pagerun".split(),
    *"psp.options psp.page psp.pagefile psp.slot psp.trust".split(),
    *"psp.adapters psp.adapters.cgi psp.adapters.cgivars".split(),
    *"psp.adapters.keptmodules psp.adapters.keptsettings".split(),
    *"psp.adapters.site psp.adapters.wsgi".split(),
    *"psp.http psp.http.answer psp.http.exchange psp.http.fieldvalues".split(),
    *"psp.http.limits psp.http.members".split(),
    *"psp.http.pathrules psp.http.paths psp.http.request psp.http.response".split(),
    *"psp.runtime psp.runtime.escape".split(),
    *"psp.runtime.output psp.runtime.run".split(),
}


def make_site(folder: Path) -> Path:
    (folder / "htdocs").mkdir()
    (folder / "htdocs" / "page.psp").write_text("<b><%= form['a'] %></b>")
    config = folder / "psp.toml"
    config.write_text('document_root = "htdocs"\n[session]\npath = "sessions.sqlite"\n')
    return config


def write_program(folder: Path, text: str) -> Path:
    program = folder / "program"
    program.write_text(text)
    program.chmod(0o755)
    return program


def answer(program: Path, environment: dict[str, str], **variables: str) -> str:
    return ask(program, environment, **variables).stdout


def ask(
    program: Path, environment: dict[str, str], **variables: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [program],
        env=environment | VARIABLES | variables,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_script_answers_from_any_folder(
    run: Run, folder: Path, environment: dict[str, str]
) -> None:
    make_site(folder)
    program = write_program(folder, run("cgi", "--script").output)
    head, _, body = answer(program, environment).partition("\n\n")
    assert head.startswith("Status: 200 OK\n")
    assert body == "<b>1</b>"
    missing = answer(program, environment, SCRIPT_NAME="/nothing.psp")
    assert missing.startswith("Status: 404 ")


def test_script_imports_no_command_line(run: Run, folder: Path) -> None:
    config = make_site(folder)
    script = run("cgi", "--config", str(config), "--script").output
    assert script.startswith("#!") and script.split("\n")[0].endswith(" -IS")
    check = "assert not {'click', 'site', 'psp.cli'} & sys.modules.keys()\nend()\n"
    program = write_program(folder, script.replace("end()\n", check))
    answer(program, {})


def test_a_compiled_page_is_answered_without_what_it_does_not_need(
    run: Run, folder: Path, environment: dict[str, str]
) -> None:
    config = make_site(folder)
    page = folder / "htdocs" / "page.psp"
    page.write_text("<%= req.args %>")
    for file in (config, page):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    lines = run("cgi", "--script").output.split("\n")
    lines.insert(3, "before = set(sys.modules)")
    lines.insert(-2, "print(*sorted(set(sys.modules) - before))")
    program = write_program(folder, "\n".join(lines))
    answer(program, environment)
    body, _, modules = answer(program, environment).partition("\n\n")[2].partition("1")
    assert body == "a="
    assert set(modules.split()) <= OF_A_CACHED_PAGE


LOGGING = """<%
import logging
logging.getLogger("shop").info("sold\\n1")
session["sold"] = 1
%>done"""


def test_the_log_and_sessions_are_there_for_pages_that_use_them(
    run: Run, folder: Path, environment: dict[str, str]
) -> None:
    config = make_site(folder)
    config.write_text(f'log_level = "info"\n{config.read_text()}')
    (folder / "htdocs" / "page.psp").write_text(LOGGING)
    program = write_program(folder, run("cgi", "--script").output)
    for _ in range(2):
        done = ask(program, environment)
        assert done.stdout.endswith("\n\ndone")
        assert "Set-Cookie: pysid=" in done.stdout
        assert done.stderr.endswith(" INFO shop: sold\\n1\n")
    assert (folder / "sessions.sqlite").exists()


ENDINGS = {
    "file": "<% import sys\nsys.kept = open('{0}', 'w')\nsys.kept.write('lost?') %>",
    "generator": """<%!
def write():
    try:
        yield
    finally:
        open('{0}', 'w').write('lost?')
kept = write()
%><% next(kept) %>""",
    "object": """<%!
class Kept:
    def __del__(self, open=open):
        open('{0}', 'w').write('lost?')
kept = Kept()
%>""",
    "circle": """<%!
class Kept:
    def __del__(self, open=open):
        open('{0}', 'w').write('lost?')
%><%
kept = Kept()
kept.itself = kept
%>""",
    "atexit": """<%
import atexit
atexit.register(lambda open=open: open('{0}', 'w').write('lost?'))
%>""",
    "thread": """<%
import threading, time
def write():
    time.sleep(0.2)
    open('{0}', 'w').write('lost?')
threading.Thread(target=write).start()
%>""",
}


@pytest.mark.parametrize("page", ENDINGS.values(), ids=ENDINGS)
def test_what_a_page_leaves_to_the_end_of_its_process_is_done(
    page: str, run: Run, folder: Path, environment: dict[str, str]
) -> None:
    config, file = make_site(folder), folder / "htdocs" / "page.psp"
    written = folder / "written"
    file.write_text(page.replace("{0}", str(written)))
    program = write_program(folder, run("cgi", "--script").output)
    long_ago, now = (1_000_000_000,) * 2, None
    os.utime(file, long_ago)
    for time in (now, now, long_ago, long_ago):  # settings are parsed, and kept
        os.utime(config, time)
        answer(program, environment)
        assert written.read_text() == "lost?"
        written.unlink()


def test_a_process_that_has_answered_ends_at_once(
    run: Run, folder: Path, environment: dict[str, str]
) -> None:
    config = make_site(folder)
    page = folder / "htdocs" / "page.psp"
    page.write_text("<%= req.args %>")
    for file in (config, page):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    program = write_program(folder, run("cgi", "--script").output + "print('apart')\n")
    assert answer(program, environment).endswith("apart\n")  # it has compiled
    assert answer(program, environment).endswith("\n\na=1")


def test_the_command_itself_reads_no_command_line_for_a_settings_file(
    folder: Path, environment: dict[str, str]
) -> None:
    config = make_site(folder)
    program = write_program(
        folder,
        f"#!{sys.executable}\nimport sys\nfrom psp.__main__ import main\n"
        f"sys.argv[1:] = ['cgi', '--config', {str(config)!r}]\nmain()\n"
        "assert not {'click', 'psp.cli'} & sys.modules.keys()\n",
    )
    assert answer(program, environment).endswith("\n\n<b>1</b>")


def test_the_command_says_what_is_wrong_with_the_settings(
    folder: Path, spawn: Spawn
) -> None:
    config = folder / "psp.toml"
    config.write_text("nothing = 1\n")
    done = spawn("cgi", "--config", str(config))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {config}:1:1: no setting 'nothing'")


def test_script_needs_a_settings_file(run: Run, folder: Path) -> None:
    result = run("cgi", "--script")
    assert result.exit_code == 2
    assert "there is no settings file" in result.output


def test_script_takes_no_root(run: Run, folder: Path) -> None:
    make_site(folder)
    result = run("cgi", "htdocs", "--script")
    assert result.exit_code == 2
    assert "--script takes --config alone" in result.output
