"""What the parser makes of a page: texts, expressions, scriptlets, directives.

Tuples, of which nothing else is made as fast, nor their classes as the compiler starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ..lexer.tokens import Token
from ..light import NamedTuple
from ..options import DEFAULT_OPTIONS, PageOptions
from ..page import Notice
from ..source import Source, Span


class Escape(Enum):
    """How an expression becomes text."""

    HTML = "html"
    PLAIN = "plain"  # as it is, None is nothing
    STR = "str"  # str() of it, None is "None"


class Text(NamedTuple):
    """Page text, as it will be written."""

    span: Span
    text: str


class Comment(NamedTuple):
    """A comment; kept only until lines are trimmed."""

    span: Span


class Expression(NamedTuple):
    """A tag that writes; *code* starts at offset *start*.

    From the parser *escape* is what the psp dialect takes.
    """

    span: Span
    code: str
    start: int
    raw: bool
    escape: Escape


class Scriptlet(NamedTuple):
    """Code that runs where it stands."""

    span: Span
    code: str
    start: int
    closed: bool


class Declaration(NamedTuple):
    """Code that runs once, when the page is loaded into a process."""

    span: Span
    code: str
    start: int


class Parameter(NamedTuple):
    """What the page declares by ``param``; *code* starts at offset *start*."""

    span: Span
    code: str
    start: int
    name: str
    required: bool


class Attribute(NamedTuple):
    """The value of a directive's attribute and where it stands."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive with its attributes; *junk* is the first thing that is neither."""

    span: Span
    name: str
    attributes: Mapping[str, Attribute]
    junk: Token | None = None

    def __getitem__(self, name: str) -> str:
        return self.attributes[name].value


class Include(NamedTuple):
    """An included file, its nodes in place."""

    span: Span
    source: Source
    nodes: tuple[Node, ...]


#: A piece of the page; its *span* is where it stands in its source.
Node = Text | Comment | Expression | Scriptlet | Declaration | Directive | Include


class Page(NamedTuple):
    """A page on its way through the compiler."""

    source: Source
    nodes: tuple[Node, ...]
    options: PageOptions = DEFAULT_OPTIONS
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
