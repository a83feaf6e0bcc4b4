"""What only a person can decide."""

from __future__ import annotations

import pytest

from .conftest import Module, Page, Sentences

DIVISION = "/ gives a fraction now; of whole numbers, Python 2 gave what // gives"
TEXT = "text has no decode, and what comes from forms, sessions and text files is text"


def only(sentences: list[str]) -> str:
    """The one of *sentences*."""
    assert len(sentences) == 1, sentences
    return sentences[0]


@pytest.mark.parametrize("text", ["a / b", "len(a) / 2", "f(a / b)", "-a / b * 2.5"])
def test_division(module: Module, said: Sentences, text: str) -> None:
    assert DIVISION in only(said(module(f"x = {text}\n")))


@pytest.mark.parametrize(
    "text",
    [
        "x = a / 2.0",
        "x = float(a) / b",
        "x = 1.0 * a / b",
        "x = int(a / b)",
        "x = a // b",
        "x /= 2.0",
        "x = a / b # decided",
        "x = (a /\n  b) # it is a fraction: decided",
        "from __future__ import division\nx = a / b",
        "x = '/'",
    ],
)
def test_no_division(module: Module, said: Sentences, text: str) -> None:
    assert said(module(f"{text}\n")) == []


def test_division_in_place(module: Module, said: Sentences) -> None:
    assert only(said(module("y = 1\nx /= y\n"))) == f"x /= y | {DIVISION}"
    assert only(said(module("x = a / b / c\n"))) == f"a / b / c | {DIVISION}"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("import popen2", "import popen2", "the module popen2 is gone; in its place:"),
        ("from exceptions import IOError", "from", "the module exceptions is gone"),
        ("import cgi\ncgi.FieldStorage()", "import cgi", "the module cgi is gone"),
        ("import urllib2 as u", "import urllib2", "the module urllib2 is gone"),
        ("from urllib import nonsense", "from urllib", "urllib.nonsense is gone"),
        ("from urllib import *", "from urllib", "urllib.* is gone"),
        ("x = cmp(f(), g())", "cmp(f()", "cmp is gone; in its place: (a > b)"),
        ("x = map(cmp, a, b)", "cmp, a", "cmp is gone"),
        ("execfile(x)", "execfile", "execfile is gone"),
        ("isinstance(x, file)", "file)", "file is gone"),
        ("import os\nos.popen3(x)", "os.popen3", "os.popen3 is gone"),
        ("from string import join\nx = map(join, y)", "from string", "string.join is"),
        ("x.sort(f, g)", "x.sort", "sorting takes no cmp"),
        ("sorted(x, cmp=f, key=g)", "sorted", "sorting takes no cmp"),
        ("try: f()\nexcept 'bad': g()", "'bad'", "a string cannot be caught"),
        ("x.decode('utf-8')", "x.decode", TEXT),
        ("str(x, 'utf-8')", "str(x", "str() with an encoding takes bytes"),
        ("unicode(x, 'utf-8')", "str(x", "str() with an encoding takes bytes"),
        ("x.encode('hex')", "x.encode", "text has no encoding 'hex'"),
        ("def f(): return x.encode('utf-8')", "x.encode", "this returns bytes"),
        ("x = 'a' + y.encode('utf-8')", "y.encode", "this is bytes"),
        ("import hashlib\nhashlib.md5(x)", "hashlib.md5", "hashlib.md5 takes bytes"),
        ("import base64\nbase64.b64encode(x)", "base64", "base64.b64encode takes"),
        (
            "import hashlib\nm = hashlib.md5()\nm.update(x)",
            "m.update",
            "update takes bytes",
        ),
    ],
)
def test_code(
    module: Module, said: Sentences, text: str, place: str, message: str
) -> None:
    start, _, sentence = said(module(f"{text}\n"))[0].partition(" | ")
    assert start.startswith(place)
    assert sentence.startswith(message)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("__cmp__", "nothing calls __cmp__; what is called: __eq__ and __lt__"),
        ("__unicode__", "nothing calls __unicode__; what is called: __str__"),
        ("__coerce__", "nothing calls __coerce__"),
        ("has_key", "has_key is asked by 'in' now, which calls __contains__"),
        ("next", "a method next: an iterator's is called __next__"),
    ],
)
def test_methods(module: Module, said: Sentences, method: str, message: str) -> None:
    text = f"class A:\n    def {method}(self): pass\n"
    assert only(said(module(text))) == f"def {method}(self): pass | {message}"


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def __cmp__(self): pass\n    def __lt__(self): pass",
        "class A:\n    def has_key(self): pass\n    def __contains__(self): pass",
        "data.read().decode('utf-8')",
        "import base64\nbase64.b64decode(b'x').decode()",
        "str(f.read(), 'utf-8')",
        "import hashlib\nm = hashlib.md5(b'x')\nm.update(x.encode('utf-8'))",
        "d = {}\nd.update(x)",
        "req.write(x.encode('utf-8'))",
        "print(x)",
        "cmp = file = None\ncmp(file)",
        "x.sort(f, g) # decided",
        "import cgi # decided\nx = 1",
    ],
)
def test_nothing_to_decide(module: Module, said: Sentences, text: str) -> None:
    assert said(module(f"{text}\n")) == []


def test_print_in_a_page(page: Page, said: Sentences) -> None:
    done = page("<p>\n<%\nprint 'a'\nprint >>req, 'b'\nprint 'c' # decided\n%>\n</p>")
    message = "print writes to the server's output, not into the page"
    assert only(said(done)) == f"print('a') | {message}"


def test_page_that_writes_bytes(page: Page, said: Sentences) -> None:
    done = page("<%= x.encode('base64') %><%= f(1 / 2) %>")
    assert [one.split(" | ")[0][:10] for one in said(done)] == [
        "x.encode('",
        "1 / 2) %>",
    ]
