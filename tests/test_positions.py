"""Tracebacks, breakpoints and coverage speak of the page: its lines, its columns."""

from __future__ import annotations

import io
import os
import pdb
import re
import subprocess
import sys
import textwrap
import traceback
from pathlib import Path

import pytest

from psp import PSP, Engine, FileLoader

PAGES = {
    "expression.psp": """\
        <h1>Übersicht</h1>
        <p>ünï <%= "a" +
            str(
              1 // zero
            ) %></p>
        """,
    "scriptlet.psp": """\
        <p>
        <%
        rows = [1, 2]
        total = sum(rows) + rows[5]
        %>
        """,
    "indented.psp": """\
        <% for n in range(2): %>
          <% if n: %>
             é <%
                 first = n
                 second = first.missing
             %>
          <% end %>
        <% end %>
        """,
    "function.psp": """\
        <% def cell(value): %>
          <td><%= value / 0 %></td>
        <% end %>
        <% cell(1) %>
        """,
    "part.psp": """\
        part
        <b><%= first %></b> <i><%= items["nope"] %></i>
        """,
    "with_part.psp": """\
        <p>one</p>
        <%@ include file="part.psp" %>
        """,
    "opens.psp": "<% for n in (0,): %>\n<%= 1 / n %>",
    "spliced.psp": """\
        <ul>
          <%@ include file="opens.psp" %>
        <% end %>
        """,
    "base.psp": """\
        <html>
        é<%= psp.content() %>
        <%= 1 + undefined %>
        """,
    "with_layout.psp": '<%@ layout file="base.psp" %>\n<p>fine</p>\n',
    "module.psp": """\
        <%@ page tier="module" %>
        <p><%= [n for n in (1, 0)] %>
        ä <%= 5 % zero %></p>
        """,
    "declares.psp": "<%!\ndef half(n):\n    return n / 0\n%>\n<p><%= half(3) %></p>\n",
}


@pytest.fixture(params=["auto", "function", "module"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    for name, text in PAGES.items():
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return Engine(FileLoader(tmp_path), options=PSP._replace(tier=request.param))


def trace(engine: Engine, name: str, **names: object) -> str:
    """The part of the traceback that is about pages."""
    try:
        engine.render(name, **names)
    except Exception:
        text = traceback.format_exc()
    else:
        pytest.fail(f"{name} does not fail")
    [loader] = [engine.loader]
    root = loader.roots[0] + os.sep  # type: ignore[attr-defined]
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if f'"{root}' in line)
    kept = [
        line
        for i, line in enumerate(lines[start:], start)
        if "/psp/runtime/" not in line and not _belongs_to_runtime(lines, i)
    ]
    return level("\n".join(kept).replace(root, ""))


def _belongs_to_runtime(lines: list[str], i: int) -> bool:
    """Whether line *i* is source or carets below a frame of the package itself."""
    while i >= 0 and not lines[i].startswith("  File "):
        if not lines[i].startswith("    "):
            return False
        i -= 1
    return "/psp/runtime/" in lines[i]


def expected(text: str) -> str:
    return level(textwrap.dedent(text).strip("\n"))


def level(text: str) -> str:
    """*text* with one kind of caret: which is drawn where differs between Pythons."""
    return re.sub(r"(?m)^[ ~^]+$", lambda match: match[0].replace("~", "^"), text)


def test_expression_over_several_lines(engine: Engine) -> None:
    assert trace(engine, "expression.psp", zero=0) == expected(
        """
          File "expression.psp", line 4, in <page>
            1 // zero
            ~~^^~~~~~
        ZeroDivisionError: integer division or modulo by zero
        """
    )


def test_scriptlet(engine: Engine) -> None:
    assert trace(engine, "scriptlet.psp") == expected(
        """
          File "scriptlet.psp", line 4, in <page>
            total = sum(rows) + rows[5]
                                ~~~~^^^
        IndexError: list index out of range
        """
    )


def test_scriptlet_indented_behind_text_that_is_not_ascii(engine: Engine) -> None:
    assert trace(engine, "indented.psp") == expected(
        """
          File "indented.psp", line 5, in <page>
            second = first.missing
                     ^^^^^^^^^^^^^
        AttributeError: 'int' object has no attribute 'missing'
        """
    )


def test_function_that_writes(engine: Engine) -> None:
    assert trace(engine, "function.psp") == expected(
        """
          File "function.psp", line 4, in <page>
            <% cell(1) %>
               ^^^^^^^
          File "function.psp", line 2, in cell
            <td><%= value / 0 %></td>
                    ~~~~~~^~~
        ZeroDivisionError: division by zero
        """
    )


def test_included_file(engine: Engine) -> None:
    assert trace(engine, "with_part.psp", first=1, items={}) == expected(
        """
          File "with_part.psp", line 2, in <page>
            <%@ include file="part.psp" %>
          File "part.psp", line 2, in <page>
            <b><%= first %></b> <i><%= items["nope"] %></i>
                                       ~~~~~^^^^^^^^
        KeyError: 'nope'
        """
    )


def test_included_file_that_opens_a_block(engine: Engine) -> None:
    text = trace(engine, "spliced.psp")
    assert 'File "spliced.psp", line 2, in <page>' in text
    assert "ZeroDivisionError" in text
    assert 'in the included file "opens.psp", line 2' in text


def test_layout(engine: Engine) -> None:
    assert trace(engine, "with_layout.psp") == expected(
        """
          File "base.psp", line 3, in <page>
            <%= 1 + undefined %>
                    ^^^^^^^^^
        NameError: name 'undefined' is not defined
        """
    )


def test_module_tier(engine: Engine) -> None:
    assert trace(engine, "module.psp", zero=0) == expected(
        """
          File "module.psp", line 3, in <page>
            ä <%= 5 % zero %></p>
                  ~~^~~~~~
        ZeroDivisionError: integer modulo by zero
        """
    )


def test_declaration(engine: Engine) -> None:
    assert trace(engine, "declares.psp") == expected(
        """
          File "declares.psp", line 5, in <page>
            <p><%= half(3) %></p>
                   ^^^^^^^
          File "declares.psp", line 3, in half
            return n / 0
                   ~~^~~
        ZeroDivisionError: division by zero
        """
    )


def test_syntax_error(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "broken.psp").write_text("<p>\n é <%= 1 +* 2 %>\n", encoding="utf-8")
    with pytest.raises(SyntaxError) as caught:
        engine.render("broken.psp")
    text = "".join(traceback.format_exception_only(caught.value))
    assert (
        text.replace(str(tmp_path) + os.sep, "")
        == expected(
            """
          File "broken.psp", line 2
            é <%= 1 +* 2 %>
                     ^
        psp.errors.PageSyntaxError: invalid syntax
        """
        )
        + "\n"
    )


def test_breakpoint(engine: Engine, tmp_path: Path) -> None:
    page = str(tmp_path / "indented.psp")
    commands = io.StringIO("continue\nwhere\np n\nquit\n")
    output = io.StringIO()
    debugger = pdb.Pdb(stdin=commands, stdout=output, readrc=False)
    debugger.use_rawinput = False
    assert debugger.set_break(page, 4) is None
    debugger.runcall(engine.render, "indented.psp")
    text = output.getvalue()
    assert f"{page}(4)<page>()" in text
    assert "first = n" in text


@pytest.mark.parametrize("tier", ["auto", "function", "module"])
def test_coverage_of_page_lines(tier: str, tmp_path: Path) -> None:
    page = """\
        <h1>Title</h1>
        <% for i in range(2): %>
          <% if i > 5: %>
             <p>never</p>
          <% else: %>
             <b><%= i %></b>
          <% end %>
        <% end %>
        """
    (tmp_path / "page.psp").write_text(textwrap.dedent(page))
    (tmp_path / "coveragerc").write_text(
        f"[run]\nplugins = psp.contrib.coverage\nsource = {tmp_path}\n"
    )
    (tmp_path / "run.py").write_text(
        "from psp import PSP, Engine, FileLoader\n"
        f"options = PSP._replace(tier={tier!r})\n"
        f"Engine(FileLoader({str(tmp_path)!r}), options=options).render('page.psp')\n"
    )
    environment = {**os.environ, "COVERAGE_FILE": str(tmp_path / "data")}

    def coverage(*words: str) -> str:
        command = [sys.executable, "-m", "coverage", *words]
        options = [f"--rcfile={tmp_path / 'coveragerc'}"]
        run = subprocess.run(
            [*command[:4], *options, *command[4:]],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout

    coverage("run", "run.py")
    report = coverage("report", "-m", "--include=page.psp")
    [line] = [line for line in report.splitlines() if line.startswith("page.psp")]
    name, statements, missed, percent, *missing = line.split()
    assert missing == ["4"]
    assert int(statements) == 7
