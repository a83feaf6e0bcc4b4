"""HTML elements that a page opens and never closes, or closes and never opened."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from ..page import Notice
from ..source import Source, Span
from .html import TEXT, Refused, State, read
from .html_choice import escaper_at
from .nodes import Expression, Text, notice
from .skeleton import Skeleton
from .suites import hole_index, suites
from .writer import Hole

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
#: Elements that always have an end tag (HTML standard, section 13.1.2.4).
_CLOSED = frozenset(
    "a abbr article aside audio b blockquote button canvas code dialog div em fieldset "
    "figure footer form h1 h2 h3 h4 h5 h6 header i iframe label main map nav ol "
    "picture pre section select small span strong sub summary sup table u ul "
    "video".split()
)


class _Tag(NamedTuple):
    closes: bool
    name: str
    source: Source
    span: Span


class _Unclear(Exception):
    """Tags depend on what runs."""


def unclosed_elements(skeleton: Skeleton) -> list[Notice]:
    """The tags of a page that lack their other half, included files in place.

    Nothing is said of a page whose branches or loops open or close elements for each
    other; *skeleton* is as it comes from the parser.
    """
    finder = _Finder(skeleton.holes)
    try:
        left = finder.suite(skeleton.tree.body)
    except (_Unclear, Refused):
        return []
    return [notice(tag.source, tag.span, _message(tag)) for tag in left]


def _message(tag: _Tag) -> str:
    if tag.closes:
        return f"</{tag.name}> closes nothing that is open here"
    return f"<{tag.name}> is never closed: expected </{tag.name}>"


class _Finder:
    def __init__(self, holes: list[Hole]):
        self._holes = holes
        self._state: State = TEXT

    def suite(self, body: list[ast.stmt]) -> list[_Tag]:
        """The tags of *body* that are left over when halves have found each other."""
        left: list[_Tag] = []
        for statement in body:
            value = statement.value if isinstance(statement, ast.Expr) else statement
            index = hole_index(value.func if isinstance(value, ast.Call) else value)
            if index is not None:
                for tag in self._tags(self._holes[index]):
                    _add(tag, left)
            for _, _, inner in suites(statement):
                if self.suite(inner):
                    raise _Unclear
        return left

    def _tags(self, hole: Hole) -> list[_Tag]:
        if isinstance(hole.node, Expression):
            self._state = escaper_at(self._state, raw=True)[1]
        if not isinstance(hole.node, Text):
            return []
        text, done, found = hole.node.text, 0, []
        start = hole.node.span.start
        for match in _TAG.finditer(text):
            self._state = read(self._state, text[done : match.start()])
            if self._state == TEXT and match[2].lower() in _CLOSED:
                span = Span(start + match.start(), start + match.end())
                name = match[2].lower()
                found.append(_Tag(bool(match[1]), name, hole.source, span))
            self._state = read(self._state, match[0])
            done = match.end()
        self._state = read(self._state, text[done:])
        return found


def _add(tag: _Tag, left: list[_Tag]) -> None:
    """Put *tag* behind those *left*; one that closes the last takes it away."""
    if tag.closes and left and not left[-1].closes and left[-1].name == tag.name:
        left.pop()
    else:
        left.append(tag)
