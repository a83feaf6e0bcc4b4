"""Names that are a letter off are found, and nothing that a caller may have given."""

from __future__ import annotations

import pytest

from psp.compiler.pipeline import Resolve, build_skeleton, read_page
from psp.compiler.unbound import unbound_names
from psp.errors import PageNotFound
from psp.options import DIALECTS
from psp.source import Source


def resolve_from(parts: dict[str, str]) -> Resolve:
    def resolve(name: str, including: Source) -> Source:
        if name not in parts:
            raise PageNotFound(name)
        return Source(parts[name], name)

    return resolve


def slips(text: str, dialect: str = "psp", **parts: str) -> list[str]:
    """The slips of a page, each as ``file:line:column: message``."""
    files = {f"{name}.psp": part for name, part in parts.items()}
    source = Source(text, "page.psp")
    page = read_page(source, resolve_from(files), DIALECTS[dialect])
    found = unbound_names(page, build_skeleton(page))
    return [f"{n.filename}:{n.line}:{n.column}: {n.message}" for n in found]


@pytest.mark.parametrize(
    ("text", "column", "name", "meant"),
    [
        ("<% title = 1 %><%= tilte %>", 20, "tilte", "title"),
        ("<%= from_(1) %><% form_ = 1 %>", 5, "from_", "form_"),
        ("<%= sesion['x'] %>", 5, "sesion", "session"),
        ("<%= rnage(3) %>", 5, "rnage", "range"),
        ("<%! LIMIT = 3 %><%= LIMTI %>", 21, "LIMTI", "LIMIT"),
        ("<% date = 1 %><%= lambda d=dtae: d %>", 28, "dtae", "date"),
    ],
)
def test_misspelt(text: str, column: int, name: str, meant: str) -> None:
    message = f"nothing binds {name!r}; did you mean {meant!r}?"
    assert slips(text) == [f"page.psp:1:{column}: {message}"]


def test_once_for_each_name() -> None:
    assert len(slips("<% title = 1 %><%= tilte %><%= tilte %>")) == 1


def test_bound_in_a_function_only() -> None:
    text = "<%\ndef add(n):\n    total = n\n    return total\n# end\n%><%= total %>"
    assert slips(text) == ["page.psp:6:7: 'total' is bound only in the function 'add'"]


@pytest.mark.parametrize(
    "text",
    [
        "<%= title %><%= rows %><%= user.name %>",
        "<% rows = [] %><%= row %>",
        "<% row = 1 %><%= rows %>",
        "<% title = 1 %><% globals()['tilte'] = 2 %><%= tilte %>",
        "<% title = 1 %><% exec(code) %><%= tilte %>",
        "<% title = 1 %><% from names import * %><%= tilte %>",
        "<%\ndef f():\n    global total\n    total = 1\n# end\n%><%= total %>",
        "<%\ndef f(total): return total\n# end\n%><%= total1 %>",
        "<% title = 1 %><%= [tilte for tilte in x] %>",
        "<% title = 1 %><%= (lambda tilte: tilte)(1) %>",
        "<% title = 1 %><%= [tilte := 1, tilte] %>",
        "<%\ntry:\n    x\nexcept E as error:\n    print(error)\n%>",
        "<%\nmatch x:\n    case [head, *rest]: print(head, rest)\n%>",
        "<%\nclass A:\n    b = 1\n    c = b\n# end\n%>",
        "<%\ndef f(a: Lits): x: Lits = 1\n# end\n%><% List = 1 %>",
        "<%= req.uri %><%= form %><%= session %><%= psp %><%= __file__ %>",
    ],
)
def test_what_somebody_may_have_given(text: str) -> None:
    assert slips(text) == []


def test_names_of_included_files_count() -> None:
    text = '<%@ include file="part.psp" %><%= title %><%= tilte %>'
    assert slips(text, part="<% title = 1 %>") == [
        "page.psp:1:47: nothing binds 'tilte'; did you mean 'title'?"
    ]


def test_column_counts_characters() -> None:
    assert slips("<% title = 1 %>é<b>漢</b><%= 'é', tilte %>")[0].startswith(
        "page.psp:1:34: "
    )


def test_strict_and_lenient_reading_find_the_same() -> None:
    text = "<%\ntitle = 1\n%><%= tilte %>"
    assert slips(text, "mod_python") == slips(text)
