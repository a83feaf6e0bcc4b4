"""Slips that compile are found where they stand, and nothing else is."""

from __future__ import annotations

import pytest

from psp.compiler.lint import lost_text, raw_outputs
from psp.compiler.pipeline import Resolve, build_skeleton, read_page
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
    """The lost text of a page, each as ``file:line:column: message``."""
    files = {f"{name}.psp": part for name, part in parts.items()}
    source = Source(text, "page.psp")
    page = read_page(source, resolve_from(files), DIALECTS[dialect])
    found = lost_text(page, build_skeleton(page))
    return [f"{n.filename}:{n.line}:{n.column}: {n.message}" for n in found]


class TestKeptInside:
    def test_text_behind_code_that_ends_indented(self) -> None:
        text = "<%\nif req.method == 'POST':\n    x = 1\n%>\n<h1>lost</h1>\n"
        assert slips(text) == [
            "page.psp:5:1: this belongs to the 'if' of line 2, to the end of the page:"
            " end the code above with a comment, in the first column if that is not"
            " meant"
        ]
        assert slips(text, "mod_python") == []

    @pytest.mark.parametrize(
        "text",
        [
            "<%\nif x:\n    y = 1\n#\n%>text",
            "<%\nif x:\n    y = 1\n    #\n%>text",
            "<%\nif x:\n%>text",
            "<%\nif x:\n    y = 1\n%> \n<%\nz = 2\n%>text",
            "<% if x: %><%\ny = 1\n%>text<% end %>",
            "<%\nif x:\n    y = 1\n%>text<%\n%>",
            "<%\nif x:\n    y = 1\n%>",
        ],
    )
    def test_what_is_meant_is_left_alone(self, text: str) -> None:
        assert slips(text) == []

    def test_the_last_part_of_a_block(self) -> None:
        text = "<%\ntry:\n    x = 1\nexcept E:\n    for y in z:\n        a = 1\n%>text"
        assert slips(text)[0].startswith("page.psp:7:3: this belongs to the 'try' of")


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


def test_raw_outputs_with_those_of_included_files() -> None:
    source = Source('<%= a %>\n <%== b %><%@ include file="p.psp" %>', "page.psp")
    page = read_page(source, resolve_from({"p.psp": "<%==c%>"}))
    assert [tuple(found) for found in raw_outputs(page)] == [
        ("page.psp", 2, 2, "written raw: b"),
        ("p.psp", 1, 1, "written raw: c"),
    ]


def test_long_chains_of_branches_are_no_trouble() -> None:
    branches = "".join(f"<% elif x == {n}: %>a<% return %>" for n in range(300))
    assert slips(f"<% if x: %>a{branches}<% end %>b") == []
