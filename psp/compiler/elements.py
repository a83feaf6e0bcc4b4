"""HTML elements that a page opens and never closes, or closes and never opened."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from ..light import NamedTuple
from ..page import Notice
from ..source import Source, Span
from .html import TEXT, State, read
from .html_choice import escaper_at
from .html_scripts import Refused
from .nodes import Expression, Text, notice
from .skeleton import Skeleton
from .suites import hole_of, suites, written_by
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


def unclosed_elements(page: Skeleton, layouts: Iterable[Skeleton] = ()) -> list[Notice]:
    """The tags of *page* and its *layouts* that lack their other half.

    Included files are in place, and so is what each layout places by
    ``psp.content()``; what fills another part has to be whole by itself. Nothing is
    said where branches or loops open or close elements for each other. The skeletons
    are as they come from the parser.
    """
    left: list[_Tag] = []
    lone: list[_Tag] = []
    try:
        for skeleton in (page, *layouts):
            finder = _Finder(skeleton.holes, left)
            left = finder.suite(skeleton.tree.body)
            lone += finder.lone
    except (_Unclear, Refused):
        left = []
    return [notice(t.source, t.span, _message(t)) for t in (*lone, *left)]


def _message(tag: _Tag) -> str:
    if tag.closes:
        return f"</{tag.name}> closes nothing that is open here"
    return f"<{tag.name}> is never closed: expected </{tag.name}>"


class _Finder:
    """Pairs the tags of a page around *content*, those left over inside of it."""

    def __init__(self, holes: list[Hole], content: list[_Tag]):
        self._holes = holes
        self._content = content
        self._state: State = TEXT
        self.lone: list[_Tag] = []  # without another half, whatever follows

    def suite(self, body: list[ast.stmt]) -> list[_Tag]:
        """The tags of *body* that are left over when halves have found each other."""
        left: list[_Tag] = []
        for statement in body:
            index = hole_of(statement)
            if index is not None:
                for number in written_by(index, self._holes):
                    for tag in self._tags(self._holes[number]):
                        self._add(tag, left)
                value = statement.value  # type: ignore[attr-defined]
                if isinstance(value, ast.Call) and _places_content(value):
                    for tag in self._content:
                        self._add(tag, left)
            elif isinstance(statement, ast.With):
                self._with(statement, left)
            elif isinstance(statement, ast.If):
                self._if(statement, left)
            else:
                for _, _, inner in suites(statement):
                    if self.suite(inner):
                        raise _Unclear
        return left

    def _if(self, statement: ast.If, left: list[_Tag]) -> None:
        """An ``if``: its branches have to leave the same elements open, or closed."""
        before = self._state
        branches: list[list[_Tag]] = []
        orelse: list[ast.stmt] = [statement]
        while len(orelse) == 1 and isinstance(orelse[0], ast.If):
            branches.append(self.suite(orelse[0].body))
            self._state = before
            orelse = orelse[0].orelse
        branches.append(self.suite(orelse))
        first, *others = ([tag[:2] for tag in branch] for branch in branches)
        if any(other != first for other in others):
            raise _Unclear
        for tag in branches[0]:
            self._add(tag, left)

    def _with(self, statement: ast.With, left: list[_Tag]) -> None:
        """A ``with``: its block runs once, and in its place unless it fills a part."""
        inner = self.suite(statement.body)
        calls = [item.context_expr for item in statement.items]
        if any(_calls_psp(call, "capture") for call in calls):
            if inner:
                raise _Unclear
        elif any(_calls_psp(call, "section", "push", "component") for call in calls):
            self.lone += inner
        else:
            for tag in inner:
                self._add(tag, left)

    def _add(self, tag: _Tag, left: list[_Tag]) -> None:
        """Put *tag* behind those *left*, or take away the one that it closes.

        Those between the two can find no other half any more.
        """
        for at in range(len(left) - 1, -1, -1) if tag.closes else ():
            if not left[at].closes and left[at].name == tag.name:
                self.lone += left[at + 1 :]
                del left[at:]
                return
        left.append(tag)

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


def _places_content(hole: ast.Call) -> bool:
    """Whether the expression of *hole* is ``psp.content()``."""
    return len(hole.args) == 1 and _calls_psp(hole.args[0], "content")


def _calls_psp(node: ast.expr, *methods: str) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="psp"), attr=attr)):
            return attr in methods
    return False
