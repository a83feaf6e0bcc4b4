"""What an engine makes of the name or the text of a page."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from psp.cache import MemoryCache
from psp.engine import Engine
from psp.errors import (
    IncludeError,
    PageNotFound,
    PageSyntaxError,
    PageWarning,
)
from psp.loaders import DictLoader, FileLoader
from psp.options import MOD_PYTHON

from .conftest import Compiler, Site


def test_render(site: Site) -> None:
    site.write("hello.psp", "Hello, <%= who %>!")
    engine = Engine(FileLoader(site.root))
    assert engine.render("hello.psp", who="<you>") == "Hello, &lt;you&gt;!"
    assert engine.render("hello.psp", who=1) == "Hello, 1!"


def test_names_of_the_engine_reach_every_page() -> None:
    pages = {
        "page.psp": '<%@ layout file="base.psp" %>'
        '<%= site %> <% psp.include("p.psp") %>',
        "p.psp": "(<%= site %>)",
        "base.psp": "<b><%= site %></b><%= psp.content() %>",
    }
    engine = Engine(DictLoader(pages), names={"site": "ours"})
    assert engine.render("page.psp") == "<b>ours</b>ours (ours)"
    assert engine.render("p.psp", site="theirs") == "(theirs)"


def test_get_page_runs_no_code_and_tells_the_dependencies(site: Site) -> None:
    site.write("page.psp", '<%! 1 / 0 %><%@ include file="parts/a.psp" %>')
    site.write("parts/a.psp", '<%@ include file="b.psp" %>')
    site.write("parts/b.psp", "b")
    engine = Engine(FileLoader(site.root))
    page = engine.get_page("page.psp")
    assert page.name == "page.psp"
    assert page.filename == str(site.root / "page.psp")
    assert set(page.dependencies) == {"page.psp", "parts/a.psp", "parts/b.psp"}
    assert all(state.digest for state in page.dependencies.values())
    with pytest.raises(ZeroDivisionError):
        engine.load("page.psp")


@pytest.mark.parametrize("name", ["missing.psp", "", "/", "..", "a\0", "\udcff", "//"])
def test_a_missing_page_is_not_found_and_not_remembered(site: Site, name: str) -> None:
    engine = Engine(FileLoader(site.root))
    for method in (engine.get_page, engine.load, engine.render):
        with pytest.raises(PageNotFound) as caught:
            method(name)
        assert caught.value.name == name
    assert not engine._slots


def test_declarations_run_once_for_each_compilation(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", "<%! runs = [] %><% runs.append(1) %><%= len(runs) %>")
    engine = site.engine(compiler)
    assert [engine.render("page.psp") for _ in range(3)] == ["1", "2", "3"]
    site.age("page.psp", 2)
    assert engine.render("page.psp") == "4"
    site.write("page.psp", "<%! runs = [] %><% runs.append(1) %>now <%= len(runs) %>")
    assert engine.render("page.psp") == "now 1"


def test_declarations_that_fail_are_tried_again(helpers: ModuleType) -> None:
    calls: list[int] = []

    def fail_once() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("not yet")

    helpers.fail_once = fail_once  # type: ignore[attr-defined]
    text = "<%! import psp_test_helpers; psp_test_helpers.fail_once() %>fine"
    engine = Engine(DictLoader({"page.psp": text}))
    with pytest.raises(RuntimeError, match="not yet"):
        engine.render("page.psp")
    assert engine.render("page.psp") == "fine"
    assert engine.render("page.psp") == "fine"
    assert len(calls) == 2


def test_warnings_about_a_page_are_issued_when_it_is_compiled(
    site: Site, compiler: Compiler, tmp_path: Path
) -> None:
    site.write("page.psp", "\n<%@ strange %>")
    cache = MemoryCache()
    engine = site.engine(compiler, options=MOD_PYTHON, cache=cache)
    with pytest.warns(PageWarning, match="strange") as caught:
        engine.get_page("page.psp")
    assert caught[0].filename == str(site.root / "page.psp")
    assert caught[0].lineno == 2
    again = site.engine(compiler, options=MOD_PYTHON, cache=cache)
    assert again.get_page("page.psp").notices


def test_get_template() -> None:
    pages = {"page.psp": "<%= a %> <%= b %>"}
    engine = Engine(DictLoader(pages), reload_interval=0)
    template = engine.get_template("page.psp")
    given = {"a": 1, "b": "<"}
    assert template.render(given) == template.render(**given) == "1 &lt;"
    assert template.render(given, b=2) == "1 2"
    assert given == {"a": 1, "b": "<"}
    pages["page.psp"] = "changed"
    assert template.render() == "changed"
    del pages["page.psp"]
    with pytest.raises(PageNotFound):
        template.render()
    with pytest.raises(PageNotFound):
        engine.get_template("missing.psp")


def test_get_template_with_names_of_the_engine_and_a_layout() -> None:
    pages = {
        "page.psp": '<%@ layout file="base.psp" %><% x = a + b %><%= x %>',
        "base.psp": "[<%= psp.content() %> <%= x %>]",
    }
    template = Engine(DictLoader(pages), names={"a": 1}).get_template("page.psp")
    given = {"b": 2}
    assert template.render(given) == "[3 3]"
    assert template.render(given, a=2) == "[4 4]"
    assert given == {"b": 2}


def test_from_string() -> None:
    template = Engine(DictLoader({})).from_string("Hello, <%= who %>!")
    assert template.render(who="you") == "Hello, you!"
    assert template.render(who="<me>") == "Hello, &lt;me&gt;!"


def test_from_string_finds_other_pages_from_its_name() -> None:
    pages = {
        "part.psp": "1",
        "mail/part.psp": "2",
        "mail/base.psp": "[<%= psp.content() %>]",
    }
    engine = Engine(DictLoader(pages), reload_interval=0)
    text = '<%@ include file="part.psp" %><% psp.include("part.psp") %>'
    assert engine.from_string(text).render() == "11"
    text = '<%@ layout file="base.psp" %>' + text
    template = engine.from_string(text, "mail/welcome")
    assert template.render() == "[22]"
    pages["mail/part.psp"] = "3"
    assert template.render() == "[33]"
    with pytest.raises(PageNotFound):
        engine.render("mail/welcome")


def test_from_string_refuses_what_cannot_be_compiled() -> None:
    engine = Engine(DictLoader({}))
    with pytest.raises(PageSyntaxError) as caught:
        engine.from_string("\n<%= 1 + %>", "greeting")
    assert (caught.value.filename, caught.value.lineno) == ("greeting", 2)
    with pytest.raises(IncludeError):
        engine.from_string('<%@ include file="missing.psp" %>')


def test_a_string_and_a_page_of_one_name_do_not_meet_in_the_cache() -> None:
    cache = MemoryCache()
    engine = Engine(DictLoader({"a.psp": "page"}), cache=cache)
    assert engine.from_string("text", "a.psp").render() == "text"
    assert len(cache) == 0
    assert engine.render("a.psp") == "page"
    assert engine.from_string("text", "a.psp").render() == "text"


def test_modes_of_sessions_are_the_psp_dialects_alone() -> None:
    text = '<%@ page dialect="mod_python" session="read" csrf="on" %>x'
    engine = Engine(DictLoader({"page.psp": text}), options=MOD_PYTHON)
    with pytest.warns(PageWarning, match="know no modes"):
        options = engine.get_page("page.psp").options
    assert (options.session, options.csrf) == ("auto", "on")


def test_the_methods_of_a_page() -> None:
    text = '<%@ page methods="POST GET PUT" %>'
    options = Engine(DictLoader({"p.psp": text})).get_page("p.psp").options
    assert options.methods == ("POST", "GET", "PUT", "HEAD")
