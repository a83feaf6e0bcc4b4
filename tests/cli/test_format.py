"""``psp format``: files changed in place, or told apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from psp.format import formatters

from .conftest import Run

Write = Callable[[str, str], Path]


def test_changes_what_differs(run: Run, write: Write) -> None:
    page, other = write("a/b.psp", "<%=x%>"), write("c.psp", "<%= x %>")
    before = other.stat().st_mtime_ns
    result = run("format")
    assert (result.exit_code, result.output) == (0, "a/b.psp\n")
    assert page.read_text() == "<%= x %>"
    assert other.stat().st_mtime_ns == before
    assert run("format").output == ""


def test_check_changes_nothing(run: Run, write: Write) -> None:
    page = write("a.psp", "<%=x%>")
    assert run("format", "--check").exit_code == 1
    assert page.read_text() == "<%=x%>"
    assert run("format", "--check", "a.psp").output == "a.psp\n"


def test_line_ends_and_mode_stay(run: Run, write: Write) -> None:
    page = write("a.psp", "")
    page.write_bytes(b"<%=x%>\r\n<%\r\ny\r\n%>\r\n")
    page.chmod(0o640)
    assert run("format").exit_code == 0
    assert page.read_bytes() == b"<%= x %>\r\n<%\r\ny\r\n%>\r\n"
    assert page.stat().st_mode & 0o777 == 0o640


def test_mixed_line_ends_are_refused(run: Run, write: Write) -> None:
    page = write("a.psp", "")
    page.write_bytes(b"<%=x%>\r\n\n")
    result = run("format")
    assert result.exit_code == 1
    assert result.stderr == "Error: a.psp: its line ends differ from line to line\n"
    assert page.read_bytes() == b"<%=x%>\r\n\n"


def test_broken_pages_are_told_and_left(run: Run, write: Write) -> None:
    page = write("a.psp", "a <%= x")
    result = run("format")
    assert result.exit_code == 1
    assert result.stderr.startswith("a.psp:1:3: expression is never closed")
    assert page.read_text() == "a <%= x"


def test_diff_changes_nothing(run: Run, write: Write) -> None:
    page = write("a.psp", "one\n<%=x+1%>\n")
    write("b.psp", "<%= x + 1 %>\n")
    result = run("format", "--diff")
    assert result.exit_code == 1
    assert result.stdout == (
        "--- a.psp\n+++ a.psp\n@@ -1,2 +1,2 @@\n one\n-<%=x+1%>\n+<%= x + 1 %>\n"
    )
    assert page.read_text() == "one\n<%=x+1%>\n"


def test_options_of_the_site(run: Run, write: Write) -> None:
    write("psp.toml", "trim = 'lines'\n")
    page = write("a.psp", "  <% if x: %>\na\n<%end%>\n")
    assert run("format").output == "a.psp\n"
    assert page.read_text() == "  <% if x: %>\na\n  <% end %>\n"


def test_without_a_formatter_python_stays(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formatters, "find_spec", lambda name: None)
    monkeypatch.setattr(formatters.shutil, "which", lambda name: None)
    page = write("a.psp", "<%=x+1%>")
    assert run("format").output == "a.psp\n"
    assert page.read_text() == "<%= x+1 %>"
