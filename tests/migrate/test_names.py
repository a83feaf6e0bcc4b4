"""Names that have moved, and functions that have become methods."""

from __future__ import annotations

import pytest

from .conftest import Convert, Module


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("unicode(x), unichr(1), long(x), basestring", "str(x), chr(1), int(x), str"),
        ("file(x).read()", "open(x).read()"),
        ("raw_input(), xrange(3)[1]", "input(), list(range(3))[1]"),
        (
            "import sys\nsys.maxint, sys.exc_type",
            "import sys\nsys.maxsize, sys.exc_info()[0]",
        ),
        ("import os\nos.getcwdu()", "import os\nos.getcwd()"),
        ("import types\ntype(x) is types.StringType", "import types\ntype(x) is str"),
        ("import types as t\nt.ListType", "import types as t\nlist"),
        ("import string\nstring.letters", "import string\nstring.ascii_letters"),
        ("import string\nstring.join(a)", 'import string\n" ".join(a)'),
        ("import string\nstring.join(a, '')", "import string\n''.join(a)"),
        ("import string\nstring.join(a, sep=b + c)", "import string\n(b + c).join(a)"),
        ("import string\nstring.split(a, ',', 1)", "import string\na.split(',', 1)"),
        ("import string\nstring.split('a b')", "import string\n'a b'.split()"),
        ("import string\nstring.upper(a + b)", "import string\n(a + b).upper()"),
        ("import string\nstring.atoi(x, 8)", "import string\nint(x, 8)"),
        ("import string\nf(string.strip)", "import string\nf(str.strip)"),
        (
            "import string as s\ns.replace(s.lower(a), 'b', 'c')",
            "import string as s\na.lower().replace('b', 'c')",
        ),
        ("from string import join, split\njoin(split(a), '-')", "'-'.join(a.split())"),
        ("from string import strip\nf(strip)", "strip = str.strip\nf(strip)"),
        ("string = 'a'\nstring.upper()", "string = 'a'\nstring.upper()"),
        (
            "def f(string): return string.join(a)",
            "def f(string): return string.join(a)",
        ),
    ],
)
def test_names(convert: Convert, before: str, after: str) -> None:
    assert convert(f"{before}\n").text == f"{after}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cgi.escape(x)", "html.escape(x, quote=False)"),
        ("cgi.escape(x, 1)", "html.escape(x, 1)"),
        ("cgi.escape(x, quote=True)", "html.escape(x, quote=True)"),
        (
            "cgi.escape(cgi.escape(x), True)",
            "html.escape(html.escape(x, quote=False), True)",
        ),
        ("f(cgi.escape)", "f(html.escape)"),
    ],
)
def test_escape(convert: Convert, before: str, after: str) -> None:
    assert convert(f"import cgi\n{before}\n").text == f"import html\n{after}\n"


def test_escape_where_html_is_something_else(module: Module) -> None:
    done = module("import cgi\nhtml = cgi.escape(text)\n")
    assert done.text == (
        "from html import escape as html_escape\n"
        "html = html_escape(text, quote=False)\n"
    )


def test_escape_by_its_own_name(convert: Convert) -> None:
    done = convert("from cgi import escape as e\ne(x); f(e)\n")
    assert done.text == "from html import escape as e\ne(x, quote=False); f(e)\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import md5\nmd5.new(a).digest()", 'hashlib.md5(a.encode("utf-8")).digest()'),
        ("import sha\nsha.new(a + b)", 'hashlib.sha1((a + b).encode("utf-8"))'),
        (
            "import md5\nmd5.md5('a').digest()",
            "hashlib.md5('a'.encode(\"utf-8\")).digest()",
        ),
        ("import md5\nmd5.new()", "hashlib.md5()"),
        ("import md5\nmd5.new(open(f).read())", "hashlib.md5(open(f).read())"),
        (
            "import md5\nmd5.new(a.encode('latin-1'))",
            "hashlib.md5(a.encode('latin-1'))",
        ),
    ],
)
def test_hashes(convert: Convert, before: str, after: str) -> None:
    done = convert(f"{before}\n")
    assert done.text == f"import hashlib\n{after}\n"
    encoded = 'encode("utf-8")' in after
    assert [note.message for note in done.notes] == (
        ["hashed as text in UTF-8; bytes must not be encoded here"] if encoded else []
    )


def test_what_hashlib_hashes_is_not_encoded(convert: Convert) -> None:
    text = "import hashlib\nhashlib.md5(data)\n"
    assert convert(text).text == text
