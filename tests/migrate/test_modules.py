"""Modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp.migrate.modules import migrate_module
from psp.migrate.python2 import Converter, Unreadable

from .conftest import Module, Sentences


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("\n\n", "\n\n"),
        ("\ufeff", "\ufeff"),
        ("# only a comment", "# only a comment"),
        ("print 1", "print(1)"),
        ("\ufeffprint 1\n", "\ufeffprint(1)\n"),
        ("if x: print 1", "if x: print(1)"),
        ("x = '\x0c\x85\u2028'; print x\n", "x = '\x0c\x85\u2028'; print(x)\n"),
    ],
)
def test_starts_and_ends(module: Module, before: str, after: str) -> None:
    assert module(before).text == after


def test_tabs_become_blanks(module: Module, said: Sentences) -> None:
    done = module(
        "if a:\n\tx = '''\n\t'''\n        y = (1,\n\t2)\n\tif b:\n\t    z\n# \tc\n"
    )
    assert done.text == (
        "if a:\n        x = '''\n\t'''\n        y = (1,\n\t2)\n        if b:\n"
        "            z\n# \tc\n"
    )
    message = "tabs in the indentation are blanks now: Python 3 does not take both"
    assert said(done) == [f"if a: | {message}"]


@pytest.mark.parametrize(
    "text",
    [
        "if a:\n\tx\n\ty\n",
        "if a:\n\tif b:\n\t    x\nelse:\n    y\n",
        "def f():\n    x = '''\n\t'''\n    y\n\t# c\n",
    ],
)
def test_tabs_that_python3_takes_stay(module: Module, text: str) -> None:
    assert module(text).text == text


def test_places_are_those_of_the_new_text(module: Module, said: Sentences) -> None:
    done = module("\ufeff'''Doc.'''\nreload(x)\ny = `a` / b\n")
    assert [one.split(" | ")[0] for one in said(done)] == ["repr(a) / b"]


def test_neighbours_in_a_package_are_imported_relatively(
    converter: Converter, tmp_path: Path
) -> None:
    for name in ("__init__", "near"):
        (tmp_path / f"{name}.py").touch()
    text = "import near\nfrom near import x\nimport os\n"
    done = migrate_module(converter, text, str(tmp_path / "a.py"))
    assert done.text == "from . import near\nfrom .near import x\nimport os\n"
    future = f"from __future__ import absolute_import\n{text}"
    done = migrate_module(converter, future, str(tmp_path / "a.py"))
    assert done.text == future
    (tmp_path / "__init__.py").unlink()
    done = migrate_module(converter, text, str(tmp_path / "a.py"))
    assert done.text == text


def test_unreadable(converter: Converter) -> None:
    with pytest.raises(Unreadable, match="neither Python 2 nor 3") as caught:
        migrate_module(converter, "x = 1\nprint print\n", "x.py")
    assert (caught.value.line, caught.value.column) == (2, 7)
