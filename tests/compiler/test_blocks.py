"""One tree of blocks, three spellings, one meaning.

A tree of loops and conditions is written with ``<% end %>``, with mod_python's
indentation, and with scriptlets indented along with the HTML; what each page writes is
what walking the tree gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psp import MOD_PYTHON, PSP, DictLoader, Engine, PageOptions


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Value:
    """Writes the numbers of the loops around it."""


@dataclass(frozen=True)
class Loop:
    count: int
    body: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    tests: tuple[bool, ...]
    bodies: tuple[tuple[Node, ...], ...]  # one more than tests: the else


Node = Text | Value | Loop | Choice

TEXTS = st.sampled_from(["a", "<p>\n", "  ", "\n", '"x"', "%>", "é"]).map(Text)
LEAVES = st.one_of(TEXTS, st.just(Value()))


def _inner(node: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    body = st.lists(node, max_size=3).map(tuple)
    loops = st.builds(Loop, st.integers(0, 2), body)
    choices = st.lists(st.booleans(), min_size=1, max_size=3).flatmap(
        lambda tests: st.tuples(*[body] * (len(tests) + 1)).map(
            lambda bodies: Choice(tuple(tests), bodies)
        )
    )
    return st.one_of(loops, choices)


TREES = st.lists(st.recursive(LEAVES, _inner, max_leaves=10), max_size=4).map(tuple)


def walked(body: tuple[Node, ...], numbers: tuple[int, ...] = ()) -> str:
    """What a page of *body* writes."""
    parts = []
    for node in body:
        match node:
            case Text(text):
                parts.append(text)
            case Value():
                parts.append("".join(map(str, numbers)))
            case Loop(count, inner):
                parts += [walked(inner, (*numbers, n)) for n in range(count)]
            case Choice(tests, bodies):
                chosen = next((i for i, t in enumerate(tests) if t), len(tests))
                parts.append(walked(bodies[chosen], numbers))
    return "".join(parts)


class Spelling:
    """Writes a tree as a page; *head* and *end* open and close a block."""

    def page(self, body: tuple[Node, ...], depth: int = 0, loops: int = 0) -> str:
        parts = []
        for node in body:
            match node:
                case Text(text):
                    parts.append(text)
                case Value():
                    names = ", ".join(f"n{i}" for i in range(loops))
                    parts.append(f'<%= "".join(map(str, [{names}])) %>')
                case Loop(count, inner):
                    head = f"for n{loops} in range({count}):"
                    parts.append(self.head(head, depth))
                    parts.append(self.page(inner, depth + 1, loops + 1))
                    parts.append(self.end(depth))
                case Choice(tests, bodies):
                    words = ["if", *["elif"] * (len(tests) - 1)]
                    heads = [f"{w} {t}:" for w, t in zip(words, tests, strict=True)]
                    for head, inner in zip([*heads, "else:"], bodies, strict=True):
                        parts.append(self.head(head, depth))
                        parts.append(self.page(inner, depth + 1, loops))
                    parts.append(self.end(depth))
        return "".join(parts)

    def head(self, head: str, depth: int) -> str:
        raise NotImplementedError

    def end(self, depth: int) -> str:
        raise NotImplementedError


class Explicit(Spelling):
    def head(self, head: str, depth: int) -> str:
        return f"<% {head} %>"

    def end(self, depth: int) -> str:
        return "<% end %>"


class Indented(Spelling):
    def head(self, head: str, depth: int) -> str:
        blanks = "    " * depth
        return f"<%\n{blanks}{head}\n{blanks}    # in\n%>"

    def end(self, depth: int) -> str:
        return f"<%\n{'    ' * depth}# out\n%>"


class AlongWithHtml(Spelling):
    """Scriptlets two columns to the right, closed with ``end``."""

    def head(self, head: str, depth: int) -> str:
        blanks = "  " + "    " * depth
        if head.startswith(("elif", "else")):
            return f"<% {head} %>"
        return f"<%\n{blanks}{head}\n%>"

    def end(self, depth: int) -> str:
        return "<% end %>"


def rendered(page: str, options: PageOptions) -> str:
    return Engine(DictLoader({"page.psp": page}), options=options).render("page.psp")


@pytest.mark.parametrize("options", [PSP, MOD_PYTHON], ids=["psp", "mod_python"])
@pytest.mark.parametrize(
    "spelling",
    [Explicit(), Indented(), AlongWithHtml()],
    ids=lambda s: s.__class__.__name__,
)
@settings(max_examples=40, deadline=None)
@given(body=TREES)
def test_spellings(
    spelling: Spelling, options: PageOptions, body: tuple[Node, ...]
) -> None:
    page = spelling.page(body)
    assert rendered(page, options) == walked(body), page
