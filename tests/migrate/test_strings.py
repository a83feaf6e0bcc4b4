"""Strings as exceptions, and encodings by hand."""

from __future__ import annotations

import pytest

from .conftest import Convert, Page

NOTE = "an exception that was a string; except Exception catches it now"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("raise 'text'", "raise Exception('text')"),
        ("raise 'text %s' % x", "raise Exception('text %s' % x)"),
        ("raise 'a' + b", "raise Exception('a' + b)"),
        ("raise 'text', value", "raise Exception('text', value)"),
        ("raise 'a %s' % x, (1, 2)", "raise Exception('a %s' % x, 1, 2)"),
        (
            "raise 'text', value, tb",
            "raise Exception('text', value).with_traceback(tb)",
        ),
    ],
)
def test_raised(convert: Convert, before: str, after: str) -> None:
    assert convert(f"{before}\n").text == f"{after}\n"


def test_named(convert: Convert) -> None:
    done = convert("Bad = 'bad'\ntry: raise Bad, 'x'\nexcept Bad, e: print e\n")
    assert done.text == (
        "class Bad(Exception): pass\ntry: raise Bad('x')\nexcept Bad as e: print(e)\n"
    )
    assert [(one.at, one.message) for one in done.notes] == [(0, NOTE)]


def test_named_beside_something_else(convert: Convert) -> None:
    done = convert("Bad = 'bad'; x = 1\nif x: raise Bad\n")
    assert done.text == 'Bad = type("Bad", (Exception,), {}); x = 1\nif x: raise Bad\n'


@pytest.mark.parametrize(
    "text",
    [
        "Bad = 'bad'\nprint(Bad)\nraise Bad\n",
        "Bad = 'bad'\nBad = 'worse'\nraise Bad\n",
        "Bad = 'bad'\n",
        "Bad = ValueError\nraise Bad\n",
    ],
)
def test_other_strings_stay(convert: Convert, text: str) -> None:
    assert convert(text).text == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<%= x.encode('utf-8') %>", "<%= x %>"),
        ("<%= (a + b).encode('latin-1', 'replace') %>", "<%= a + b %>"),
        ("<%= x.encode() %>", "<%= x %>"),
        ("<%= x.encode('hex') %>", "<%= x.encode('hex') %>"),
        ("<%= f(x.encode('utf-8')) %>", "<%= f(x.encode('utf-8')) %>"),
        ("<% req.write(x.encode('utf-8')) %>", "<% req.write(x.encode('utf-8')) %>"),
    ],
)
def test_pages_write_text(page: Page, before: str, after: str) -> None:
    assert page(before).text == after


def test_the_default_encoding_is_what_it_should_be(convert: Convert) -> None:
    done = convert("import sys\nreload(sys)\nsys.setdefaultencoding('utf-8')\n")
    assert (done.text, done.needs) == ("import sys\npass\npass\n", ())
