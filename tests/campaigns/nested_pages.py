"""Strategies of hypothesis that make pages of nested constructs."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from . import nested_nodes as nodes
from .nested_tree import Body, File, Node

DEPTH, FILES = 3, 4
VALUES = ("", "x", "1<2", "R&D")
PIECES = ("x", "<p>", "</p>\n", "  ", "\n", "&amp;")
PARTS = ("s", "t")

Pool = dict[str, list[str]]  # files there are, by what they are for


class Place(NamedTuple):
    """Where a node would stand."""

    depth: int
    file: int  # static includes share names, which are told apart by it
    names: tuple[str, ...] = ("a", "b", "g")
    loops: int = 0
    may_set: bool = True  # in a function the name would be another one
    may_fail: bool = False
    has_content: bool = False

    def inner(self, **changes: object) -> Place:
        return self._replace(depth=self.depth - 1, **changes)  # type: ignore[arg-type]


@st.composite
def _node(draw: st.DrawFn, at: Place, pool: Pool) -> Node:
    kinds = ["text", "text", "value", "place"]
    kinds += (
        ["set"] * at.may_set + ["fail"] * at.may_fail + ["content"] * at.has_content
    )
    kinds += ["static"] * (at.may_set and bool(pool["static"]))
    kinds += ["include", "include"] * bool(pool["part"])
    if at.depth:
        kinds += ["component"] * 3 * bool(pool["card"])
        kinds += "if match for try function capture fill push cache fragment".split()
        kinds += ["function", "capture", "fill"]
    kind = draw(st.sampled_from(kinds))
    name = draw(st.sampled_from(at.names))

    def body(**changes: object) -> Body:
        return draw(_body(at.inner(**changes), pool))

    part = st.sampled_from(PARTS)
    match kind:
        case "text":
            return nodes.Text(draw(st.sampled_from(PIECES)))
        case "value":
            return nodes.Value(name)
        case "place":
            return nodes.Place(draw(part))
        case "set":
            named = draw(st.sampled_from(["a", "b", "g"]))
            return nodes.Set(named, draw(st.sampled_from(VALUES)))
        case "fail":
            return nodes.Fail(name)
        case "content":
            return nodes.Content()
        case "static":
            return nodes.Static(draw(st.sampled_from(pool["static"])))
        case "include":
            return nodes.Include(draw(st.sampled_from(pool["part"])), name)
        case "component":
            return nodes.Component(draw(st.sampled_from(pool["card"])), name, body())
        case "if":
            return nodes.If(name, body(), body())
        case "match":
            value = draw(st.sampled_from(VALUES))
            return nodes.Match(name, value, body(), body())
        case "for":
            variable = f"v{at.file}_{at.loops}"
            values = tuple(draw(st.lists(st.sampled_from(VALUES), max_size=2)))
            inner = body(names=(*at.names, variable), loops=at.loops + 1)
            return nodes.For(variable, values, inner, draw(st.booleans()))
        case "try":
            return nodes.Try(body(may_fail=True), body(), body())
        case "function":
            inner = body(names=("a", "b", "g"), may_set=False, may_fail=False)
            call = st.tuples(
                st.sampled_from(["code", "value", "capture"]), st.sampled_from(VALUES)
            )
            calls = tuple(draw(st.lists(call, max_size=2)))
            return nodes.Function(f"f{at.file}_{at.depth}", inner, calls)
        case "capture":
            return nodes.Capture(f"c{at.file}_{at.depth}", body())
        case "fill":
            return nodes.Fill(draw(part), body())
        case "push":
            key = draw(st.sampled_from([None, None, "k"]))
            return nodes.Push(draw(part), key, body())
        case "cache":
            return nodes.Cache(draw(part), body())
        case _:
            return nodes.Fragment("piece", body())


def _body(at: Place, pool: Pool) -> st.SearchStrategy[Body]:
    return st.lists(_node(at, pool), max_size=4).map(tuple)


@st.composite
def sites(draw: st.DrawFn) -> dict[str, File]:
    """Files of which ``page.psp`` uses some, and they others; none in a circle."""
    pool: Pool = {"static": [], "part": [], "card": [], "base": []}
    files: dict[str, File] = {}
    kinds = draw(st.lists(st.sampled_from([*pool, "base", "card"]), max_size=FILES))
    for number, kind in enumerate([*kinds, "page"]):
        name = "page.psp" if kind == "page" else f"{kind}{number}.psp"
        deep = DEPTH if kind == "page" else DEPTH - 1
        at = Place(deep, number, has_content=kind in ("base", "card"))
        layout = None
        if kind != "static" and pool["base"]:
            layout = draw(st.sampled_from([None, *pool["base"]]))
        files[name] = File(draw(_body(at, pool)), layout)
        if kind != "page":
            pool[kind].append(name)
    return files


#: What the page is given.
NAMES = st.fixed_dictionaries({name: st.sampled_from(VALUES) for name in "abg"})
