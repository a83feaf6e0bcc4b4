"""Trees of nested constructs: as text of a page, and run by a reference interpreter.

Every node says what it looks like in a page and what it does, on plain lists and
dictionaries, by the words of docs/language.md.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

#: What fills the parts of a page: how many layouts out it comes from, and the text.
Fills = dict[str, tuple[int, str]]

LONGEST = 100_000  # characters of a piece: parts placed in one another grow by powers


class TooLong(Exception):
    """A page whose text would fill the memory."""


class Scope:
    """Names of a file's run, or of a function's call inside it."""

    def __init__(self, names: Mapping[str, object], outer: Scope | None = None):
        self.names = dict(names)
        self.outer = outer

    def __getitem__(self, name: str) -> object:
        if name in self.names or self.outer is None:
            return self.names[name]
        return self.outer[name]


class Node(Protocol):
    """A piece of a page."""

    def source(self) -> str:
        """What it looks like in a page."""
        ...

    def run(self, run: Run, scope: Scope) -> None:
        """Write what it writes."""
        ...


Body = Sequence[Node]


def source_of(body: Body) -> str:
    """The text of the nodes of *body*."""
    return "".join(node.source() for node in body)


def escaped(value: object) -> str:
    """*value* in HTML text; there are no quotes in what these pages are given."""
    return html.escape(str(value), quote=False)


class Failure(Exception):
    """Raised by a page, inside a ``try`` of its own."""


@dataclass(frozen=True)
class File:
    """A page, part, component or layout."""

    body: Body
    layout: str | None = None

    def source(self) -> str:
        """The text of the file."""
        head = f"<%@ layout file='{self.layout}' %>" if self.layout else ""
        return head + source_of(self.body)


class Run:
    """One run of a page: what it has written, and what its parts hold."""

    def __init__(self, files: Mapping[str, File], kept: dict[object, str]):
        self.files = files
        self.kept = kept
        self.out: list[str] = []
        self.contents: list[str] = []
        self.pushed: dict[str, dict[object, str]] = {}
        self.file = ""
        self.level = 0  # of the page itself, and one more for each layout
        self.filled: Fills = {}  # where parts are filled, and where they are looked up
        self.placed: Fills = {}

    def body(self, body: Body, scope: Scope) -> None:
        """Run each node of *body*."""
        for node in body:
            node.run(self, scope)

    def captured(self, body: Body, scope: Scope) -> str:
        """What *body* writes, which goes nowhere else."""
        before, self.out = self.out, []
        try:
            self.body(body, scope)
            text = "".join(self.out)
        finally:
            self.out = before
        if len(text) > LONGEST:
            raise TooLong
        return text

    def include(
        self, name: str, names: Mapping[str, object], fills: Fills | None = None
    ) -> None:
        """Run the file *name* and its layouts here, with parts of its own."""
        before = self.file, self.level, self.filled, self.placed, len(self.contents)
        self.level = 0
        self.filled = self.placed = {} if fills is None else fills
        scope = Scope(names)
        file = self.files[name]
        while file.layout is not None:
            self.file = name
            self.contents.append(self.captured(file.body, scope))
            name = file.layout
            file = self.files[name]
            self.level += 1
        self.file = name
        self.body(file.body, scope)
        self.file, self.level, self.filled, self.placed, depth = before
        del self.contents[depth:]

    @contextmanager
    def filling(self, fills: Fills) -> Iterator[None]:
        """Inside a component's slot, parts that are filled are the component's."""
        before = self.filled, self.level
        self.filled, self.level = fills, -1
        try:
            yield
        finally:
            self.filled, self.level = before


def render(
    files: Mapping[str, File], names: Mapping[str, object], kept: dict[object, str]
) -> str:
    """What ``page.psp`` among *files* writes; *kept* are pieces from runs before."""
    run = Run(files, kept)
    run.include("page.psp", names)
    return "".join(run.out)
