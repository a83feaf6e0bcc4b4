"""Import statements: what is gone, what has moved, what is missing."""

from __future__ import annotations

import pytest

from .conftest import Module


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import cgi, os\n", "import html, os\n"),
        ("import os, md5, sha\n", "import os, hashlib\n"),
        ("import sets\nx = sets.Set(y)\n", "x = set(y)\n"),
        ("from sets import Set as S\nx = S()\n", "S = set\nx = S()\n"),
        ("from md5 import new\n", "from hashlib import md5 as new\n"),
        ("from types import *\n", "from types import *\n"),
        (
            "from types import ListType, FunctionType\nx = ListType\n",
            "ListType = list; from types import FunctionType\nx = ListType\n",
        ),
        ("from itertools import izip, count\n", "from itertools import count\n"),
        ("if a:\n    from string import lower\n", "if a:\n    pass\n"),
        ("from string import lower; x = 1\n", "pass; x = 1\n"),
        (
            "import cgi\nx = cgi.FieldStorage()\n",
            "import cgi\nx = cgi.FieldStorage()\n",
        ),
        (
            "import cgi\nx = cgi.escape(y), cgi.FieldStorage()\n",
            "import html\nimport cgi\n"
            "x = html.escape(y, quote=False), cgi.FieldStorage()\n",
        ),
        ("from . import md5\n", "from . import md5\n"),
    ],
)
def test_statements(module: Module, before: str, after: str) -> None:
    assert module(before).text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("reduce(f, x)\n", "from functools import reduce\nreduce(f, x)\n"),
        (
            "import functools\nx.sort(f)\n",
            "import functools\nx.sort(key=functools.cmp_to_key(f))\n",
        ),
        (
            '"""Doc."""\n# c\nreload(x)\n',
            '"""Doc."""\n# c\nimport importlib\nimportlib.reload(x)\n',
        ),
        (
            "#!x\nfrom __future__ import division\n\n@d\ndef f(): intern(x)\n",
            "#!x\nfrom __future__ import division\n\nimport sys\n@d\n"
            "def f(): sys.intern(x)\n",
        ),
        (
            '"""Doc."""; reload(x)\n',
            '"""Doc."""; import importlib; importlib.reload(x)\n',
        ),
        (
            "def f():\n    import sys\nintern(x)\n",
            "import sys\ndef f():\n    import sys\nsys.intern(x)\n",
        ),
    ],
)
def test_what_is_missing(module: Module, before: str, after: str) -> None:
    assert module(before).text == after
