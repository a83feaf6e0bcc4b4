"""A page in the second cache is used where it is what compiling would give."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from psp.diskcache import DiskCache
from psp.engine import Engine
from psp.errors import PageNotFound, PageSyntaxError
from psp.loaders import FileLoader
from psp.options import PageOptions

from .conftest import Compiler, Site

#: All that a page without links and layouts may import, besides what Python has.
OF_A_CACHED_PAGE = {
    *"psp psp.abi psp.diskcache psp.engine psp.errors".split(),
    *"psp.light psp.loaders psp.options psp.page psp.pagefile".split(),
    *"psp.runtime psp.runtime.escape psp.runtime.interface".split(),
    *"psp.runtime.output psp.runtime.run psp.slot psp.trust".split(),
    *"__future__ _blake2 _collections _collections_abc _operator _sha2".split(),
    *"_sha256 _stat errno genericpath os os.path posixpath stat".split(),
}


@pytest.fixture
def disk(tmp_path: Path) -> DiskCache:
    return DiskCache(tmp_path / "cache", key_file=tmp_path / "key")


def test_another_process_takes_the_page_from_the_cache(
    site: Site, compiler: Compiler, disk: DiskCache
) -> None:
    site.write("page.psp", 'page <%@ include file="part.psp" %>')
    site.write("part.psp", "part")
    first = site.engine(compiler, cache=disk).get_page("page.psp")
    second = site.engine(compiler, cache=disk)
    assert second.render("page.psp") == "page part"
    assert second.get_page("page.psp") == first
    assert compiler.compiled == ["page.psp"]


def test_a_cached_page_is_as_fresh_as_any(
    site: Site, compiler: Compiler, disk: DiskCache
) -> None:
    site.write("page.psp", '<%@ include file="part.psp" %>')
    site.write("part.psp", "one")
    assert site.engine(compiler, cache=disk).render("page.psp") == "one"
    site.write("part.psp", "two")
    assert site.engine(compiler, cache=disk).render("page.psp") == "two"
    site.remove("page.psp")
    with pytest.raises(PageNotFound):
        site.engine(compiler, cache=disk).render("page.psp")


def test_a_cached_page_follows_an_include_that_appears(
    site: Site, compiler: Compiler, disk: DiskCache
) -> None:
    site.write("shop/page.psp", '<%@ include file="../parts/a.psp" %>')
    site.write("parts/a.psp", '<%@ include file="b.psp" %>')
    site.write("parts/b.psp", "parts")
    assert site.engine(compiler, cache=disk).render("shop/page.psp") == "parts"
    site.write("shop/b.psp", "shop")
    assert site.engine(compiler, cache=disk).render("shop/page.psp") == "shop"


def test_a_running_engine_takes_what_another_compiled_meanwhile(
    site: Site, compiler: Compiler, disk: DiskCache
) -> None:
    site.write("page.psp", "one")
    engines = [site.engine(compiler, cache=disk) for _ in range(2)]
    assert [engine.render("page.psp") for engine in engines] == ["one"] * 2
    site.write("page.psp", "two!")
    assert [engine.render("page.psp") for engine in engines] == ["two!"] * 2
    assert compiler.compiled == ["page.psp"] * 2


def test_a_touched_page_is_kept_again_with_its_new_time(
    site: Site, compiler: Compiler, disk: DiskCache
) -> None:
    site.write("page.psp", "one")
    site.engine(compiler, cache=disk).render("page.psp")
    site.age("page.psp", 5)
    site.engine(compiler, cache=disk).render("page.psp")
    kept = disk.get("page.psp")
    assert kept is not None
    found = (site.root / "page.psp").stat()
    assert kept.dependencies["page.psp"].mtime_ns == found.st_mtime_ns
    assert compiler.compiled == ["page.psp"]


def test_engines_with_other_options_do_not_share_pages(
    site: Site, compiler: Compiler, disk: DiskCache
) -> None:
    site.write("page.psp", "<%= '<' %>")
    plain = PageOptions(escape="none")
    assert site.engine(compiler, cache=disk).render("page.psp") == "&lt;"
    assert site.engine(compiler, cache=disk, options=plain).render("page.psp") == "<"
    assert site.engine(compiler, cache=disk).render("page.psp") == "&lt;"


def test_a_site_that_moved_does_not_take_its_old_pages(
    site: Site, compiler: Compiler, disk: DiskCache, tmp_path: Path
) -> None:
    site.write("page.psp", "text")
    site.engine(compiler, cache=disk).get_page("page.psp")
    site.root.rename(tmp_path / "moved")
    engine = Engine(FileLoader(tmp_path / "moved"), cache=disk)
    assert engine.get_page("page.psp").filename == str(tmp_path / "moved" / "page.psp")


def test_a_broken_page_is_not_cached(
    site: Site, compiler: Compiler, disk: DiskCache
) -> None:
    site.write("page.psp", "<%= 1 + %>")
    with pytest.raises(PageSyntaxError):
        site.engine(compiler, cache=disk).get_page("page.psp")
    assert disk.get("page.psp") is None


def test_a_cached_page_is_rendered_without_the_compiler(
    site: Site, disk: DiskCache
) -> None:
    site.write("page.psp", 'Hello, <%= who %>!<%@ include file="part.psp" %>')
    site.write("part.psp", " Bye.")
    code = f"""
import sys
sys.path[:0] = {sys.path!r}
before = set(sys.modules)
from psp.engine import Engine
from psp.loaders import FileLoader
from psp.diskcache import DiskCache
disk = DiskCache({disk.folder!r}, key_file={disk.key_file!r})
engine = Engine(FileLoader({str(site.root)!r}), cache=disk)
print(engine.render("page.psp", who="you"))
print(*sorted(set(sys.modules) - before))
"""
    outputs = [
        subprocess.run(
            [sys.executable, "-ISc", code], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for _ in range(2)
    ]
    assert outputs[0][0] == outputs[1][0] == "Hello, you! Bye."
    assert "psp.compiler.pipeline" in outputs[0][1].split()
    assert set(outputs[1][1].split()) <= OF_A_CACHED_PAGE
