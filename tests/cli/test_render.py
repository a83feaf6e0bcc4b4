"""``psp render``: a page on standard output, its errors on the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run, Spawn

Write = Callable[[str, str], Path]


def test_names_are_texts(run: Run, write: Write) -> None:
    write("a.psp", "<b><%= title %></b><%= n * 2 %>")
    result = run("render", "a.psp", "--var", "title=A & B=C", "--var", "n=12")
    assert result.exit_code == 0
    assert result.stdout == "<b>A &amp; B=C</b>1212"


def test_names_from_json_have_types_and_var_wins(run: Run, write: Write) -> None:
    write("a.psp", "<%= n + 1 %> <%= rows[1]['k'] %> <%= t %>")
    write("names.json", '{"n": 41, "rows": [0, {"k": "é"}], "t": "json"}')
    result = run("render", "a.psp", "--json", "names.json", "--var", "t=var")
    assert result.stdout == "42 é var"


def test_json_from_standard_input(run: Run, write: Write) -> None:
    write("a.psp", "<%= n %>")
    assert run("render", "a.psp", "--json", "-", input='{"n": 7}').stdout == "7"


def test_bytes_that_are_not_utf8_pass_through(run: Run, folder: Path) -> None:
    (folder / "a.psp").write_bytes(b"caf\xe9<%= 1 %>")
    assert run("render", "a.psp").stdout_bytes == b"caf\xe91"


def test_includes_are_found_from_the_current_folder(run: Run, write: Write) -> None:
    write("pages/a.psp", '<%@ include file="../parts/p.psp" %>!')
    write("parts/p.psp", "part")
    assert run("render", "pages/a.psp").stdout == "part!"


def test_root_says_what_absolute_includes_mean(run: Run, write: Write) -> None:
    write("site/pages/a.psp", '<%@ include file="/parts/p.psp" %>!')
    write("site/parts/p.psp", "part")
    for page in ("site/pages/a.psp", "pages/a.psp"):
        result = run("render", page, "--root", "site")
        assert result.stdout == "part!", result.stderr


def test_page_outside_of_the_current_folder(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = write("site/a.psp", '<%@ include file="p.psp" %>')
    write("site/p.psp", "part")
    write("elsewhere/x", "")
    monkeypatch.chdir(page.parent.parent / "elsewhere")
    assert run("render", str(page)).stdout == "part"


def test_dialect(run: Run, write: Write) -> None:
    write("a.psp", "<%= None %>")
    assert run("render", "a.psp").stdout == ""
    assert run("render", "a.psp", "--dialect", "mod_python").stdout == "None"
    write("psp.toml", "dialect = 'mod_python'")
    assert run("render", "a.psp").stdout == "None"


def test_syntax_error(run: Run, write: Write) -> None:
    write("a.psp", "one\n\t<b>\N{CJK UNIFIED IDEOGRAPH-6F22}<%= 1 +* 2 %></b>\n")
    result = run("render", "a.psp")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "a.psp:2:13: invalid syntax",
        "    \t<b>\N{CJK UNIFIED IDEOGRAPH-6F22}<%= 1 +* 2 %></b>",
        "    \t            ^",
    ]


def test_exception_of_the_page(run: Run, write: Write) -> None:
    write("a.psp", "one\n<b>é<%= 1 / zero %></b>\n")
    write("zero.json", '{"zero": 0}')
    result = run("render", "a.psp", "--json", "zero.json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "a.psp:2:9: ZeroDivisionError: division by zero",
        "    <b>é<%= 1 / zero %></b>",
        "            ^^^^^^^^",
    ]


def test_exception_over_several_lines_is_marked_on_the_first(
    run: Run, write: Write
) -> None:
    write("a.psp", "<%= 1 / (\n0) %>")
    result = run("render", "a.psp")
    assert result.stderr.splitlines() == [
        "a.psp:1:5: ZeroDivisionError: division by zero",
        "    <%= 1 / (",
        "        ^^^^^",
    ]


def test_syntax_error_that_the_page_causes_is_placed_in_the_page(
    run: Run, write: Write
) -> None:
    write("a.psp", "\n<% compile('1 +', 'x', 'eval') %>")
    result = run("render", "a.psp")
    assert result.stderr.startswith("a.psp:2:4: ")
    assert "SyntaxError: invalid syntax" in result.stderr


def test_exception_says_how_it_came_there(run: Run, write: Write) -> None:
    write("a.psp", '<%@ include file="p.psp" %>')
    write("p.psp", "<%\nimport json\nx = json.loads('{')\n%>")
    result = run("render", "a.psp")
    lines = result.stderr.splitlines()
    assert lines[0].startswith("p.psp:3:5: json.decoder.JSONDecodeError: ")
    assert lines[1:3] == ["    x = json.loads('{')", "        ^^^^^^^^^^^^^^^"]
    assert any(line.startswith("  inside it: ") for line in lines)
    assert lines[-1] == "  called from a.psp:1:1"


def test_endless_recursion_is_told_in_a_few_lines(run: Run, write: Write) -> None:
    write("a.psp", "<%\ndef f(): return f()\n# end\n%><%= f() %>")
    result = run("render", "a.psp")
    assert result.stderr.startswith("a.psp:2:17: RecursionError: ")
    assert len(result.stderr.splitlines()) < 10


def test_missing_include(run: Run, write: Write) -> None:
    write("a.psp", 'x <%@ include file="none.psp" %>')
    result = run("render", "a.psp")
    assert result.exit_code == 1
    assert result.stderr.startswith("a.psp:1:20: included file 'none.psp' is not there")


def test_text_that_cannot_be_encoded(run: Run, write: Write) -> None:
    write("a.psp", "<%= '\\ud800' %>")
    result = run("render", "a.psp")
    assert result.exit_code == 1
    assert "UnicodeEncodeError" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.psp"], "there is no file 'missing.psp'"),
        (["."], "there is no file '.'"),
        ([], "Missing argument 'PAGE'"),
        (["a.psp", "--var", "x"], "'x' is not of the form NAME=VALUE"),
        (["a.psp", "--var", "=x"], "'' is not a name"),
        (["a.psp", "--var", "a-b=x"], "'a-b' is not a name"),
        (["a.psp", "--var", "for=x"], "'for' is not a name"),
        (["a.psp", "--json", "none.json"], "none.json"),
        (["a.psp", "--json", "list.json"], "the file must hold an object"),
        (["a.psp", "--json", "bad.json"], "bad.json:2:1: Expecting value"),
        (["a.psp", "--json", "binary.json"], "binary.json: "),
        (["a.psp", "--json", "names.json"], "'a b' is not a name"),
        (["a.psp", "--root", "none"], "'none' does not exist"),
        (["a.psp", "--root", "sub"], "'a.psp' is not below 'sub'"),
        (["a.psp", "--dialect", "php"], "'php' is not one of"),
        (["a.psp", "--config", "none.toml"], "'none.toml' does not exist"),
    ],
)
def test_usage(run: Run, write: Write, arguments: list[str], message: str) -> None:
    write("a.psp", "x")
    write("sub/b.psp", "x")
    write("list.json", "[1]")
    write("bad.json", "\n!")
    write("names.json", '{"a b": 1}')
    Path("binary.json").write_bytes(b'{"a": "\xff"}')
    result = run("render", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_bad_settings(run: Run, write: Write) -> None:
    write("a.psp", "x")
    write("psp.toml", "\ndialct = 'psp'")
    result = run("render", "a.psp")
    assert result.exit_code == 1
    expected = "psp.toml:2:1: no setting 'dialct'; did you mean 'dialect'?"
    assert result.stderr.splitlines() == [f"Error: {expected}"]


def test_settings_from_config_and_variable(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.psp", "<%= None %>")
    write("other.toml", "dialect = 'mod_python'")
    assert run("render", "a.psp", "--config", "other.toml").stdout == "None"
    monkeypatch.setenv("PSP_CONFIG", "other.toml")
    assert run("render", "a.psp").stdout == "None"


def test_in_a_process_of_its_own(spawn: Spawn, write: Write) -> None:
    write("a.psp", "<%= x %>")
    done = spawn("render", "a.psp", "--var", "x=é")
    assert (done.returncode, done.stdout, done.stderr) == (0, "é", "")
    done = spawn("render", "a.psp")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("a.psp:1:5: NameError: name 'x' is not defined\n")
