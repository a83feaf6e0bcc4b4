"""Lists that have become views and iterators."""

from __future__ import annotations

import pytest

from .conftest import Convert


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = d.keys()", "x = list(d.keys())"),
        ("d.items()[0]", "list(d.items())[0]"),
        ("return_(f(d.values()))", "return_(f(list(d.values())))"),
        ("x = map(f, d.keys())", "x = list(map(f, d.keys()))"),
        ("x = zip(a, b) + []", "x = list(zip(a, b)) + []"),
        ("x = range(3) + [4]", "x = list(range(3)) + [4]"),
        ("x = filter(None, a)", "x = list(filter(None, a))"),
        ("len(map(f, a))", "len(list(map(f, a)))"),
        ("x = map(None, a)", "x = list(a)"),
        ("x = d.iteritems()", "x = iter(d.items())"),
        ("for k in d.iterkeys(): pass", "for k in d.keys(): pass"),
        ("for k in d.keys(): del d[k]", "for k in list(d.keys()): del d[k]"),
        ("for k in d.keys(): d.pop(k)", "for k in list(d.keys()): d.pop(k)"),
        ("for k in a.d.keys(): a.d[k] = 1", "for k in list(a.d.keys()): a.d[k] = 1"),
        ("dict(d.iteritems())", "dict(d.items())"),
        ("i.next()", "next(i)"),
        ("i.next().next()", "next(next(i))"),
        ("def f(list): return list.keys()", "def f(list): return [*list.keys()]"),
        (
            "import itertools\nx = itertools.izip(a, b)",
            "import itertools\nx = iter(zip(a, b))",
        ),
        (
            "import itertools\nfor x in itertools.imap(f, a): pass",
            "import itertools\nfor x in map(f, a): pass",
        ),
        (
            "from itertools import imap\nx = list(imap(f, a))",
            "x = list(map(f, a))",
        ),
        (
            "class A:\n    def __iter__(self): pass\n    def next(self): pass",
            "class A:\n    def __iter__(self): pass\n    def __next__(self): pass",
        ),
    ],
)
def test_lists(convert: Convert, before: str, after: str) -> None:
    text = convert(f"{before}\n").text
    assert text.removeprefix("pass\n") == f"{after}\n"


def test_map_with_none_pads(convert: Convert) -> None:
    done = convert("x = map(None, a, b)\n")
    assert done.text == "x = list(itertools.zip_longest(a, b))\n"
    assert done.needs == ("import itertools",)


@pytest.mark.parametrize(
    "text",
    [
        "for k in d.keys(): pass",
        "x = [k for k in d.items()]",
        "sorted(d.values()), list(d.keys()), ', '.join(d.keys())",
        "k in d.keys()",
        "a, b = d.values()",
        "f(*d.keys())",
        "len(d.keys()), len(range(3))",
        "for i in range(3): pass",
        "sum(map(f, a)), dict(zip(a, b))",
        "d.keys(1), keys()",
        "x.next(1), x.next",
        "class Pages:\n    def next(self): pass\nPages().next()",
        "def map(f, a): pass\nx = map(f, a)",
    ],
)
def test_what_is_only_gone_through_stays(convert: Convert, text: str) -> None:
    assert convert(f"{text}\n").text == f"{text}\n"
