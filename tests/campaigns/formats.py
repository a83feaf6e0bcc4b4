"""python -m tests.campaigns.formats: formatted pages write what they wrote.

Pages are made of tags in every spelling, blocks that end and blocks of indentation
alone, in both dialects. Each is formatted with ruff, then once more, which changes
nothing; both texts are run and write the same, or fail with the same error.
"""

from __future__ import annotations

import argparse
import warnings
from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from psp import DictLoader, Engine, PageOptions
from psp.format.formatters import Formatter
from psp.format.outline import outline
from psp.format.page import format_page
from psp.source import Source

PIECES = (
    "<%={0}n+1{1}%>",
    "<%=={0}'<b>'{1}-%>\n ",
    "<%={0}f( n,'a' ){1}%>",
    "<%={0}'%%>'{1}%>",
    "<%={0}n # why\n%>",
    "<%{0}n=n+ 1{1}%>",
    "<%{0}n = 1 ;m=2{1}%>\n",
    "<%{0}if n:{1}%>\nyes{0}<%else :{1}%>\n no\n{1}<%{0}end{1}%>\n",
    "{0}<%{1}for i in range( 2 ):{1}%>\n{0}<%={1}i{1}%>\n{1}<%{1}end for{1}%>\n",
    "<% try: %><%={0}1/0 %><%{1}except( ZeroDivisionError)as e:{1}%>!<% end %>",
    "<% match n:{0}%><%case 1|2:{1}%>a<% case _: %>b<% end %>",
    "<% if n: m=3{0}%>",
    "<%\n{0}x = n+1\n{0}y=[1,\n  2]\n{1}%>",
    "<%\n{0}if n:\n{0} n=2\n{0}else:\n{0}   n =3 # why\n%>",
    "<%\nif n:\n {0}n = 2{1}\n%>a<%\n%>{1}",
    "<%\nfor n in (1, 2) :\n {0}# inside\n%>{1}<%= n %><%\n# over\n%>",
    "<%\nfor n in (1, 2):\n{0}%>b\n",
    "<%\n  # comment{0}\n  n = 4\n\n\n\n  n=5\n%>\n",
    "<%\nelse:\n  n=1\n%>",
    "<%\n{0}s='''a\n  b\n{0}c'''\n%><%= s %>",
    "<% n =5\nm=6{0}\n%>",
    "<%!{0}c={{'a':1}}{1}%>",
    "<%!\n{0}def g(x):\n{0} return x*2\n%><%= g( 2 ) %>",
    "<%{0}def h(a,b=1):{1}%>[<%=a%>]<%end%><%h(1)%>",
    "<%--{0}--%>",
    "<%#{0}c{1}%>",
    "{0}text{1}\n",
    "\n",
    "<%%{0}%%>",
    "<%@{0}page trim{1}={0}'lines'{1}%>\n",
    "<%{0}%>",
    "<%{0}end{1}%>",
    "<%\n{0}%>",
)
BLANKS = st.text(" \t", max_size=3)
PAGES = st.lists(st.tuples(st.sampled_from(PIECES), BLANKS, BLANKS), max_size=8).map(
    lambda parts: "".join(piece.format(one, two) for piece, one, two in parts)
)


def written(text: str, options: PageOptions) -> str:
    """What the page *text* writes, or how it fails."""
    engine = Engine(DictLoader({"p": text}), options=options)
    try:
        return engine.render("p", n=1, f=lambda *given: repr(given))
    except Exception as error:
        return type(error).__name__


def difference(text: str, options: PageOptions, formatter: Formatter) -> str | None:
    """What is wrong with how *text* is formatted."""
    after = format_page(Source(text), options, formatter)
    if format_page(Source(after), options, formatter) != after:
        return f"not the same twice: {text!r} {after!r}"
    if written(text, options) != written(after, options):
        return f"does not write the same: {text!r} {after!r}"
    return None


def run(count: int) -> Counter[str]:
    """Format *count* made pages; how many there were, changed, and were wrong."""
    seen: Counter[str] = Counter()
    formatter = Formatter("ruff")

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(PAGES, st.sampled_from(["psp", "mod_python"]))
    def one(text: str, dialect: str) -> None:
        options = PageOptions(dialect=dialect)
        seen["pages"] += 1
        compiles = outline(Source(text), options) is not None
        seen["compile"] += compiles
        wrong = difference(text, options, formatter)
        if wrong:
            seen["differences"] += 1
            print(dialect, wrong)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one()
    return seen


def main() -> None:
    """Print the counts; fail if any page differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.formats")
    parser.add_argument("--count", type=int, default=2000)
    seen = run(parser.parse_args().count)
    pages, compile, wrong = seen["pages"], seen["compile"], seen["differences"]
    print(f"{pages} pages, {compile} compile, {wrong} differences")
    if wrong or not compile:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
