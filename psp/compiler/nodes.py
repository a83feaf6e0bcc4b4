"""What the parser makes of a page: texts, expressions, scriptlets, directives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ..lexer.tokens import Token
from ..options import PageOptions
from ..page import Notice
from ..source import Source, Span


class Escape(Enum):
    """How an expression becomes text."""

    HTML = "html"
    PLAIN = "plain"  # as it is, None is nothing
    STR = "str"  # str() of it, None is "None"


@dataclass(slots=True)
class Node:
    """A piece of the page; *span* is where it stands in its source.

    Nothing changes a node. It is not frozen, as to make one would take twice as long.
    """

    span: Span


@dataclass(slots=True)
class Text(Node):
    """Page text, as it will be written."""

    text: str


@dataclass(slots=True)
class Comment(Node):
    """A comment; kept only until lines are trimmed."""


@dataclass(slots=True)
class Expression(Node):
    """A tag that writes; *code* starts at offset *start*.

    From the parser *escape* is what the psp dialect takes.
    """

    code: str
    start: int
    raw: bool
    escape: Escape


@dataclass(slots=True)
class Scriptlet(Node):
    """Code that runs where it stands."""

    code: str
    start: int
    closed: bool


@dataclass(slots=True)
class Declaration(Node):
    """Code that runs once, when the page is loaded into a process."""

    code: str
    start: int


@dataclass(slots=True)
class Parameter(Node):
    """What the page declares by ``param``; *code* starts at offset *start*."""

    code: str
    start: int
    name: str
    required: bool


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value of a directive's attribute and where it stands."""

    value: str
    span: Span


@dataclass(slots=True)
class Directive(Node):
    """A directive with its attributes; *junk* is the first thing that is neither."""

    name: str
    attributes: Mapping[str, Attribute]
    junk: Token | None = None

    def __getitem__(self, name: str) -> str:
        return self.attributes[name].value


@dataclass(slots=True)
class Include(Node):
    """An included file, its nodes in place."""

    source: Source
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page on its way through the compiler."""

    source: Source
    nodes: tuple[Node, ...]
    options: PageOptions = field(default_factory=PageOptions)
    notices: tuple[Notice, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @property
    def defaults(self) -> list[Parameter]:
        """The parameters that need not be given."""
        return [one for one in self.parameters if not one.required]


def notice(source: Source, span: Span, message: str) -> Notice:
    """The warning *message* about the characters *span* of *source*."""
    line, column = source.position(span.start)
    return Notice(source.filename, line, column, message)
