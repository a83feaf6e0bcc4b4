"""64 kB of whatever: every page compiles or says why not, and how long that took.

    python -m tests.campaigns.bad_input [--random N] [--seed S]

Prints the slowest pages in CPU seconds; exit status 1 if any other exception than
PageSyntaxError comes out, or if a page takes so long that it must be called a hang.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import warnings
from collections.abc import Iterator

from psp import MOD_PYTHON, PSP, DictLoader, Engine, PageSyntaxError

SIZE = 64 * 1024
LIMIT = 1.0  # CPU seconds that a page should not take on a machine that is not busy
HANG = 20.0

REPEATED = (
    """
<% <%= <%== <%-- <%@ <%! <%# <%% < %> %%> ( \\ " ' - <%---- <%((( <%=(((( <%=[[[
""".split()
    + [
        "<% for x in y: %>",
        "<% for x in y: %>a<% end %>",
        "<% class a: %>",
        "<% ' %>",
        '<% """ %>',
        "<% ''' %>",
        "<% x = '''\n",
        "<% s = 'a\\\n",
        '<%= f"{',
        "<% \\\n",
        "<%\nif x:\n",
        "<% else: %>",
        "<% end %>",
        "<%=1%>",
        "<%= - %>",
        "<% x=1 %>",
        "<% # %>",
        "<% ;;; %>",
        "<% : %>",
        "<%\nx = 1\n%>",
        "<%\n\t%>",
        '<%@ page a="',
        '<%@ a b="c" ',
        "\n",
        "\\x4",
        "\\N{",
        "<% lambda:",
        "<% if 1: %><% elif 2: %>",
    ]
)


def pages(
    rng: random.Random, count: int, size: int = SIZE
) -> Iterator[tuple[str, str]]:
    """Names and texts of bad pages of *size* bytes, *count* random ones among them."""
    for piece in REPEATED:
        yield repr(piece), (piece * (size // len(piece) + 1))[:size]
    yield "parentheses", "<%= " + "(" * 32000 + ")" * 32000 + " %>"
    yield "signs", "<%= " + "-" * 60000 + "1 %>"
    yield "attributes", "<%= a" + ".a" * 32000 + " %>"
    yield "sums", "<%= 1" + "+1" * 32000 + " %>"
    yield "nots", "<%= " + "not " * 16000 + "1 %>"
    yield "calls", "<%= a" + "()" * 32000 + " %>"
    yield "comprehensions", "<%= " + "[x for x in " * 5000 + "y" + "]" * 5000 + " %>"
    yield "indents", "<%\n" + "".join(" " * n + "if x:\n" for n in range(300)) + "%>"
    yield "elifs", "<% if 1: %>" + "<% elif 2: %>x" * 4500 + "<% end %>"
    yield "a long line", "<% " + "x=1;" * 16000 + " %>"
    alphabet = "<%>=@!#-\"'\\\n :\tab1(){}[]endif\xe9\0\r"
    for number in range(count):
        text = "".join(rng.choices(alphabet, k=size))
        yield f"characters {number}", text
        yield f"bytes {number}", rng.randbytes(size).decode("utf-8", "surrogateescape")


def outcome(text: str, dialect: str) -> str:
    """What compiling *text* comes to; any other exception passes through."""
    options = MOD_PYTHON if dialect == "mod_python" else PSP
    engine = Engine(DictLoader({"page.psp": text}), options=options)
    try:
        engine.get_page("page.psp")
    except PageSyntaxError as error:
        assert error.filename == "page.psp" and error.lineno and error.offset
        return f"{type(error).__name__} in line {error.lineno}: {error.msg[:50]}"
    return "compiles"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=20, help="random pages")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found = []
    for name, text in pages(random.Random(options.seed), options.random):
        for dialect in ("psp", "mod_python"):
            start = time.process_time()
            result = outcome(text, dialect)
            taken = time.process_time() - start
            found.append((taken, name, dialect, result))
    found.sort(reverse=True)
    for taken, name, dialect, result in found[:10]:
        print(f"{taken:6.2f} s  {name[:30]:30}  {dialect:10}  {result}")
    slow = sum(taken > LIMIT for taken, *_ in found)
    print(f"{len(found)} pages of 64 kB, {slow} over {LIMIT:g} s")
    return 1 if found[0][0] > HANG else 0


if __name__ == "__main__":
    sys.exit(main())
