"""SkeletonWriter: Python text with holes, and where each of its lines came from."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from ..abi import PREFIX
from ..light import NamedTuple
from ..source import Source
from .nodes import Expression, Include, Node, Text


class NotStrict(Exception):
    """The page cannot be read the way mod_python reads it."""


class Origin(NamedTuple):
    """Where a line of the skeleton came from.

    The character at *prefix* in the line is the one at offset *start* of *source*;
    *site* is the index of the include it was read through, -1 for the page itself.
    """

    source: Source
    start: int
    prefix: int
    site: int


class Hole(NamedTuple):
    """What takes the place of the name ``_psp_<index>``."""

    kind: HoleKind
    node: Node
    source: Source
    site: int
    line: int  # for an expression: the line and column where its call must end
    column: int


class HoleKind(Enum):
    """What a hole stands for."""

    TEXT = "text"
    LEAD = "lead"  # a text that the statement of the expression behind it writes too
    EXPRESSION = "expression"
    BEGIN = "begin"  # an included file starts here
    END = "end"


# Looked up once: in Python 3.11 members of an Enum are found by a slow descriptor.
_TEXT, _LEAD, _EXPRESSION = HoleKind.TEXT, HoleKind.LEAD, HoleKind.EXPRESSION
_new = tuple.__new__  # what a NamedTuple's own constructor calls


class Site(NamedTuple):
    """An include: its node, the source that holds the directive, the site of that."""

    node: Include
    source: Source
    parent: int


class SkeletonWriter:
    """Collects the lines of a skeleton."""

    def __init__(self, source: Source):
        self.lines: list[str] = []
        self.origins: list[Origin] = []
        self.holes: list[Hole] = []
        self.sites: list[Site] = []
        self.source = source
        self.site = -1

    def write(self, prefix: str, code: str, start: int, suffix: str = "") -> None:
        """Add *code*, from offset *start* of the source, as one or more lines."""
        first, *others = code.split("\n")
        self._line(prefix + first, start, len(prefix))
        start += len(first) + 1
        for line in others:
            self._line(line, start, 0)
            start += len(line) + 1
        self.lines[-1] += suffix

    def _line(self, line: str, start: int, prefix: int) -> None:
        """Add *line*, of which the character at *prefix* is at offset *start*."""
        self.lines.append(line)
        self.origins.append(_new(Origin, (self.source, start, prefix, self.site)))

    def hole(self, kind: HoleKind, node: Node, line: int = 0, column: int = 0) -> str:
        """The name of a new hole."""
        name = f"{PREFIX}{len(self.holes)}"
        hole = _new(Hole, (kind, node, self.source, self.site, line, column))
        self.holes.append(hole)
        return name

    def write_text(self, prefix: str, node: Text) -> None:
        """Add the hole of a text on a line of its own."""
        name = self.hole(_TEXT, node)
        self._line(prefix + name, node.span.start, len(prefix))

    def write_lead(self, node: Text) -> None:
        """Add the hole of a text that an expression follows: it takes no line."""
        self.hole(_LEAD, node)

    def write_expression(
        self, prefix: str, node: Expression, newline: bool = False
    ) -> None:
        """Add the hole of an expression: a call whose arguments are its code."""
        prefix = f"{prefix}{PREFIX}{len(self.holes)}("
        if newline or "\n" in node.code:
            self.write(prefix, node.code, node.start, "\n)" if newline else ")")
        else:
            self._line(f"{prefix}{node.code})", node.start, len(prefix))
        if newline:
            self._split_last()
        last = self.lines[-1]
        column = (
            len(last) if last.isascii() else len(last.encode(errors="surrogatepass"))
        )
        self.hole(_EXPRESSION, node, len(self.lines), column)

    def _split_last(self) -> None:
        """Give the bracket behind a comment a line of its own."""
        line, _, bracket = self.lines[-1].rpartition("\n")
        origin = self.origins[-1]
        self.lines[-1] = line
        self.lines.append(bracket)
        end = origin.start + len(line) - origin.prefix
        self.origins.append(Origin(origin.source, end, 0, origin.site))

    def enter(self, node: Include) -> None:
        """From here on, lines come from an included file."""
        self.sites.append(Site(node, self.source, self.site))
        self.site, self.source = len(self.sites) - 1, node.source

    def leave(self) -> None:
        """Back to the file that includes."""
        site = self.sites[self.site]
        self.site, self.source = site.parent, site.source

    def text(self) -> str:
        """The skeleton."""
        return "\n".join(self.lines) + "\n"


def visible(nodes: Iterable[Node]) -> bool:
    """Whether any of *nodes* writes something to be seen."""
    return any(
        isinstance(node, Expression) or (isinstance(node, Text) and node.text.strip())
        for node in nodes
    )
