"""What fissix does, and what is done in its place so that it can be done twice."""

from __future__ import annotations

import pytest

from psp.migrate.convert import convert_python
from psp.migrate.python2 import Converter, Unreadable

from .conftest import Convert


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("print a, b\n", "print(a, b)\n"),
        ("print (a, b); print `c`\n", "print((a, b)); print(repr(c))\n"),
        ("print\nprint 'a',\n", "print()\nprint('a', end=' ')\n"),
        ("print >>req, a\n", "print(a, file=req)\n"),
        ("print ('a %s') % b\n", "print(('a %s') % b)\n"),
        ("try: f()\nexcept E, e: g()\n", "try: f()\nexcept E as e: g()\n"),
        ("exec code in names\n", "exec(code, names)\n"),
        ("raise E, 'text'\n", "raise E('text')\n"),
        ("raise E, (a, b), tb\n", "raise E(a, b).with_traceback(tb)\n"),
        ("raise E, \\\n  'text'\n", "raise E('text')\n"),
        ("x = a <> b\n", "x = a != b\n"),
        ("x = 0777, 10L, `y`\n", "x = 0o777, 10, repr(y)\n"),
        ("x = u'a', ur'b', `c`\n", "x = 'a', r'b', repr(c)\n"),
        ("x = '\\u00e9', u'\\u00e9', `c`\n", "x = '\\\\u00e9', '\\u00e9', repr(c)\n"),
        ("x = [y for y in 1, 2]\n", "x = [y for y in (1, 2)]\n"),
        ("print apply(f, a)\n", "print(f(*a))\n"),
        ("class A:\n    __metaclass__ = B\n", "class A(metaclass=B):\n    pass\n"),
        ("f.func_name, m.im_self\n", "f.__name__, m.__self__\n"),
        ("import StringIO\nStringIO.StringIO()\n", "import io\nio.StringIO()\n"),
        ("import dbm, anydbm\n", "import dbm, dbm\n"),
        ("import urllib2\nurllib2.urlopen(a)\n", None),
        ("from urllib import quote as q\n", "from urllib.parse import quote as q\n"),
        (
            "from urllib import quote, urlopen; x = `1`\n",
            "from urllib.parse import quote; from urllib.request import urlopen;"
            " x = repr(1)\n",
        ),
        (
            "from urllib import (\n    quote,\n    urlencode)\n",
            "from urllib.parse import quote, urlencode\n",
        ),
    ],
)
def test_converted(convert: Convert, before: str, after: str | None) -> None:
    if after is None:
        after = (
            "import urllib.request, urllib.error, urllib.parse\n"
            "urllib.request.urlopen(a)\n"
        )
    assert convert(before).text == after


@pytest.mark.parametrize(
    "text",
    [
        "print(a, b)\n",
        "print('a', end='', file=f)\n",
        "x = '\\u00e9'\n",
        "x = u'\\u00e9'\n",
        "exec('x = 1')\n",
        "input()\n",
        "from urllib.parse import quote\nquote(x)\n",
        "import dbm\ndbm.open(x)\n",
        "match x:\n    case 1: f'{y!r:{z}}'\n",
        "async def f():\n    return [x async for x in y]\n",
        "def f(a, /, *, b): return (c := a)\n",
        "node.next, req.next\n",
        "long = lat = file = 1\nlong + file\n",
    ],
)
def test_python3_stays(convert: Convert, text: str) -> None:
    done = convert(text)
    assert (done.text, done.needs, done.notes) == (text, (), ())


def test_names_that_urllib_never_had_are_kept(convert: Convert) -> None:
    text = "from urllib import quote, nonsense\n"
    assert convert(text).text == text


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("x = 1\nx = = 2\n", 2, 5, "neither Python 2 nor 3"),
        ("x = (1,\n", 2, 1, "EOF in multi-line statement"),
        ("x = '''a\n\n", 1, 5, "EOF in multi-line string"),
        ("if x:\n    y\n  z = `1`\n", 3, 2, "unindent does not match"),
        ("x = $\n", 1, 4, "neither Python 2 nor 3"),
        ("if x:\n`1`\n", 2, 1, "neither Python 2 nor 3"),
        ("async = `1`\n", 1, 7, "not Python 3, even when converted"),
    ],
)
def test_unreadable(
    converter: Converter, text: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(Unreadable, match=message) as caught:
        convert_python(converter, text, "x.py")
    assert (caught.value.line, caught.value.column) == (line, column)


def test_too_deep(converter: Converter) -> None:
    with pytest.raises(Unreadable):
        convert_python(converter, "x = " + "(" * 3000 + ")" * 3000 + "\n", "x.py")
