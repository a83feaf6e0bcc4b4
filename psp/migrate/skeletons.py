"""The Python of a page as one text with holes, and edits of that as edits of the page.

Blocks span the tags of a page: the body of an ``except`` may be page text. So a page is
converted as a whole, in the form in which the compiler puts it together. What changed
is looked for line by line, each of which knows where in which file it came from; what
did not change, page text above all, is never written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..abi import PREFIX
from ..compiler.blocks import write_lenient
from ..compiler.nodes import (
    Declaration,
    Directive,
    Expression,
    Include,
    Node,
    Page,
    Scriptlet,
)
from ..compiler.parser import parse
from ..compiler.strict import write_strict
from ..compiler.writer import Hole, Origin, SkeletonWriter
from ..errors import PageSyntaxError
from ..lexer.lexer import tokenize
from ..options import MOD_PYTHON
from ..source import Source, Span
from .edits import Change, Edit, changes, word_edits

#: The file that a source includes by a name; None if it is not among those at hand.
Find = Callable[[str, Source], Source | None]
Write = Callable[[Page], SkeletonWriter]
Edits = dict[str, list[Edit]]

#: The readings of mod_python: as it is, and as it should have been.
READINGS: tuple[Write, ...] = (write_strict, write_lenient)

_HOLE = re.compile(rf"\b{PREFIX}\d+")
_CLOSE = re.compile(r"-?%>\Z")


_BEYOND = "this cannot be done within the tags of the page"
_TWICE = "what is included twice would have to change in two ways"


class Skeleton(NamedTuple):
    """Lines of Python text with holes, where each came from, what the holes are."""

    lines: list[str]
    origins: list[Origin]
    holes: list[Hole]

    @property
    def text(self) -> str:
        """The whole as one text."""
        return "\n".join(self.lines) + "\n"

    def place(self, line: int, column: int) -> tuple[Source, int]:
        """The source and the offset in it of a line and a column, both from 0."""
        origin = self.origins[min(line, len(self.origins) - 1)]
        at = origin.start + max(column - origin.prefix, 0)
        return origin.source, min(at, len(origin.source.text))


def page_nodes(source: Source, find: Find | None = None) -> tuple[Node, ...]:
    """The nodes of *source*, code as it is written; with *find*, includes in place.

    Raises PageSyntaxError.
    """
    return tuple(_nodes(source, find, (source.name,)))


def _nodes(source: Source, find: Find | None, above: tuple[str, ...]) -> Iterator[Node]:
    for node in parse(source, tokenize(source)).nodes:
        match node:
            case Scriptlet() | Expression() | Declaration():
                whole = source.text[node.start : node.span.end]
                yield node._replace(code=_CLOSE.sub("", whole))
            case Directive():
                found = _included(source, node, find)
                if found is not None and found.name not in above:
                    inner = tuple(_nodes(found, find, (*above, found.name)))
                    yield Include(node.span, found, inner)
            case _:
                yield node


def _included(source: Source, node: Directive, find: Find | None) -> Source | None:
    if find is None or node.name != "include" or "file" not in node.attributes:
        return None
    return find(node["file"], source)


def build(source: Source, nodes: tuple[Node, ...], write: Write) -> Skeleton:
    """The skeleton of the page *source* by one of the ``READINGS``.

    A tab that the strict reading adds is as wide as Python 2 took it. Raises NotStrict
    or PageSyntaxError.
    """
    writer = write(Page(source, nodes, MOD_PYTHON))
    lines, origins = [], []
    for line, origin in zip(writer.lines, writer.origins, strict=True):
        blanks = line[: len(line) - len(line.lstrip(" \t"))]
        wider = len(blanks.expandtabs(8)) - len(blanks)
        if wider and origin.prefix >= len(blanks):
            line = blanks.expandtabs(8) + line[len(blanks) :]
            origin = origin._replace(prefix=origin.prefix + wider)
        lines.append(line)
        origins.append(origin)
    return Skeleton(lines, origins, writer.holes)


def declared(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """The declarations among *nodes*, as scriptlets."""
    return tuple(
        Scriptlet(node.span, node.code, node.start, closed=True)
        for node in nodes
        if isinstance(node, Declaration)
    )


def page_edits(skeleton: Skeleton, new: str) -> Edits:
    """The edits, by name of the source, that make *new* of the text of *skeleton*.

    Raises PageSyntaxError where no edits of what stands in tags can.
    """
    edits: dict[str, dict[Edit, None]] = {}
    lines = new.removesuffix("\n").split("\n")
    for one in changes(skeleton.lines, lines, _holes):
        for origin, edit in _edits(skeleton, one, lines):
            known = edits.setdefault(origin.source.name, {})
            # A file that is included twice must change the same way.
            if any(one != edit and _touch(one, edit) for one in known):
                raise _failure(origin, _TWICE)
            known[edit] = None
    return {name: sorted(found) for name, found in edits.items()}


def _holes(line: str) -> str:
    """The holes in *line*, which lead through all changes; the line if it has none."""
    return " ".join(_HOLE.findall(line)) or line


def _touch(one: Edit, other: Edit) -> bool:
    return one[:2] == other[:2] or (one.start < other.end and other.start < one.end)


def _failure(origin: Origin, message: str) -> PageSyntaxError:
    span = Span(origin.start, origin.start + 1)
    return PageSyntaxError.at(origin.source, span, message)


def _edits(
    skeleton: Skeleton, one: Change, lines: list[str]
) -> Iterator[tuple[Origin, Edit]]:
    origin = skeleton.origins[min(one.start, len(skeleton.origins) - 1)]
    if one.end - one.start == one.new_end - one.new_start == 1:
        new = lines[one.new_start]
        for edit in _line(origin, skeleton.lines[one.start], new):
            yield origin, edit
    else:
        new_lines = lines[one.new_start : one.new_end]
        yield origin, _lines(origin, skeleton.lines[one.start : one.end], new_lines)


def _line(origin: Origin, old: str, new: str) -> Iterator[Edit]:
    """The edits in the code of a line, around which nothing may have changed."""
    length = _verbatim(origin, old)
    head, code = old[: origin.prefix], old[origin.prefix : origin.prefix + length]
    tail = old[origin.prefix + length :]
    is_whole = new.startswith(head) and new.endswith(tail)
    if not is_whole or len(new) < len(head) + len(tail):
        raise _failure(origin, _BEYOND)
    new_code = new[len(head) : len(new) - len(tail)]
    yield from word_edits(code, new_code, origin.start)


def _verbatim(origin: Origin, line: str) -> int:
    """How many characters of *line*, from its prefix on, are those of the page."""
    text, at, length = origin.source.text, origin.start, 0
    for char in line[origin.prefix :]:
        if at + length >= len(text) or text[at + length] != char:
            break
        length += 1
    return length


def _lines(origin: Origin, old: list[str], new: list[str]) -> Edit:
    """The edit of whole lines, which must all stand in the page as they are here."""
    before, after = ("".join(f"{line}\n" for line in lines) for lines in (old, new))
    if origin.prefix or not origin.source.text.startswith(before, origin.start):
        raise _failure(origin, _BEYOND)
    return Edit(origin.start, origin.start + len(before), after)
