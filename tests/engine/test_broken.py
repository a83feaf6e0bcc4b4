"""A page that cannot be compiled is tried again when a file changes, not before."""

from __future__ import annotations

import traceback

import pytest

from psp.errors import (
    IncludeError,
    PageNotFound,
    PageSyntaxError,
    PspError,
)
from psp.loaders import FileLoader
from psp.source import Source, Span

from .conftest import Compiler, Site


def test_a_broken_page_is_compiled_once_and_mended_by_a_change(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", "fine\n<%= 1 + %>")
    engine = site.engine(compiler)
    errors = []
    for _ in range(3):
        with pytest.raises(PageSyntaxError) as caught:
            engine.load("page.psp")
        errors.append(caught.value)
    for method in (engine.render, engine.get_page):
        with pytest.raises(PageSyntaxError):
            method("page.psp")
    assert compiler.compiled == ["page.psp"]
    assert len({id(error) for error in errors}) == 3
    assert len({len(traceback.extract_tb(e.__traceback__)) for e in errors}) == 1
    texts = {"".join(traceback.format_exception_only(error)) for error in errors}
    assert len(texts) == 1
    assert errors[0].lineno == errors[2].lineno == 2
    site.write("page.psp", "mended")
    assert engine.render("page.psp") == "mended"


def test_a_broken_page_keeps_no_frames_alive(site: Site, compiler: Compiler) -> None:
    site.write("page.psp", '<%@ include file="missing.psp" %>')
    engine = site.engine(compiler)
    with pytest.raises(IncludeError):
        engine.load("page.psp")
    kept = engine._slots["page.psp"]._made
    while isinstance(kept, BaseException):
        assert kept.__traceback__ is None
        kept = kept.__cause__ or kept.__context__


def test_an_error_is_raised_whole_from_memory(site: Site, compiler: Compiler) -> None:
    site.write("page.psp", '<%@ include file="missing.psp" %>')
    engine = site.engine(compiler)

    def add_note(name: str) -> None:
        error = IncludeError.at(Source("<% x %>", name), Span(0, 2), "told")
        error.add_note("a note")
        raise error

    compiler.before = add_note
    for _ in range(2):
        with pytest.raises(IncludeError, match="told") as caught:
            engine.load("page.psp")
        assert caught.value.__notes__ == ["a note"]
        assert caught.value.text == "<% x %>\n"


def test_a_missing_include_that_appears_mends_the_page(
    site: Site, compiler: Compiler
) -> None:
    site.write("shop/page.psp", '<%@ include file="part.psp" %>')
    engine = site.engine(compiler)
    for _ in range(2):
        with pytest.raises(IncludeError, match=r"part\.psp"):
            engine.render("shop/page.psp")
    assert compiler.compiled == ["shop/page.psp"]
    site.write("shop/part.psp", "there")
    assert engine.render("shop/page.psp") == "there"


def test_a_missing_layout_that_appears_mends_the_page(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", '<%@ layout file="base.psp" %>page')
    engine = site.engine(compiler)
    message = "no page named 'base.psp': it is the layout of 'page.psp'"
    with pytest.raises(PageNotFound, match=message):
        engine.render("page.psp")
    site.write("base.psp", "(<%= psp.content() %>)")
    assert engine.render("page.psp") == "(page)"


def test_an_include_that_breaks_and_heals(site: Site, compiler: Compiler) -> None:
    site.write("page.psp", '<%@ include file="part.psp" %>')
    site.write("part.psp", "fine")
    engine = site.engine(compiler)
    assert engine.render("page.psp") == "fine"
    site.write("part.psp", "<%= 1 + %>")
    with pytest.raises(PageSyntaxError):
        engine.render("page.psp")
    site.remove("part.psp")
    with pytest.raises(IncludeError):
        engine.render("page.psp")
    site.write("part.psp", "again")
    assert engine.render("page.psp") == "again"


def test_a_file_changed_while_it_is_compiled_is_compiled_again(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", "one")
    engine = site.engine(compiler)
    compiler.before = lambda name: site.write("page.psp", "two!")
    assert engine.render("page.psp") == "one"
    compiler.before = lambda name: None
    assert engine.render("page.psp") == "two!"


def test_trouble_with_the_disk_is_not_a_deleted_page(
    site: Site, compiler: Compiler
) -> None:
    class Loader(FileLoader):
        trouble = False

        def fingerprint(self, name: str):  # type: ignore[no-untyped-def]
            if self.trouble:
                raise PspError("Input/output error")
            return super().fingerprint(name)

    site.write("page.psp", "one")
    loader = Loader(site.root)
    engine = site.engine(compiler, loader=loader)
    assert engine.render("page.psp") == "one"
    loader.trouble = True
    with pytest.raises(PspError, match="Input/output"):
        engine.render("page.psp")
    loader.trouble = False
    assert engine.render("page.psp") == "one"
    assert compiler.compiled == ["page.psp"]
