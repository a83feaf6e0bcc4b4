"""Every change of every file that took part is noticed, at the next look."""

from __future__ import annotations

import os

import pytest

from psp import engine as engine_module
from psp.errors import PageNotFound
from psp.loaders import ChainLoader, DictLoader, FileLoader
from psp.source import Source

from .conftest import Compiler, Site


def test_nothing_is_compiled_twice_without_need(site: Site, compiler: Compiler) -> None:
    site.write("page.psp", '<%@ include file="part.psp" %>')
    site.write("part.psp", "part")
    engine = site.engine(compiler)
    for _ in range(3):
        engine.render("page.psp")
        engine.get_page("page.psp")
    assert compiler.compiled == ["page.psp"]


@pytest.mark.parametrize("name", ["page.psp", "a.psp", "b.psp", "base.psp"])
def test_a_change_of_any_file_is_noticed(
    site: Site, compiler: Compiler, name: str
) -> None:
    texts = {
        "page.psp": '<%@ layout file="base.psp" %>p1 <%@ include file="a.psp" %>',
        "a.psp": 'a1 <%@ include file="b.psp" %>',
        "b.psp": "b1 ",
        "base.psp": "<%= psp.content() %>base1",
    }
    for each, text in texts.items():
        site.write(each, text)
    engine = site.engine(compiler)
    assert engine.render("page.psp") == "p1 a1 b1 base1"
    site.write(name, texts[name].replace("1", "2"))
    site.age(name, 2)
    mark = name.removesuffix(".psp").replace("page", "p")
    assert engine.render("page.psp") == "p1 a1 b1 base1".replace(mark + "1", mark + "2")


def test_a_change_that_keeps_time_and_size_is_noticed_by_inode(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", "one")
    engine = site.engine(compiler)
    assert engine.render("page.psp") == "one"
    found = (site.root / "page.psp").stat()
    (site.root / "new").write_text("two")
    os.utime(site.root / "new", ns=(found.st_atime_ns, found.st_mtime_ns))
    os.replace(site.root / "new", site.root / "page.psp")
    assert engine.render("page.psp") == "two"


def test_two_changes_within_a_tick_of_the_clock_are_noticed(
    site: Site, compiler: Compiler
) -> None:
    path = site.root / "page.psp"
    path.write_text("one")
    engine = site.engine(compiler)
    assert engine.render("page.psp") == "one"
    found = path.stat()
    path.write_text("two")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert engine.render("page.psp") == "two"


def test_a_touched_page_is_not_compiled_again(site: Site, compiler: Compiler) -> None:
    site.write("page.psp", "one")
    engine = site.engine(compiler)
    loaded = engine.load("page.psp")
    site.age("page.psp", 5)
    assert engine.load("page.psp") is loaded
    assert compiler.compiled == ["page.psp"]


def test_files_that_have_not_changed_are_not_read(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", '<%@ include file="part.psp" %>')
    site.write("part.psp", "part")
    loads: list[str] = []

    class Loader(FileLoader):
        def load(self, name: str) -> Source:
            loads.append(name)
            return super().load(name)

    engine = site.engine(compiler, loader=Loader(site.root))
    for _ in range(3):
        engine.render("page.psp")
    assert loads == ["page.psp", "part.psp"]
    site.age("part.psp", 5)
    for _ in range(3):
        engine.render("page.psp")
    assert loads == ["page.psp", "part.psp", "part.psp"]


def test_a_deleted_page_is_gone_and_may_come_back(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", "one")
    engine = site.engine(compiler)
    assert engine.render("page.psp") == "one"
    site.remove("page.psp")
    for _ in range(2):
        with pytest.raises(PageNotFound):
            engine.render("page.psp")
    assert not engine._slots
    site.write("page.psp", "two")
    assert engine.render("page.psp") == "two"


def test_a_page_replaced_by_a_folder_is_gone(site: Site, compiler: Compiler) -> None:
    site.write("page.psp", "one")
    engine = site.engine(compiler)
    engine.render("page.psp")
    site.remove("page.psp")
    (site.root / "page.psp").mkdir()
    with pytest.raises(PageNotFound, match="not a regular file"):
        engine.render("page.psp")


def test_pages_of_a_mapping_are_looked_at_too(site: Site, compiler: Compiler) -> None:
    pages = {"page.psp": "one"}
    engine = site.engine(compiler, loader=DictLoader(pages))
    assert engine.render("page.psp") == "one"
    assert engine.render("page.psp") == "one"
    pages["page.psp"] = "two"
    assert engine.render("page.psp") == "two"
    assert compiler.compiled == ["page.psp"] * 2


def test_a_page_that_appears_in_an_earlier_loader_is_noticed(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", "site")
    pages: dict[str, str] = {}
    loader = ChainLoader([DictLoader(pages), FileLoader(site.root)])
    engine = site.engine(compiler, loader=loader)
    assert engine.render("page.psp") == "site"
    pages["page.psp"] = "override"
    assert engine.render("page.psp") == "override"
    del pages["page.psp"]
    assert engine.render("page.psp") == "site"


class Clock:
    """A time that moves when told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(engine_module, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_files_are_looked_at_once_an_interval(
    site: Site, compiler: Compiler, clock: Clock
) -> None:
    site.write("page.psp", "one")
    engine = site.engine(compiler, reload_interval=4)
    assert engine.render("page.psp") == "one"
    before = engine.get_page("page.psp")
    site.write("page.psp", "two!")
    clock.now += 3.9
    assert engine.render("page.psp") == "one"
    assert engine.get_page("page.psp") is before
    clock.now += 0.2
    assert engine.render("page.psp") == "two!"
    site.remove("page.psp")
    assert engine.render("page.psp") == "two!"
    clock.now += 4.1
    with pytest.raises(PageNotFound):
        engine.render("page.psp")


def test_without_an_interval_files_are_never_looked_at_again(
    site: Site, compiler: Compiler, clock: Clock
) -> None:
    site.write("page.psp", "one")
    engine = site.engine(compiler, reload_interval=None)
    assert engine.render("page.psp") == "one"
    site.remove("page.psp")
    clock.now += 1e9
    assert engine.render("page.psp") == "one"
