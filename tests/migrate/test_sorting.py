"""Sorting by comparison."""

from __future__ import annotations

import pytest

from .conftest import Convert, Module

KEY = "key=functools.cmp_to_key"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x.sort(f)", f"x.sort({KEY}(f))"),
        ("x.sort(a.f, reverse=1)", f"x.sort({KEY}(a.f), reverse=1)"),
        ("x.sort(cmp=f)", f"x.sort({KEY}(f))"),
        ("sorted(x, f)", f"sorted(x, {KEY}(f))"),
        (
            "x.sort(lambda a, b: cmp(b.n, a.n))",
            f"x.sort({KEY}(lambda a, b: (b.n > a.n) - (b.n < a.n)))",
        ),
        ("x.sort(cmp)", "x.sort()"),
        ("x.sort(None)", "x.sort()"),
        ("sorted(x, cmp)", "sorted(x)"),
        ("sorted(x, cmp=cmp, reverse=1)", "sorted(x, reverse=1)"),
        ("x.sort(cmp=None, reverse=1)", "x.sort(reverse=1)"),
    ],
)
def test_sort(convert: Convert, before: str, after: str) -> None:
    done = convert(f"{before}\n")
    assert done.text == f"{after}\n"
    assert done.needs == (("import functools",) if KEY in after else ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cmp(a, b)", "(a > b) - (a < b)"),
        ("cmp(a.lower(), b[0])", "(a.lower() > b[0]) - (a.lower() < b[0])"),
        ("-cmp(a, b)", "-((a > b) - (a < b))"),
        ("cmp(a, b) or cmp(c, d)", "(a > b) - (a < b) or (c > d) - (c < d)"),
        ("cmp((a, b), c)", "((a, b) > c) - ((a, b) < c)"),
        ("cmp(pop(), b)", "cmp(pop(), b)"),
    ],
)
def test_cmp(convert: Convert, before: str, after: str) -> None:
    assert convert(f"x = {before}\n").text == f"x = {after}\n"


@pytest.mark.parametrize(
    "text",
    ["x.sort()", "x.sort(key=f)", "x.sort(f, g)", "x.sort(1)", "sorted(x, key=f)"],
)
def test_other_sorts_stay(module: Module, text: str) -> None:
    assert module(f"{text}\n").text == f"{text}\n"


def test_cmp_of_ones_own(module: Module) -> None:
    text = "def cmp(a, b): return 0\nx = cmp(1, 2)\n"
    assert module(text).text == text
