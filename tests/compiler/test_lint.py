"""Slips that compile are found where they stand, and nothing else is."""

from __future__ import annotations

import pytest

from psp.compiler.lint import lint_page, raw_outputs
from psp.compiler.pipeline import read_page
from psp.errors import PageNotFound
from psp.options import DIALECTS
from psp.source import Source


def resolve_from(parts: dict[str, str]):  # type: ignore[no-untyped-def]
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
    return [f"{n.filename}:{n.line}:{n.column}: {n.message}" for n in lint_page(page)]


class TestUnreached:
    def test_text_after_return_of_the_page(self) -> None:
        assert slips("a<% return %>\n\n  <p>lost</p>") == [
            "page.psp:3:3: this is never written: 'return' on line 1 comes before it"
        ]

    def test_expression_after_raise(self) -> None:
        assert slips("<%\nraise ValueError\n%>\n<%= 1 %>") == [
            "page.psp:4:1: this is never written: 'raise' on line 2 comes before it"
        ]

    def test_text_after_continue_in_a_loop(self) -> None:
        text = "<% for x in y: %>a<% continue %>b<% end %>c"
        assert slips(text) == [
            "page.psp:1:33: this is never written: 'continue' on line 1 comes before it"
        ]

    def test_both_branches_leave(self) -> None:
        text = "<% if x: %>a<% return %><% else: %>b<% return %><% end %>c"
        assert len(slips(text)) == 1
        assert slips(text)[0].startswith("page.psp:1:58: ")

    def test_text_that_a_function_swallows_after_its_return(self) -> None:
        text = "<%\ndef double(n):\n    return n * 2\n%>\n<h1>lost</h1>\n"
        assert slips(text) == [
            "page.psp:5:1: this is never written: it belongs to the function 'double',"
            " behind the 'return' on line 3"
        ]

    def test_text_of_an_included_file_is_placed_there(self) -> None:
        text = '<% return %>\n<%@ include file="part.psp" %>'
        assert slips(text, part="\n<p>") == [
            "part.psp:2:1: this is never written: 'return' on line 1 comes before it"
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "a<% return %>\n  \n",
            "<% if x: %>a<% return %><% end %>b",
            "<% if x: %>a<% return %><% elif y: %>b<% end %>c",
            "<% for x in y: %>a<% break %><% end %>c",
            "<% try: %>a<% return %><% finally: %>b<% end %>",
            "<%\ndef double(n):\n    return n * 2\n# end\n%>\n<h1>kept</h1>\n",
        ],
    )
    def test_what_is_reached(self, text: str) -> None:
        assert slips(text) == []


class TestSwallowed:
    def test_function_that_is_never_closed(self) -> None:
        text = "<%\ndef log(n):\n    print(n)\n%>\n<h1>lost</h1><%= log(1) %>"
        assert slips(text) == [
            "page.psp:5:1: this belongs to the function 'log' of line 2 and is only"
            " written when that is called"
        ]

    def test_function_that_nobody_calls(self) -> None:
        text = "<%\ndef log(n):\n    print(n)\n%>\n<h1>lost</h1>\n<%\nx = 1\n%>"
        assert len(slips(text)) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "<% def card(): %><b></b><% end %>",
            "<% def card(): %><b></b><% end %><% card() %>",
            "<%\ndef card():\n    # begin\n%><b></b><%\n# end\n%><% card() %>",
            "<%\n@register\ndef card():\n    # begin\n%><b></b><%\n# end\n%>",
            "<%\ndef log(n):\n    print(n)\n%>\n\n",
        ],
    )
    def test_function_that_is_meant(self, text: str) -> None:
        assert slips(text) == []


class TestUnbound:
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
    def test_misspelt(self, text: str, column: int, name: str, meant: str) -> None:
        message = f"nothing binds {name!r}; did you mean {meant!r}?"
        assert slips(text) == [f"page.psp:1:{column}: {message}"]

    def test_once_for_each_name(self) -> None:
        assert len(slips("<% title = 1 %><%= tilte %><%= tilte %>")) == 1

    def test_bound_in_a_function_only(self) -> None:
        text = "<%\ndef add(n):\n    total = n\n    return total\n# end\n%><%= total %>"
        assert slips(text) == [
            "page.psp:6:7: 'total' is bound only in the function 'add'"
        ]

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
    def test_what_somebody_may_have_given(self, text: str) -> None:
        assert slips(text) == []

    def test_names_of_included_files_count(self) -> None:
        text = '<%@ include file="part.psp" %><%= title %><%= tilte %>'
        assert slips(text, part="<% title = 1 %>") == [
            "page.psp:1:47: nothing binds 'tilte'; did you mean 'title'?"
        ]

    def test_column_counts_characters(self) -> None:
        assert slips("<% title = 1 %>é<b>漢</b><%= 'é', tilte %>")[0].startswith(
            "page.psp:1:34: "
        )


def test_strict_and_lenient_reading_find_the_same() -> None:
    text = "<%\ntitle = 1\n%><%= tilte %>"
    assert slips(text, "mod_python") == slips(text)


def test_raw_outputs_with_those_of_included_files() -> None:
    source = Source('<%= a %>\n <%== b %><%@ include file="p.psp" %>', "page.psp")
    page = read_page(source, resolve_from({"p.psp": "<%==c%>"}))
    assert [tuple(found) for found in raw_outputs(page)] == [
        ("page.psp", 2, 2, "written raw: b"),
        ("p.psp", 1, 1, "written raw: c"),
    ]
