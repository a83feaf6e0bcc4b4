"""``psp migrate``: what it prints, writes and ends with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run, Spawn

Write = Callable[[str, str], Path]

PAGE = "<p>\n<% print >>req, `x` %>\n</p>\n"
NEW = "<p>\n<% print(repr(x), file=req) %>\n</p>\n"


def test_nothing_to_do(run: Run, write: Write) -> None:
    write("a.psp", NEW)
    result = run("migrate", ".")
    assert result.exit_code == 0
    assert result.output == "to convert 0, unchanged 1, failed 0; to decide: 0\n"


def test_a_diff_to_look_at_first(run: Run, write: Write) -> None:
    path = write("site/a.psp", PAGE)
    result = run("migrate", "site")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "--- site/a.psp",
        "+++ site/a.psp",
        "@@ -1,3 +1,3 @@",
        " <p>",
        "-<% print >>req, `x` %>",
        "+<% print(repr(x), file=req) %>",
        " </p>",
        "to convert 1, unchanged 0, failed 0; to decide: 0",
    ]
    assert path.read_text() == PAGE
    assert os.listdir(path.parent) == ["a.psp"]


def test_last_lines_without_an_end(run: Run, write: Write) -> None:
    write("a.py", "print 1")
    lines = run("migrate", "a.py").stdout.splitlines()
    assert lines[3:7] == [
        "-print 1",
        "\\ No newline at end of file",
        "+print(1)",
        "\\ No newline at end of file",
    ]


def test_report(run: Run, write: Write) -> None:
    write("a.py", "import cgi\n\nreload(m)\nx = `a` / b\nraise 'x'\n")
    write("b.psp", "x <% = = %>")
    result = run("migrate", ".")
    assert result.exit_code == 1
    quotient = "/ gives a fraction now; of whole numbers, Python 2 gave what // gives"
    assert result.stdout.splitlines()[-4:] == [
        f"a.py:4:5: {quotient}",
        "a.py:5:7: note: an exception that was a string;"
        " except Exception catches it now",
        "b.psp:1:6: left as it is: neither Python 2 nor 3 can read this",
        "to convert 1, unchanged 0, failed 1; to decide: 1",
    ]


def test_write(run: Run, write: Write) -> None:
    path, same = write("a.psp", PAGE), write("b.psp", NEW)
    path.chmod(0o604)
    os.utime(same, (1000, 1000))
    result = run("migrate", ".", "--write")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "a.psp: converted; it was a.psp.orig",
        "converted 1, unchanged 1, failed 0; to decide: 0",
    ]
    assert path.read_text() == NEW
    assert path.with_name("a.psp.orig").read_text() == PAGE
    assert path.stat().st_mode & 0o777 == 0o604
    assert same.stat().st_mtime == 1000
    again = run("migrate", ".", "--write")
    assert again.stdout == "converted 0, unchanged 2, failed 0; to decide: 0\n"
    assert sorted(os.listdir()) == ["a.psp", "a.psp.orig", "b.psp"]


def test_write_keeps_every_backup(run: Run, write: Write) -> None:
    write("a.psp", PAGE)
    write("a.psp.orig", "precious")
    assert "it was a.psp.1.orig" in run("migrate", "a.psp", "--write").stdout
    assert Path("a.psp.orig").read_text() == "precious"
    assert Path("a.psp.1.orig").read_text() == PAGE


def test_places_are_those_of_what_was_written(run: Run, write: Write) -> None:
    write("a.py", "reload(m)\nx = a / b\n")
    assert "a.py:2:5: /" in run("migrate", "a.py").stdout
    assert "a.py:3:5: /" in run("migrate", "a.py", "--write").stdout
    assert "a.py:3:5: /" in run("migrate", "a.py").stdout


def test_decided(run: Run, write: Write) -> None:
    path = write("a.psp", "<%= a / b %>")
    assert run("migrate", ".").exit_code == 1
    path.write_text("<%= a / b # decided\n%>")
    assert run("migrate", ".").exit_code == 0


def test_out(run: Run, write: Write, folder: Path) -> None:
    write("site/a.psp", PAGE)
    write("site/sub/style.css", "b {}")
    write("site/bad.py", "x = = 1")
    (folder / "site" / "far").symlink_to("/etc")
    result = run("migrate", "site", "--out", "new")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "site/far: not copied: a link that leads out",
        "new/bad.py:1:5: left as it is: neither Python 2 nor 3 can read this",
        "converted 1, unchanged 0, failed 1; to decide: 0",
    ]
    assert Path("new/a.psp").read_text() == NEW
    assert Path("new/bad.py").read_text() == "x = = 1"
    assert Path("new/sub/style.css").read_text() == "b {}"
    assert Path("site/a.psp").read_text() == PAGE
    assert sorted(os.listdir("site")) == ["a.psp", "bad.py", "far", "sub"]


def test_out_of_one_file(run: Run, write: Write) -> None:
    write("a.psp", PAGE)
    write("b.psp", PAGE)
    assert run("migrate", "a.psp", "--out", "new").exit_code == 0
    assert os.listdir("new") == ["a.psp"]
    assert Path("new/a.psp").read_text() == NEW


def test_encoding(run: Run, write: Write) -> None:
    path = write("a.psp", "")
    path.write_bytes(b"\xc1")
    result = run("migrate", ".")
    assert result.exit_code == 1
    assert "says no encoding; it was read as cp1252" in result.stdout
    result = run("migrate", ".", "--encoding", "koi8-r", "--write")
    assert result.exit_code == 0
    assert "note: this was koi8-r, as its option says; it is UTF-8" in result.stdout
    assert path.read_text(encoding="utf-8") == "а"


def test_extensions(run: Run, write: Write) -> None:
    write("a.html", PAGE)
    write("b.psp", '<%@ include file="c.inc" %>')
    write("c.inc", PAGE)
    assert "to convert 1, unchanged 1" in run("migrate", ".").stdout
    assert (
        "to convert 2, unchanged 1"
        in run("migrate", ".", "--extension", ".html").stdout
    )


def test_a_file_that_cannot_be_written(run: Run, write: Write) -> None:
    write("a.psp", PAGE)
    write("b.psp", PAGE)
    for path in ("b.psp.orig", "a.psp.orig"):
        Path(path).mkdir()
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    Path().chmod(0o500)
    try:
        result = run("migrate", ".", "--write")
    finally:
        Path().chmod(0o700)
    assert result.exit_code == 1
    assert "Permission denied" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'PATH'"),
        (["none"], "'none' does not exist"),
        ([".", "--write", "--out", "x"], "--write and --out exclude each other"),
        (["site", "--out", "full"], "'full' is not empty"),
        (["site", "--out", "site/new"], "One of 'site' and 'site/new' lies in the"),
        (["site", "--out", "."], "'.' is not empty"),
        (["site", "--out", "full/a.psp"], "is a file"),
        ([".", "--encoding", "nonsense"], "'nonsense' is no encoding of text"),
        ([".", "--encoding", "hex"], "'hex' is no encoding of text"),
        ([".", "--extension", "html"], "'html' is no extension of pages"),
        ([".", "--extension", ".py"], "'.py' is no extension of pages"),
    ],
)
def test_usage(run: Run, write: Write, arguments: list[str], message: str) -> None:
    write("site/a.psp", PAGE)
    write("full/a.psp", PAGE)
    result = run("migrate", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert Path("site/a.psp").read_text() == PAGE


def test_without_fissix(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.psp", PAGE)
    monkeypatch.setitem(sys.modules, "fissix", None)
    result = run("migrate", ".")
    assert result.exit_code == 2
    assert "python -m pip install 'psp[migrate]'" in result.stderr


def test_in_a_process_of_its_own(spawn: Spawn, write: Write) -> None:
    write("a.psp", "<% print 'x' %>")
    done = spawn("migrate", "a.psp")
    assert (done.returncode, done.stderr) == (1, "")
    assert "+<% print('x') %>" in done.stdout
