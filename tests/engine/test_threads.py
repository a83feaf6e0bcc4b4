"""One page is compiled once, two pages at once."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest

from psp.engine import Engine
from psp.errors import PageNotFound, PageSyntaxError
from psp.loaders import DictLoader, FileLoader
from psp.source import Source

from .conftest import Compiler, Site


def test_one_page_is_compiled_by_one_thread_while_others_wait(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", "text")
    engine = site.engine(compiler, reload_interval=1.0)
    ready = threading.Barrier(6)
    compiler.before = lambda name: time.sleep(0.05)

    def work(number: int) -> str:
        ready.wait()
        return engine.render("page.psp")

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == ["text"] * 6
    assert compiler.compiled == ["page.psp"]


def test_two_pages_are_compiled_at_once(site: Site, compiler: Compiler) -> None:
    site.write("a.psp", "a")
    site.write("b.psp", "b")
    engine = site.engine(compiler)
    both = threading.Barrier(2, timeout=10)
    compiler.before = lambda name: both.wait()
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(engine.render, ["a.psp", "b.psp"])) == ["a", "b"]


def test_a_page_that_fails_fails_for_all_who_wait(
    site: Site, compiler: Compiler
) -> None:
    site.write("page.psp", "<%= 1 + %>")
    engine = site.engine(compiler, reload_interval=1.0)
    ready = threading.Barrier(4)
    compiler.before = lambda name: time.sleep(0.05)

    def work(number: int) -> BaseException:
        ready.wait()
        with pytest.raises(PageSyntaxError) as caught:
            engine.load("page.psp")
        return caught.value

    with ThreadPoolExecutor(4) as pool:
        errors = list(pool.map(work, range(4)))
    assert len({id(error) for error in errors}) == 4
    assert compiler.compiled == ["page.psp"]


def test_threads_that_wait_for_a_page_that_is_missing_all_learn_it(
    site: Site, compiler: Compiler
) -> None:
    ready = threading.Barrier(4)

    class Loader(FileLoader):
        def load(self, name: str) -> Source:
            time.sleep(0.01)
            return super().load(name)

    engine = site.engine(compiler, loader=Loader(site.root))

    def work(number: int) -> bool:
        ready.wait()
        with pytest.raises(PageNotFound):
            engine.load("missing.psp")
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
    assert not engine._slots


def test_readers_never_see_half_a_change(site: Site, compiler: Compiler) -> None:
    texts = [f"<%= {number} %>:{number}" for number in range(20)]
    site.write("page.psp", texts[0])
    engine = site.engine(compiler)
    done = threading.Event()
    seen: list[str] = []

    def read() -> None:
        while not done.is_set():
            seen.append(engine.render("page.psp"))

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for text in texts:
            (site.root / "new").write_text(text)
            os.replace(site.root / "new", site.root / "page.psp")
            time.sleep(0.005)
        done.set()
    for reader in readers:
        reader.result()
    assert {tuple(text.split(":")) for text in seen} <= {
        (str(number), str(number)) for number in range(20)
    }
    assert engine.render("page.psp") == "19:19"


def test_declarations_may_render_other_pages(helpers: ModuleType) -> None:
    pages = {
        "a.psp": "<%! from psp_test_helpers import engine %>"
        "<%! b = engine.render('b.psp') %>a<%= b %>",
        "b.psp": "b",
    }
    engine = Engine(DictLoader(pages))
    helpers.engine = engine  # type: ignore[attr-defined]
    assert engine.render("a.psp") == "ab"
