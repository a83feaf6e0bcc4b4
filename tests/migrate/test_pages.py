"""Pages: converted as a whole, their text untouched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psp.errors import PageSyntaxError
from psp.migrate.edits import text_edits
from psp.migrate.original import read_original
from psp.migrate.pages import Pages
from psp.migrate.python2 import Converter
from psp.source import Source

from .conftest import Page, Sentences

SPANNING = """<h1>print "x", d.has_key(1)</h1>
<%
try:
    if form.has_key("a"):
        raise ValueError, form["a"]
%>
  <p>a \\n `b` <> c
<%
except (ValueError, KeyError), e:
%>
  <b><%= `e` %></b>
<%
# the end of it
%>
<%-- print "comment" --%><%# print "comment" %><%% print
"""


def test_blocks_span_tags(page: Page) -> None:
    done = page(SPANNING)
    wanted = (
        SPANNING.replace('form.has_key("a")', '"a" in form')
        .replace('ValueError, form["a"]', 'ValueError(form["a"])')
        .replace("(ValueError, KeyError), e", "(ValueError, KeyError) as e")
        .replace("`e`", "repr(e)")
    )
    assert done.text == wanted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<% print `a`; x = 1 %>", "<% print(repr(a)); x = 1 %>"),
        ("<%= a <> b -%>\nx", "<%= a != b -%>\nx"),
        ("<%= `a` # c\n%>", "<%= repr(a) # c\n%>"),
        ("<%= {1: `a`}\n [1] %>", "<%= {1: repr(a)}\n [1] %>"),
        ("<% x = `'%%>'` %>", "<% x = repr('%%>') %>"),
        ("<% x = `a` ", "<% x = repr(a) "),
        ("a<%\nprint `a`", "a<%\nprint(repr(a))"),
        ("<%\n    x = `a`\n    y = 2\n%>", "<%\n    x = repr(a)\n    y = 2\n%>"),
        (
            "<% for k in d: %><% if `k`: %>x<% end %><% end %>",
            "<% for k in d: %><% if repr(k): %>x<% end %><% end %>",
        ),
        (
            "<%@ include file='no.psp' %><% x = `a` %>",
            "<%@ include file='no.psp' %><% x = repr(a) %>",
        ),
        (
            "<% x = [`a`] %><% x.sort(f) %>",
            "<% import functools %><% x = [repr(a)] %>"
            "<% x.sort(key=functools.cmp_to_key(f)) %>",
        ),
        (
            "\ufeff<% reload(m) %>",
            "\ufeff<% import importlib %><% importlib.reload(m) %>",
        ),
        (
            "<%! x = `a`\ny = reduce(f, x) %><%= `x` %>",
            "<%! from functools import reduce %>"
            "<%! x = repr(a)\ny = reduce(f, x) %><%= repr(x) %>",
        ),
        (
            "<%\nimport cgi, os\n%><%= cgi.escape(x) %>",
            "<%\nimport html, os\n%><%= html.escape(x, quote=False) %>",
        ),
        (
            "<% from urllib import quote, urlopen %>",
            "<% from urllib.parse import quote; from urllib.request import urlopen %>",
        ),
        (
            "<%\nfrom string import (join,\n  split)\n%><%= join(a, '') %>",
            "<%\npass\n%><%= ''.join(a) %>",
        ),
        (
            "<%\ndef f(a, (b, c)):\n    return b\n%><% print f %>",
            "<%\ndef f(a, xxx_todo_changeme):\n    (b, c) = xxx_todo_changeme\n"
            "    return b\n%><% print(f) %>",
        ),
        ("<%= type(x) is types.ListType %>", "<%= type(x) is list %>"),
        ("<% Bad = 'b' %><% raise Bad, 'x' %>", None),
    ],
)
def test_tags(page: Page, before: str, after: str | None) -> None:
    if after is None:
        after = "<% Bad = type(\"Bad\", (Exception,), {}) %><% raise Bad('x') %>"
    assert page(before).text == after


def test_names_come_from_what_is_included(page: Page) -> None:
    files = {
        "a": '<%@ include file="head.psp" %><%= cgi.escape(x) + string.join(y) %>',
        "head": "<% import cgi, string, urllib %>",
        "c": "<%= cgi.escape(x) + urllib.quote(y) %>",
    }
    assert page(**files).text == (
        '<%@ include file="head.psp" %><%= html.escape(x, quote=False) + " ".join(y) %>'
    )
    head = "<% import html, string, urllib.request, urllib.parse, urllib.error %>"
    assert page(head=files["head"], a=files["a"]).text == head


def test_names_come_from_what_includes(page: Page) -> None:
    files = {
        "part": "<%= cgi.escape(x) %>",
        "a": '<% import cgi %><%@ include file="part.psp" %>',
    }
    assert page(**files).text == ("<% import html %><%= html.escape(x, quote=False) %>")


def test_names_do_not_come_from_elsewhere(page: Page) -> None:
    text = "<%= cgi.escape(x) %>"
    assert page(a=text, b="<% import cgi %>").text == text


def test_imports_of_other_pages_do_not_count(page: Page) -> None:
    files = {
        "a": '<%@ include file="head.psp" %><% x.sort(f) %>',
        "b": '<%@ include file="head.psp" %><% import functools %>',
        "head": "",
    }
    assert page(**files).text.startswith("<% import functools %>")
    files["head"] = "<% import functools %>"
    assert page(**files).text.startswith("<%@ include")


def test_a_variable_of_another_page_keeps_its_name(page: Page) -> None:
    files = {
        "a": '<%@ include file="head.psp" %><%= cgi.escape(x) %>',
        "head": "<% import cgi; html = '<b>' %>",
    }
    assert page(**files).text == (
        '<%@ include file="head.psp" %><%= html_escape(x, quote=False) %>'
    )


def test_parts_that_share_blocks(page: Page) -> None:
    files = {
        "foot": "<%\nelse:\n%><%= `x` %><%\n# end\n%>",
        "a": "<%\nif `x`:\n%>yes<%@ include file='foot.psp' %>",
        "b": "<%\nif `y`:\n%>no<%@ include file='foot.psp' %>",
    }
    assert page(**files).text == files["foot"].replace("`x`", "repr(x)")
    assert page(a=files["a"], foot=files["foot"]).text == files["a"].replace(
        "`x`", "repr(x)"
    )


def test_tabs(page: Page, said: Sentences) -> None:
    done = page("<%\nfor x in y:\n\tz = x\n        w = x\n%>\t<i>\n<%\n#\n%>")
    assert done.text == (
        "<%\nfor x in y:\n        z = x\n        w = x\n%>\t<i>\n<%\n#\n%>"
    )
    assert [one.partition(" | ")[2][:4] for one in said(done)] == ["tabs"]


def test_the_tab_of_a_colon_is_eight_wide(page: Page) -> None:
    done = page("<%\nfor x in y:\n%>\n<li>\n<%\n        print >>req, x\n%>\n<%\n#\n%>")
    assert "print(x, file=req)" in done.text


def test_places(page: Page, said: Sentences) -> None:
    done = page("é\n  <%= `a`,\n   1/2 %> <% reload(m) %>\n<%\nif x:\n    print 3\n%>")
    assert [one.split(" | ")[0] for one in said(done)] == [
        "1/2 %> <% importlib.reload(m) %>",
        "print(3)",
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a\n<% x = = 1 %>", 2, 8, "neither Python 2 nor 3"),
        ("a <%= x", 1, 3, "never closed"),
        ("<%\nif x:\n%>a<%\n   y\n z\n%>", 5, 2, "unindent does not match"),
        ("<% x = '''a %>", 1, 8, "EOF in multi-line string"),
        ("a<% else: %>b", 1, 5, "continues nothing"),
        ("<% end %>", 1, 1, "an end too many"),
        ("x <% \0 %>", 1, 6, "NUL character"),
        ("<% async = `1` %>", 1, 4, "not Python 3, even when converted"),
        ("<%= print 1 %>", 1, 5, "neither Python 2 nor 3"),
    ],
)
def test_unreadable(
    converter: Converter, text: str, line: int, column: int, message: str
) -> None:
    pages = Pages(converter, {"a.psp": Source(text, "a.psp")})
    with pytest.raises(PageSyntaxError, match=message) as caught:
        pages.migrate("a.psp")
    assert (caught.value.lineno, caught.value.offset) == (line, column)


def test_unreadable_neighbours_do_no_harm(page: Page, converter: Converter) -> None:
    sources = {
        "a.psp": Source('<%@ include file="b.psp" %><%= `x` %>', "a.psp"),
        "b.psp": Source("<% import cgi, %><% x = = 1 %><%= never", "b.psp"),
    }
    done = Pages(converter, sources).migrate("a.psp")
    assert done.text == '<%@ include file="b.psp" %><%= repr(x) %>'


def test_includes_in_a_circle(page: Page) -> None:
    files = {
        "a": "<%@ include file='b.psp' %><%\nelse:\n%>",
        "b": "<%@ include file='a.psp' %>`x`<%= `x` %>",
    }
    assert page(b=files["b"]).text.endswith("`x`<%= repr(x) %>")
    with pytest.raises(PageSyntaxError):
        page(**files)


TAGS = st.sampled_from(
    [
        "<% x = 1 %>",
        "<%\nx = {1: 2}\n%>",
        "<%= x + 1 -%>",
        "<%\nfor i in [1, 2]:\n    x = i\n#\n%>",
        "<%\nif 'a' in x:\n%>",
        "<%\n# end\n%>",
        "<% import os; y = os.sep %>",
        "<%-- print 1 --%>",
        "<%# `x` %>",
        "<%% `x` ",
        "<%@ include file='x.psp' %>",
        "<%! z = 3 %>",
        "<%= f(x,\n  y) %>",
    ]
)
TEXT = st.text(
    alphabet=st.characters(exclude_characters="%\0", exclude_categories=("Cs",)),
    max_size=12,
)


@settings(max_examples=40)
@given(st.lists(st.one_of(TEXT, TAGS)), st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_is_no_python2_stays_byte_for_byte(
    converter: Converter, pieces: list[str], end: str
) -> None:
    data = "".join(pieces).replace("\n", end).encode()
    original = read_original(data)
    source = Source(original.text, "a.psp")
    done = Pages(converter, {"a.psp": source}).migrate("a.psp")
    assert done.text == original.text
    assert original.edited(text_edits(original.text, done.text)) == data


@settings(max_examples=40)
@given(st.lists(TEXT, min_size=5, max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_text_around_what_changes_stays_byte_for_byte(
    converter: Converter, texts: list[str], end: str
) -> None:
    def whole(*tags: str) -> bytes:
        pieces = [*texts, ""]
        for at, tag in enumerate(tags):
            pieces[at] += tag
        return "".join(pieces).replace("\n", end).encode()

    before = whole(
        "<%= `x` %>",
        "<%\nprint >>req, 1\ntry:\n    y = 1\n%>",
        "<%\nexcept E, e:\n%>",
        "<%\n#\n%>",
    )
    after = whole(
        "<%= repr(x) %>",
        "<%\nprint(1, file=req)\ntry:\n    y = 1\n%>",
        "<%\nexcept E as e:\n%>",
        "<%\n#\n%>",
    )
    original = read_original(before)
    source = Source(original.text, "a.psp")
    done = Pages(converter, {"a.psp": source}).migrate("a.psp")
    assert original.edited(text_edits(original.text, done.text)) == after


@settings(max_examples=40)
@given(st.lists(st.one_of(TEXT, TAGS, st.text(alphabet="<%=> \n\t:'\"`,()#x"))))
def test_any_page_is_converted_or_refused(
    converter: Converter, pieces: list[str]
) -> None:
    sources = {"a.psp": Source("".join(pieces), "a.psp")}
    try:
        done = Pages(converter, sources).migrate("a.psp")
    except PageSyntaxError as error:
        assert error.lineno
        return
    again = Pages(converter, {"a.psp": Source(done.text, "a.psp")})
    assert again.migrate("a.psp").text == done.text
