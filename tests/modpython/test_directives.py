from __future__ import annotations

import pytest

from psp.errors import SettingsError
from psp.modpython.directives import Directive, Section, parse_directives


def test_words_quotes_comments_and_joined_lines() -> None:
    text = (
        "# a comment\n"
        'PythonOption key "a \\"quoted\\" value"\n'
        "\n"
        "PythonHandler one \\\n"
        "  two | .psp\n"
        "AuthName 'The Desk' # not a comment\n"
    )
    assert parse_directives(text, "httpd.conf") == [
        Directive("PythonOption", ("key", 'a "quoted" value'), "httpd.conf", 2),
        Directive("PythonHandler", ("one", "two", "|", ".psp"), "httpd.conf", 4),
        Directive(
            "AuthName", ("The Desk", "#", "not", "a", "comment"), "httpd.conf", 6
        ),
    ]


def test_sections_nest() -> None:
    text = (
        '<Directory "/srv/a b">\n<Files *.psp>\nPythonDebug On\n</Files>\n</Directory>'
    )
    (outer,) = parse_directives(text)
    assert isinstance(outer, Section) and outer.words == ("/srv/a b",)
    (inner,) = outer.items
    assert isinstance(inner, Section) and inner.words == ("*.psp",)
    assert str(inner) == "<Files *.psp>" and inner.place == "<string>:2"
    assert [str(item) for item in inner.items] == ["PythonDebug On"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x\n<Files a>\n<Files b>\n</Files>\n", r"x:2: <Files a> is never closed"),
        ("</Files>", r"x:1: </Files> closes nothing"),
        ("<Files a>\n</Directory>", r"x:2: </Directory> closes nothing"),
    ],
)
def test_a_section_that_does_not_fit_is_named(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_directives(text, "x")
