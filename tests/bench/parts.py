"""python -m tests.bench.parts: what components and nested layouts cost.

CPU time of a page over that of Python written by hand that appends the same pieces to
a list; at most 1.3 is allowed. The texts are compared first.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from markupsafe import escape

from psp import DictLoader, Engine

from .worker import sample

LIMIT = 1.3
ROWS = [(f"Title {n}", f"Text of <{n}> & more") for n in range(200)]

CARD = """<% def card(title, text, kind="info"): %>
<article class="<%= kind %>"><h2><%= title %></h2><p><%= text %></p></article>
<% end %>"""
COMPONENT = CARD + "<% for title, text in rows: %><% card(title, text) %><% end %>"

INNER = """<%@ layout file="middle.psp" %><% title = "News" %>
<% for name, text in rows: %><p><%= name %>: <%= text %></p>
<% end %>"""
MIDDLE = """<%@ layout file="outer.psp" %>
<main><h1><%= title %></h1><%= psp.content() %></main>"""
OUTER = """<%@ layout file="frame.psp" %>
<header><%= title %></header><%= psp.content() %><footer>end</footer>"""
FRAME = "<html><title><%= title %></title><body><%= psp.content() %></body></html>"

PAGES = {
    "component.psp": COMPONENT,
    "layouts.psp": INNER,
    "middle.psp": MIDDLE,
    "outer.psp": OUTER,
    "frame.psp": FRAME,
}


def component(rows: list[tuple[str, str]]) -> str:
    """The page of components, by hand."""
    out: list[str] = []

    def card(title: str, text: str, kind: str = "info") -> None:
        out.append('\n<article class="')
        out.append(escape(kind))
        out.append('"><h2>')
        out.append(escape(title))
        out.append("</h2><p>")
        out.append(escape(text))
        out.append("</p></article>\n")

    for title, text in rows:
        card(title, text)
    return "".join(out)


def layouts(rows: list[tuple[str, str]]) -> str:
    """The page in three layouts, by hand: each is a function around a function."""
    out: list[str] = []
    title = "News"

    def inner() -> None:
        out.append("\n")
        for name, text in rows:
            out.append("<p>")
            out.append(escape(name))
            out.append(": ")
            out.append(escape(text))
            out.append("</p>\n")

    def middle(content: Callable[[], None]) -> None:
        out.append("\n<main><h1>")
        out.append(escape(title))
        out.append("</h1>")
        content()
        out.append("</main>")

    def outer(content: Callable[[], None]) -> None:
        out.append("\n<header>")
        out.append(escape(title))
        out.append("</header>")
        content()
        out.append("<footer>end</footer>")

    out.append("<html><title>")
    out.append(escape(title))
    out.append("</title><body>")
    outer(lambda: middle(inner))
    out.append("</body></html>")
    return "".join(out)


def measure(
    page: Callable[[], str], hand: Callable[[], str], rounds: int, calls: int
) -> float:
    """The least CPU time of *page* over the least of *hand*, measured in turns."""
    if page() != hand():
        raise SystemExit(f"not the same:\n{page()[:300]!r}\n{hand()[:300]!r}")
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for index, call in enumerate((page, hand)):
            best[index] = min(best[index], sample(call, calls)["cpu"])
    return best[0] / best[1]


def main() -> None:
    """Measure and print; fail above the limit."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.parts")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=100)
    given = parser.parse_args()
    engine = Engine(DictLoader(PAGES), reload_interval=None)
    missed = False
    for title, name, hand, rows in (
        ("200 component calls", "component.psp", component, ROWS),
        ("three layouts, 200 rows", "layouts.psp", layouts, ROWS),
        ("three layouts, 10 rows", "layouts.psp", layouts, ROWS[:10]),
    ):
        template = engine.get_template(name)
        found = measure(
            lambda template=template, rows=rows: template.render(rows=rows),
            lambda hand=hand, rows=rows: hand(rows),
            given.rounds,
            given.calls,
        )
        missed |= found > LIMIT
        print(f"{title:24} {found:5.2f} times hand-written", flush=True)
    print(f"at most {LIMIT:g} is allowed")
    if missed:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
