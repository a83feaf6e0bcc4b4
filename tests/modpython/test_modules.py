from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from psp.modpython.modules import load_file, load_module

from .client import Site


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def load(folder: Path, name: str, **options: bool) -> ModuleType:
    return load_module(name, [str(folder)], **options)


def test_a_module_is_what_import_finds_until_its_file_changes(folder: Path) -> None:
    (folder / "loaded_a.py").write_text("V = 1\n")
    first = load(folder, "loaded_a")
    assert load(folder, "loaded_a") is first is sys.modules["loaded_a"]
    (folder / "loaded_a.py").write_text("V = 2\n")
    assert load(folder, "loaded_a", autoreload=False).V == 1
    assert load(folder, "loaded_a").V == 2 == sys.modules["loaded_a"].V
    assert not (folder / "__pycache__").exists()


def test_of_a_module_that_fails_the_one_before_stays(folder: Path) -> None:
    file = folder / "loaded_b.py"
    file.write_text("V = 1\n")
    load(folder, "loaded_b")
    file.write_text("V = 2\n1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        load(folder, "loaded_b")
    assert sys.modules["loaded_b"].V == 1
    (folder / "loaded_c.py").write_text("1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        load(folder, "loaded_c")
    assert "loaded_c" not in sys.modules


def test_packages_and_their_modules(folder: Path) -> None:
    (folder / "loaded_p").mkdir()
    (folder / "loaded_p" / "__init__.py").write_text("V = 'package'\n")
    (folder / "loaded_p" / "inner.py").write_text("from . import V\n")
    assert load(folder, "loaded_p.inner").V == "package"


def test_one_name_in_two_folders_is_two_modules(folder: Path) -> None:
    for name in "ab":
        (folder / name).mkdir()
        (folder / name / "loaded_d.py").write_text(f"V = {name!r}\n")
    first, second = (load(folder / name, "loaded_d") for name in "ab")
    assert (first.V, second.V) == ("a", "b")
    assert load(folder / "a", "loaded_d") is first


def test_what_is_not_there_is_no_module(folder: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="loaded_none"):
        load(folder, "loaded_none")
    with pytest.raises(ModuleNotFoundError):
        load_module("loaded_none")
    assert load_module("os.path").join("a", "b") == "a/b"


def test_a_file_alone_is_named_by_its_path(folder: Path) -> None:
    file = folder / "loaded-e.py"
    file.write_text("V = __name__\n")
    assert load_file(str(file)).V.endswith("_loaded_e_py")
    assert load_file(str(file)).V not in sys.modules


def test_the_module_of_a_page_is_loaded_again(make_site: Callable[..., Site]) -> None:
    text = "<%= apache.import_module('lib_f', path=[req.document_root() + '/lib']).V %>"
    site = make_site({"page.psp": text, "lib/lib_f.py": "V = 'old'\n"})
    assert site.get("/page.psp").text == "old"
    site.write({"lib/lib_f.py": "V = 'new'\n"})
    assert site.get("/page.psp").text == "new"


def test_modules_beside_the_pages_can_be_imported(
    make_site: Callable[..., Site],
) -> None:
    files = {"page.psp": "<% import lib_g %><%= lib_g.V %>", "lib_g.py": "V = 7\n"}
    assert make_site(files).get("/page.psp").text == "7"
