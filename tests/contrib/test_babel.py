"""The messages that Babel finds in pages, with their lines and comments."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS

from psp.contrib.babel import Message, extract
from psp.errors import PageSyntaxError


def found(page: str, **options: str) -> list[Message]:
    data = BytesIO(page.encode(options.get("encoding", "utf-8")))
    return list(extract(data, DEFAULT_KEYWORDS, ["NOTE:"], options))


def test_expressions_scriptlets_and_declarations() -> None:
    page = (
        '<%! TITLE = _("title") %>\n<p><%= _("a") %><%== _("b") %></p>\n'
        '<% x = [\n  _("c"),\n] %>'
    )
    assert [(line, text) for line, _, text, _ in found(page)] == [
        (1, "title"),
        (2, "a"),
        (2, "b"),
        (4, "c"),
    ]


def test_plural_and_context() -> None:
    page = '<%= ngettext("one", "many", n) %><%= pgettext("menu", "file") %>'
    assert [(function, text) for _, function, text, _ in found(page)] == [
        ("ngettext", ("one", "many", None)),
        ("pgettext", ("menu", "file")),
    ]


def test_code_that_is_indented_as_its_author_likes() -> None:
    page = '<div>\n    <%\n      if x:\n        y = _("a")\n    z = _("b")\n%>'
    assert [(line, text) for line, _, text, _ in found(page)] == [(4, "a"), (5, "b")]


def test_blocks_in_pieces() -> None:
    page = '<% for x in y: %>\n<% if _("a"): %>\n<%= _("b") %><% end %><% end %>'
    assert [text for _, _, text, _ in found(page)] == ["a", "b"]


def test_text_and_comments_hold_no_messages() -> None:
    assert found('_("a") <%-- <%= _("b") %> --%> <%# _("c") %> <%@ page %>') == []


def test_comments_for_translators() -> None:
    page = (
        '<%# NOTE: in a tag %>\n<%= _("a") %>\n\n<%= _("far") %>\n'
        '<%\n# NOTE: in code\nx = _("b") %><%# other %><%= _("c") %>'
    )
    assert [(text, comments) for _, _, text, comments in found(page)] == [
        ("a", ["NOTE: in a tag"]),
        ("far", []),
        ("b", ["NOTE: in code"]),
        ("c", []),
    ]


def test_encoding() -> None:
    assert found('<%= _("é") %>', encoding="latin-1")[0][2] == "é"


def test_pages_that_are_broken() -> None:
    with pytest.raises(PageSyntaxError, match="never closed"):
        found("a <%= b")


def test_entry_point() -> None:
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    entries = tomllib.loads(project.read_text())["project"]["entry-points"]
    value = entries["babel.extractors"]["psp"]
    assert EntryPoint("psp", value, "babel.extractors").load() is extract
