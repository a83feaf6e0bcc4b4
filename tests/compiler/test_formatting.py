"""Tags are written one way, and the page writes what it wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp import DictLoader, Engine, PageOptions
from psp.compiler.formatting import format_page
from psp.source import Source


def formatted(text: str) -> str:
    return format_page(Source(text, "page.psp"))


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


BLANKS = st.text(" \t", max_size=2)
PIECES = st.sampled_from(
    [
        "<%={0}n{1}%>",
        "<%=={0}'<b>'{1}-%>\n ",
        "<%{0}n = n + 1{1}%>",
        "<%{0}if n:{1}%>yes<%{1}else:{0}%>no<%{0}end{1}%>",
        "<%{0}for i in range(2):{1}%>{0}<%={1}i{1}%><%{1}end{1}%>",
        "<%\nif n:\n  n = 2{0}\n%>a<%\n%>{1}",
        "<%--{0}--%>",
        "<%#{0}c{1}%>",
        "{0}text{1}\n",
        "<%%{0}%%>",
        "<%@{0}page trim{1}={0}'lines'{1}%>\n",
        "<%={0}'%%>'{1}%>",
        "<%{0}%>",
    ]
)
PAGES = st.lists(st.tuples(PIECES, BLANKS, BLANKS), max_size=8).map(
    lambda parts: "".join(piece.format(one, two) for piece, one, two in parts)
)


@given(PAGES, st.sampled_from(["psp", "mod_python"]))
def test_output_stays_and_twice_is_once(page: str, dialect: str) -> None:
    after = formatted(page)
    assert formatted(after) == after
    options = PageOptions(dialect=dialect)
    results = []
    for text in (page, after):
        engine = Engine(DictLoader({"p": text}), options=options)
        try:
            results.append(engine.render("p", n=1))
        except Exception as error:
            results.append(type(error).__name__)
    assert results[0] == results[1]
