"""Which static includes become code objects of their own.

An included file that stands on its own, that is, whose first and last statement are in
one suite and whose code never leaves it, is cut out: errors in it then name its own
file. One that opens or closes a block of its includer stays where it is.
"""

from __future__ import annotations

import ast

from ..abi import FRAGMENT
from ..light import NamedTuple
from .scopes import page_scope
from .suites import FUNCTIONS, LOOPS, hole_of, suites
from .writer import Hole, HoleKind, Site


class Fragment(NamedTuple):
    """An included file cut out: the index of its include, and its statements."""

    site: int
    body: list[ast.stmt]


def cut_fragments(
    body: list[ast.stmt], holes: list[Hole], sites: list[Site]
) -> list[Fragment]:
    """The fragments taken out of *body*, innermost first.

    In the place of each stands a call of FRAGMENT with its number.
    """
    if not sites:
        return []
    return _Cutter(holes, sites).cut_all(body)


class _Cutter:
    def __init__(self, holes: list[Hole], sites: list[Site]):
        self._holes = holes
        self._index = {id(site.node): i for i, site in enumerate(sites)}
        self.fragments: list[Fragment] = []

    def cut_all(self, body: list[ast.stmt]) -> list[Fragment]:
        self._cut(body)
        return self.fragments

    def _cut(self, body: list[ast.stmt]) -> None:
        """Cut out what is whole in this suite, then look into what remains."""
        starts: list[int] = []
        at = 0
        while at < len(body):
            marker = self._marker(body[at])
            if marker is HoleKind.BEGIN:
                starts.append(at)
            elif marker is HoleKind.END and starts:
                start = starts.pop()
                if self._same(body[start], body[at]) and _whole(body[start + 1 : at]):
                    self._take(body, start, at)
                    at = start
            at += 1
        for statement in body:
            for suite in _suites(statement):
                self._cut(suite)

    def _take(self, body: list[ast.stmt], start: int, end: int) -> None:
        hole = self._hole(body[start])
        assert hole is not None
        inner = body[start + 1 : end]
        for statement in inner:
            for suite in _suites(statement):
                self._cut(suite)
        number = ast.Constant(len(self.fragments))
        call = ast.Call(ast.Name(FRAGMENT, ast.Load()), [number], [])
        marker = ast.copy_location(ast.Expr(call), body[start])
        body[start : end + 1] = [ast.fix_missing_locations(marker)]
        self.fragments.append(Fragment(self._index[id(hole.node)], inner))

    def _hole(self, statement: ast.stmt) -> Hole | None:
        index = hole_of(statement)
        return None if index is None else self._holes[index]

    def _marker(self, statement: ast.stmt) -> HoleKind | None:
        hole = self._hole(statement)
        return hole.kind if hole else None

    def _same(self, start: ast.stmt, end: ast.stmt) -> bool:
        first, last = self._hole(start), self._hole(end)
        return first is not None and last is not None and first.node is last.node


def _whole(body: list[ast.stmt]) -> bool:
    """Whether no statement of *body* leaves it: return, await, a stray break."""
    scope = page_scope(body)
    return not (scope.returns or scope.awaits or scope.yields or _strays(body))


def _strays(body: list[ast.stmt]) -> bool:
    """Whether a break or continue in *body* belongs to a loop outside."""
    for statement in body:
        if isinstance(statement, (ast.Break, ast.Continue)):
            return True
        if isinstance(statement, LOOPS):
            if _strays(statement.orelse):
                return True
        elif any(_strays(suite) for suite in _suites(statement)):
            return True
    return False


def _suites(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The suites of a statement; a function's and a class's are not the page's."""
    if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return []
    return [suite for _, _, suite in suites(statement)]
