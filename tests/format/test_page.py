"""Pages are written one way, and write what they wrote."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from psp import PageOptions
from psp.format import formatters
from psp.format.formatters import Formatter, find_formatter
from psp.format.page import format_page
from psp.source import Source
from tests.campaigns import formats

TRIMMED = PageOptions(trim="lines")


def formatted(text: str) -> str:
    return format_page(Source(text, "page.psp"))


@pytest.fixture
def formatter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Formatter:
    """Ruff, in a folder without settings."""
    monkeypatch.chdir(tmp_path)
    return Formatter("ruff")


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("<%=x%>", "<%= x %>"),
        ("<%==   x  %>", "<%== x %>"),
        ("<%x = 1%>", "<% x = 1 %>"),
        ("<%!  x = 1%>", "<%! x = 1 %>"),
        ("<%= x-%>\n", "<%= x -%>\n"),
        ("<%@page   trim = 'lines'%>", '<%@ page trim="lines" %>'),
        ("<%@ include file='a\"b' %>", "<%@ include file='a\"b' %>"),
        ("<%@param title: str='x'%>", "<%@ param title: str='x' %>"),
        ("<% for x in y: %>", "<% for x in y: %>"),
    ],
)
def test_tags(page: str, wanted: str) -> None:
    assert formatted(page) == wanted
    assert formatted(wanted) == wanted


@pytest.mark.parametrize(
    "page",
    [
        "  text <  %%>  <%% x%>",
        "<%--x--%>",
        "<%#x%>",
        "<%%>",
        "<%\nif x:\n    y  \n%>",
        "<%=\n  x\n%>",
        "<% x = 1",
        "<%@ page trim=lines %>",
    ],
)
def test_what_is_left_alone(page: str) -> None:
    assert formatted(page) == page


#: How Python is written, and how it should be.
PYTHON = {
    "<%=x+1%>": "<%= x + 1 %>",
    "<%= x,y %>": "<%= x, y %>",
    "<%== f( 'a',b = 2 ) -%>": "<%== f('a', b=2) -%>",
    "<% x=1 # why %>": "<% x = 1  # why %>",
    "<% if x and(y): %>a<% elif  z: %>b<%else :%>c<%end%>": (
        "<% if x and (y): %>a<% elif z: %>b<% else: %>c<% end %>"
    ),
    "<% try: %><% except( A)as e: %><% finally : %><% end %>": (
        "<% try: %><% except A as e: %><% finally: %><% end %>"
    ),
    "<% match x: %><% case 1|2: %><% end %>": (
        "<% match x: %><% case 1 | 2: %><% end %>"
    ),
    "<% with  f(x)as y,z: %><% end %>": "<% with f(x) as y, z: %><% end %>",
    "<% def f(a,b = 1): %><% end %>": "<% def f(a, b=1): %><% end %>",
    "<%@ param x:int=1 %>": "<%@ param x: int = 1 %>",
    "<%! x={'a':1} %>": "<%! x = {'a': 1} %>",
    "<%\nx={'a':1}\n\n\n\ny=2 # why\n%>": '<%\nx = {"a": 1}\n\n\ny = 2  # why\n%>',
    "<%\n  if x:\n    y=1\n  # over\n%>": "<%\n  if x:\n      y = 1\n  # over\n%>",
    "<%\nfor x in(1,2):\n  # in\n%>a<%\n%>": (
        "<%\nfor x in (1, 2):\n    # in\n%>a<%\n%>"
    ),
    "<%\nfor x in(1,2):\n%>a<%\n%>": "<%\nfor x in (1, 2):\n%>a<%\n%>",
    "<%!\n\tdef f(a):\n\t\treturn a+1\n%>": "<%!\n\tdef f(a):\n\t    return a + 1\n%>",
    "<%\n  s='''a\n b'''\n  t=1\n%>": '<%\n  s = """a\n b"""\n  t = 1\n%>',
}


@pytest.mark.parametrize("page", PYTHON)
def test_python(page: str, formatter: Formatter) -> None:
    text = format_page(Source(page), formatter=formatter)
    assert text == PYTHON[page]
    assert format_page(Source(text), formatter=formatter) == text


@pytest.mark.parametrize(
    "page",
    [
        "<% x=1; y=2 %>",
        "<% if x: y=1 %>",
        "<%=\n x+1\n%>",
        "<%= x+1 # why\n%>",
        "<% x=1 # fmt: skip %>",
        "<%\nelse:\n  x=1\n%>",
        "<% x=1\ny=2\n%>",
        "<% end  for %>",
        "<% x = '%%>'+'a' %>",
        "<%= x + %>",
        "<% if x: %>\n<%\n  y=1\n%>",
    ],
)
def test_python_that_is_left_alone(page: str, formatter: Formatter) -> None:
    assert format_page(Source(page), formatter=formatter) == page


def test_code_that_others_are_indented_like(formatter: Formatter) -> None:
    """Four blanks in the first tag would put the second out of its loop."""
    page = "<%\nfor n in x:\n  # in\n%>a<%\n  y=1\n%>b<%\n%><%\nz=2\n%>"
    wanted = page.replace("z=2", "z = 2").replace("y=1", "y = 1")
    assert format_page(Source(page), formatter=formatter) == wanted


def test_black_says_the_same(formatter: Formatter) -> None:
    page = "\n".join([page for page in PYTHON if "param" not in page][:14])
    black, ruff = (
        format_page(Source(page), formatter=one)
        for one in (Formatter("black"), formatter)
    )
    assert black == ruff != page


def test_settings_of_the_site_hold(formatter: Formatter, tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("[format]\nquote-style = 'single'\n")
    page = '<%= f("a",1) %><%\nx="a"\n%>'
    wanted = "<%= f(\"a\", 1) %><%\nx = 'a'\n%>"
    assert format_page(Source(page), formatter=formatter) == wanted


def test_tags_alone_on_their_lines() -> None:
    page = (
        "<ul>\n  <% for x in y: %>\n<% if x: %>\n<li>\n      <%else:%>\n-\n"
        " <%end%>\n<% end %>\n</ul>"
    )
    wanted = (
        "<ul>\n  <% for x in y: %>\n<% if x: %>\n<li>\n<% else: %>\n-\n"
        "<% end %>\n  <% end %>\n</ul>"
    )
    assert format_page(Source(page), TRIMMED) == wanted
    assert format_page(Source(wanted), TRIMMED) == wanted
    marks = page.replace("<%else:%>", "<% else: %>").replace("<%end%>", "<% end %>")
    assert format_page(Source(page)) == marks  # their blanks are sent


def test_tags_that_share_their_lines_stay() -> None:
    page = "  <% if x: %>\nx\n<% end %> y\n  <% if x: %>a\n<% end %>\n"
    assert format_page(Source(page), TRIMMED) == page


def test_pages_write_what_they_wrote() -> None:
    seen = formats.run(6)
    assert (seen["pages"], seen["differences"]) == (6, 0)


def test_ruff_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["ruff", "black"]
    monkeypatch.setattr(formatters, "find_spec", lambda n: n if n in names else None)
    monkeypatch.setattr(formatters.shutil, "which", lambda name: None)
    for name in "ruff", "black":
        found = find_formatter()
        assert found is not None and found.name == name
        names.remove(name)
    assert find_formatter() is None


def test_ruff_as_a_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    command = tmp_path / "ruff"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ruff "$@"\n')
    command.chmod(0o755)
    monkeypatch.setattr(formatters, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = find_formatter()
    assert found is not None
    assert found.format(["x=1"], one_line=True) == ["x = 1\n"]
