"""What code reads from outside, by Python's rules of scope."""

from __future__ import annotations

import ast

import pytest

from psp import DictLoader, Engine
from psp.compiler.freenames import names_read


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("x", "x"),
        ("[x for x in x]", "x"),
        ("[y for x in a for y in x if b]", "a b"),
        ("{k: v for k, v in d}", "d"),
        ("lambda x, y=z: x + w", "w z"),
        ("def f(a, *b, c=d, **e): return a, b, c, e, g", "d g"),
        ("def f():\n x = 1\n def g(): return x, y", "y"),
        ("def f():\n global x\n x = y", "x y"),
        ("def f():\n import os.path as p\n return p, os", "os"),
        ("def f():\n for i in r: pass\n return i", "r"),
        ("@d\ndef f(a: n) -> m: pass", "d m n"),
        ("class C(B, metaclass=M):\n x = y\n z = x", "B M x y z"),
        ("f'{x!r:{y}}'", "x y"),
    ],
)
def test_names_read(code: str, read: str) -> None:
    assert names_read(ast.parse(code).body) == set(read.split())


def render(page: str, **names: object) -> str:
    engine = Engine(DictLoader({"page.psp": page}), reload_interval=None)
    assert engine.get_page("page.psp").tier == "local"
    return engine.render("page.psp", **names)


def test_a_name_that_hides_a_builtin() -> None:
    assert render("<%= len('ab') %>") == "2"
    assert render("<%= len('ab') %>", len=str.upper) == "AB"


def test_a_name_that_hides_a_declared_one() -> None:
    page = "<%! SIZE = 2 %><%= SIZE %>"
    assert render(page) == "2"
    assert render(page, SIZE=3) == "3"


def test_a_missing_name_is_missed_where_it_is_read() -> None:
    page = "<% if a: %><%= b %><% end %>"
    engine = Engine(DictLoader({"page.psp": page}), reload_interval=None)
    assert engine.render("page.psp", a=0) == ""
    assert engine.render("page.psp", a=1, b=2) == "2"
    with pytest.raises(NameError, match="name 'b' is not defined"):
        engine.render("page.psp", a=1)


def test_declarations_run_once_whatever_the_names() -> None:
    page = "<%! made = [] %><% made.append(1) %><%= len(made), a %>"
    engine = Engine(DictLoader({"page.psp": page}), reload_interval=None)
    engine.render("page.psp", a=0)
    with pytest.raises(NameError):
        engine.render("page.psp")
    assert engine.render("page.psp", a=0) == "(3, 0)"
