"""``psp show``: each stage of the compiler."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run, Spawn

Write = Callable[[str, str], Path]

PAGE = "<%! N = 3 %><% for i in range(N): %><b><%= i %>\n</b><% end %>"


def test_tokens(run: Run, write: Write) -> None:
    write("a.psp", "<b>\n<%= x %>")
    result = run("show", "--tokens", "a.psp")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        r"1:1 TEXT '<b>\n'",
        "2:1 EXPRESSION_OPEN '<%='",
        "2:4 CODE ' x '",
        "2:7 CLOSE '%>'",
    ]


def test_nodes_of_included_files_are_indented(run: Run, write: Write) -> None:
    write("a.psp", 'a<%@ include file="p.psp" %>')
    part = write("p.psp", "<%== 1 %>")
    lines = run("show", "--nodes", "a.psp").stdout.splitlines()
    assert lines[0] == "1:1 Text text='a'"
    assert lines[1] == f"1:2 Include {str(part)!r}"
    assert lines[2].startswith("  1:1 Expression code=' 1 ' ")


def test_skeleton_is_python_with_holes(run: Run, write: Write) -> None:
    write("a.psp", PAGE)
    text = run("show", "--skeleton", "a.psp").stdout
    assert "for i in range(N):" in text
    ast.parse(text)


def test_python_is_the_default(run: Run, write: Write) -> None:
    write("a.psp", PAGE)
    text = run("show", "a.psp").stdout
    assert text == run("show", "--python", "a.psp").stdout
    assert "N = 3" in text
    assert r"append('\n</b>')" in text
    ast.parse(text)


def test_fragments_are_shown(run: Run, write: Write) -> None:
    write("a.psp", '<%@ include file="p.psp" %>')
    write("p.psp", "part")
    text = run("show", "a.psp").stdout
    assert "append('part')" in text
    assert "p.psp: fragment 0" in text


def test_bytes_that_are_not_utf8(run: Run, folder: Path) -> None:
    (folder / "a.psp").write_bytes(b"caf\xe9")
    for stage in ("--tokens", "--nodes", "--skeleton", "--python"):
        assert run("show", stage, "a.psp").exit_code == 0


def test_dialect(run: Run, write: Write) -> None:
    write("a.psp", "<%= 1 %>")
    assert "_psp_escape(" in run("show", "a.psp").stdout
    assert "_psp_str(1)" in run("show", "--dialect", "mod_python", "a.psp").stdout


def test_error_of_a_stage(run: Run, write: Write) -> None:
    write("a.psp", "<%= 1 +* 2 %>")
    assert run("show", "--tokens", "a.psp").exit_code == 0
    assert run("show", "--nodes", "a.psp").exit_code == 0
    result = run("show", "--skeleton", "a.psp")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "a.psp:1:8: invalid syntax",
        "    <%= 1 +* 2 %>",
        "           ^",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'PAGE'"),
        (["none.psp"], "there is no file 'none.psp'"),
        (["--ast", "a.psp"], "No such option"),
    ],
)
def test_usage(run: Run, write: Write, arguments: list[str], message: str) -> None:
    write("a.psp", "x")
    result = run("show", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_in_a_process_of_its_own(spawn: Spawn, write: Write) -> None:
    write("a.psp", "x")
    done = spawn("show", "--tokens", "a.psp")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1:1 TEXT 'x'\n", "")


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<% for i in rows: %><%= i %><% end %>", ["local"]),
        ("<% x = 1 %><%= x %><% del x %>", ["function", "  'x' has to be global"]),
        ("<%= globals() %>", ["function", "  it uses globals"]),
        ("<%= eval('1') %>", ["module", "  it uses eval"]),
    ],
)
def test_tier_and_why(run: Run, write: Write, page: str, shown: list[str]) -> None:
    write("a.psp", page)
    assert run("show", "--tier", "a.psp").stdout.splitlines() == shown
