"""Holes are filled in order, each with what is its own."""

from __future__ import annotations

import ast

import pytest

from psp import DictLoader, Engine
from psp.compiler.pipeline import build_skeleton, build_tree, read_page
from psp.errors import PageNotFound, PageSyntaxError
from psp.source import Source

LOOP = "<% for n in range(2): %><b><%= n %></b><% end %>"


def no_file(name: str, including: Source) -> Source:
    raise PageNotFound(name)


def python(text: str) -> str:
    """The Python that the page *text* becomes."""
    page = read_page(Source(text), no_file)
    return ast.unparse(build_tree(build_skeleton(page), page).page.module)


def rendered(**files: str) -> str:
    """What the page *page* of *files* writes."""
    pages = {f"{name}.psp": text for name, text in files.items()}
    return Engine(DictLoader(pages)).render("page.psp")


def test_text_is_written_before_the_expression_behind_it_is_evaluated() -> None:
    text = "<% def f(): %>[<% return 'x' %><% end %>a<%= f() %>b<%= f() %>"
    assert rendered(page=text) == "a[xb[x"


@pytest.mark.parametrize("expression", ["<%= %>", "<%= # nothing %>"])
def test_text_before_an_expression_of_nothing_is_written(expression: str) -> None:
    assert rendered(page=f"a{expression}b") == "ab"


def test_a_loop_asks_whether_to_send() -> None:
    assert "_psp_flush()" in python(LOOP)


def test_what_a_layout_takes_is_not_asked_for() -> None:
    assert "_psp_flush()" not in python(f'<%@ layout file="all.psp" %>{LOOP}')
    layout = "<main><%= psp.content() %></main>"
    page = f'<%@ layout file="all.psp" %>{LOOP}'
    assert rendered(page=page, all=layout) == "<main><b>0</b><b>1</b></main>"


@pytest.mark.parametrize("around", ["{}", "<% def f(): %>{}<% end %>"])
def test_two_statements_are_no_expression_wherever_the_file_is_included(
    around: str,
) -> None:
    page = around.format('<%@ include file="part.psp" %>')
    with pytest.raises(PageSyntaxError, match="not one expression") as caught:
        rendered(page=page, part="\n<%= 1); (2 %>")
    assert (caught.value.filename, caught.value.lineno) == ("part.psp", 2)
