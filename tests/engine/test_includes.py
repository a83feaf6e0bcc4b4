"""Which file a page means by a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp.engine import Engine, candidates
from psp.errors import IncludeError
from psp.loaders import DictLoader, FileLoader
from psp.options import MOD_PYTHON

from .conftest import Site


@pytest.mark.parametrize(
    ("file", "page", "including", "dialect", "names"),
    [
        ("a.psp", "i.psp", "i.psp", "psp", ["a.psp"]),
        ("a.psp", "x/i.psp", "x/i.psp", "psp", ["x/a.psp"]),
        ("a.psp", "x/i.psp", "y/z/j.psp", "psp", ["x/a.psp", "y/z/a.psp"]),
        ("../y/a.psp", "x/i.psp", "x/i.psp", "psp", ["y/a.psp"]),
        ("./a.psp", "x/i.psp", "x/i.psp", "psp", ["x/a.psp"]),
        ("../../a.psp", "x/i.psp", "x/i.psp", "psp", ["../a.psp"]),
        ("/a.psp", "x/i.psp", "y/j.psp", "psp", ["a.psp"]),
        ("//a.psp", "x/i.psp", "y/j.psp", "psp", ["a.psp"]),
        ("/../a.psp", "x/i.psp", "y/j.psp", "psp", ["../a.psp"]),
        ("/srv/a.psp", "x/i.psp", "y/j.psp", "mod_python", ["/srv/a.psp"]),
        ("a.psp", "/srv/x/i.psp", "y/j.psp", "mod_python", ["/srv/x/a.psp", "y/a.psp"]),
        ("a.psp", "<string>", "<string>", "psp", ["a.psp"]),
    ],
)
def test_candidates(
    file: str, page: str, including: str, dialect: str, names: list[str]
) -> None:
    assert list(candidates(file, page, including, dialect)) == names


def test_an_include_is_looked_for_beside_the_page_then_beside_its_includer() -> None:
    pages = {
        "shop/page.psp": '<%@ include file="../parts/a.psp" %>',
        "parts/a.psp": '<%@ include file="b.psp" %>',
        "parts/b.psp": "from parts",
    }
    engine = Engine(DictLoader(pages), reload_interval=0)
    assert engine.render("shop/page.psp") == "from parts"
    pages["shop/b.psp"] = "from shop"
    assert engine.render("shop/page.psp") == "from shop"


def test_an_absolute_include_starts_at_the_document_root(site: Site) -> None:
    site.write("part.psp", "root")
    site.write("shop/page.psp", '<%@ include file="/part.psp" %>')
    site.write("shop/part.psp", "shop")
    assert Engine(FileLoader(site.root)).render("shop/page.psp") == "root"


def test_an_absolute_include_in_mod_python_is_a_confined_path(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    site.write("part.psp", "part")
    site.write("good.psp", f'<%@ include file="{site.root}/part.psp" %>')
    site.write("bad.psp", f'<%@ include file="{tmp_path}/secret.txt" %>')
    site.write("worse.psp", '<%@ include file="../secret.txt" %>')
    engine = Engine(FileLoader(site.root), options=MOD_PYTHON)
    assert engine.render("good.psp") == "part"
    for name in ("bad.psp", "worse.psp"):
        with pytest.raises(IncludeError, match="outside"):
            engine.render(name)


def test_pages_asked_for_at_run_time_are_found_from_the_page_that_asks() -> None:
    pages = {
        "shop/page.psp": '<%@ layout file="../base.psp" %><% psp.include("p.psp") %>',
        "shop/p.psp": 'shop<% psp.include("/p.psp") %>',
        "p.psp": "root",
        "base.psp": '<%= psp.content() %>-<% psp.include("p.psp") %>',
    }
    assert Engine(DictLoader(pages)).render("shop/page.psp") == "shoproot-root"
