"""The workloads: which template, with which data, and what is to come of it.

Escaped data holds ``<``, ``>`` and ``&`` but no quotes: engines spell escaped quotes
differently (&#34; or &quot;), and outputs have to be comparable byte for byte.
"""

from __future__ import annotations

from . import templates

TYPE_CHECKING = False  # importing typing would be counted as every engine's (W7)
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .templates import Node

    Context = dict[str, Any]


class Thing:
    """A plain object with attributes, the usual shape of a page's data."""

    def __init__(self, **attributes: object):
        self.__dict__.update(attributes)


class Workload:
    """A template, the names it is rendered with, and whether values are escaped."""

    def __init__(
        self,
        title: str,
        context: Callable[[], Context],
        nodes: Callable[[], list[Node]] | None = None,
        escape: bool = True,
    ):
        self.name = ""
        self.title, self.escape = title, escape
        self._make_context, self._make_nodes = context, nodes
        self._context: Context | None = None

    @property
    def page(self) -> bool:
        """Whether it is the page of layout, blocks and includes."""
        return self._make_nodes is None

    @property
    def nodes(self) -> list[Node]:
        """The template; of the page, its layout."""
        return self._make_nodes() if self._make_nodes else templates.LAYOUT

    @property
    def context(self) -> Context:
        """The names, made once."""
        if self._context is None:
            self._context = self._make_context()
        return self._context


ROWS, COLUMNS = 1000, 10
STREAM_ROWS = 500_000


def integers() -> Context:
    """A table of numbers."""
    rows = range(ROWS)
    return {"table": [[r * COLUMNS + c for c in range(COLUMNS)] for r in rows]}


def strings() -> Context:
    """A table of strings: seven of ten are safe, three need escaping."""

    def cell(row: int, column: int) -> str:
        if column in (2, 5, 8):
            return f"row {row}: a < b && <i>col {column}</i>"
        return f"row {row}, column number {column}"

    return {"table": [[cell(r, c) for c in range(COLUMNS)] for r in range(ROWS)]}


def product(number: int) -> Thing:
    """Something the shop of the page sells."""
    text = "A fine piece for everyone who has been looking for one"
    name = f"Garden chair no. {number}" if number % 3 else f"Nuts & bolts no. {number}"
    return Thing(
        id=1000 + number,
        name=name,
        text=text + (" <since 1999>." if number % 4 == 0 else "."),
        price=f"{10 + number}.95",
        sale=number % 5 == 0,
        stock=(number * 7) % 11,
    )


def shop() -> Context:
    """What the page shows."""
    places = ("Home", "Books", "Music", "Toys", "Tools", "Garden")
    return {
        "heading": "Tools & garden",
        "user": Thing(name="J. Doe <jd>"),
        "links": [Thing(href="/" + place.lower(), label=place) for place in places],
        "products": [product(number) for number in range(20)],
        "news": "Our <new> catalogue is out.",
        "year": 2024,
    }


def static() -> Context:
    """Twenty values, every other one in need of escaping."""
    return {f"v{i}": f"value <{i}>" if i % 2 else f"value {i}" for i in range(20)}


def big() -> Context:
    """Objects, strings and a list of numbers."""
    found: Context = {f"item{i}": Thing(name=f"name <{i}>") for i in range(4)}
    found |= {f"value{i}": f"value {i}" for i in range(5)}
    return found | {"numbers": [1, 2, 3]}


WORKLOADS = {
    "W1": Workload(
        "bigtable: 1000 rows of 10 integers, not escaped",
        integers,
        lambda: templates.BIGTABLE,
        escape=False,
    ),
    "W2": Workload(
        "bigtable: 1000 rows of 10 strings, escaped",
        strings,
        lambda: templates.BIGTABLE,
    ),
    "W3": Workload("a page of 6 kB: layout, includes, loop, conditions", shop),
    "W4": Workload(
        "30 kB of static text, 20 expressions", static, templates.static_template
    ),
    "W5": Workload(
        "one line, one expression: what a render costs at all",
        lambda: {"name": "World & Co"},
        lambda: templates.TINY,
    ),
    "W6": Workload(
        "compiling a template of 3000 lines from text", big, templates.big_template
    ),
    "W9": Workload(
        "one page of 50 MB, streamed where the engine can",
        lambda: {"rows": range(STREAM_ROWS)},
        lambda: templates.STREAM,
        escape=False,
    ),
}
for _name, _workload in WORKLOADS.items():
    _workload.name = _name

RENDERED = ("W1", "W2", "W3", "W4", "W5", "W6")  # whose output is checked

TITLES = {name: workload.title for name, workload in WORKLOADS.items()} | {
    "W7": "a process: start, first page from a cache on disk if there is one",
    "W8": "memory of each of 1000 templates of 2 kB",
    "W10": "W3 from two threads by W3 from one; more is better",
    "W11": "import of the engine",
}


def escaped(value: object) -> str:
    """*value* as text in HTML."""
    text = str(value).replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")


def look_up(expression: str, context: Context) -> Any:
    """The value of a name or a dotted name."""
    name, *attributes = expression.split(".")
    found = context[name]
    for attribute in attributes:
        found = getattr(found, attribute)
    return found


def pieces(nodes: list[Node], context: Context, escape: bool) -> list[str]:
    """The expected output, a piece for each text and value, by walking the nodes."""
    found: list[str] = []
    for node in nodes:
        kind, *rest = node
        if kind == "t":
            found.append(rest[0])
        elif kind == "e":
            value = look_up(rest[0], context)
            found.append(escaped(value) if escape else str(value))
        elif kind == "for":
            for value in look_up(rest[1], context):
                found += pieces(rest[2], context | {rest[0]: value}, escape)
        elif kind == "if":
            if look_up(rest[0], context):
                found += pieces(rest[1], context, escape)
        else:
            found += pieces(templates.part(node), context, escape)
    return found


def expected(workload: Workload) -> str:
    """What every engine is to write."""
    return "".join(pieces(workload.nodes, workload.context, workload.escape))
