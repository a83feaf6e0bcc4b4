"""Which names of a page may be local variables, with nobody able to tell.

Page code means what module code means: its names are those of a namespace that
functions, ``globals()``, static includes and layouts see. A local variable costs a
fifth of that. So a name becomes local where it is certain that it is bound before it is
read, wherever it is read, and that nobody looks for it in the namespace. When in doubt
it does not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .parts import PARTS, Written
from .scopes import DYNAMIC, PageScope

#: Names with which code can see the namespace, wherever it stands.
_SEE_ALL = DYNAMIC | {"globals"}
#: Names that are looked for in the code of a page before it runs.
_DETECTED = frozenset(("form", "session", "req", "psp"))

Bound = frozenset[str]


def local_names(
    body: list[ast.stmt],
    scope: PageScope,
    shared: Iterable[list[ast.stmt]],
    has_layout: bool,
) -> set[str]:
    """The names that *body* binds at page level and that may be local variables.

    *shared* are the statements that run in the same namespace, those of static
    includes. A layout is given the names when the page ends, so *has_layout* matters
    for functions, which may be called later, and for pages that may end early.
    """
    candidates = scope.bound - scope.visible - _DETECTED
    if not candidates or scope.reasons or scope.stars:
        return set()
    if has_layout and scope.returns:
        return set()
    for part in shared:
        for node in _nodes(part):
            candidates.difference_update(_strings(node))
            if isinstance(node, ast.Name) and node.id in _SEE_ALL:
                return set()
    for inner in scope.inner:
        for node in ast.walk(inner):
            if isinstance(node, ast.Name) and node.id in _SEE_ALL:
                return set()
            candidates.difference_update(_unfit(node, has_layout))
    flow = _Flow(candidates)
    try:
        flow.suite(body, frozenset())
    except RecursionError:
        return set()
    return set() if flow.sees_all else flow.candidates


def _nodes(body: list[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        yield from ast.walk(statement)


def _strings(node: ast.AST) -> Iterator[str]:
    """Every name that *node* may read or bind."""
    for value in node.__dict__.values():
        if isinstance(value, str):
            yield value.partition(".")[0]
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, str))


def _unfit(node: ast.AST, has_layout: bool) -> Iterator[str]:
    """Names that *node*, inside a function or class, rules out."""
    match node:
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from names
        case ast.ClassDef():
            # Its body would find neither its own name nor the page's before it binds.
            inner = (n for part in node.body for n in ast.walk(part))
            found = (n for n in inner if isinstance(n, ast.Name))
            yield from (n.id for n in found if not isinstance(n.ctx, ast.Load))
        case ast.Name(id=name) if has_layout:
            yield name


class _Flow:
    """Follows the page from statement to statement; drops names read too early.

    Each method takes the names that are certainly bound before, and returns those that
    are after, or None where nothing comes after.
    """

    def __init__(self, candidates: set[str]):
        self.candidates = candidates
        self.sees_all = False

    def suite(self, body: list[ast.stmt], bound: Bound | None) -> Bound | None:
        for statement in body:
            if bound is None:
                bound = frozenset()  # unreachable: nothing is certain
            if statement.__class__ is Written:
                own = statement.own
                if own is not None:
                    self._read(own, bound)
                continue
            follow = _FLOWS.get(statement.__class__)
            if follow is not None:
                bound = follow(self, statement, bound)
            else:
                self._read(statement, bound)
        return bound

    def _end(self, node: ast.stmt, bound: Bound) -> None:
        self._read(node, bound)

    def _assign(self, node: ast.Assign, bound: Bound) -> Bound:
        self._read(node.value, bound)
        return self._bind(node.targets, bound)

    def _change(self, node: ast.AugAssign, bound: Bound) -> Bound:
        self._read(node.value, bound)
        self._read(node.target, bound)
        return bound

    def _import(self, node: ast.Import | ast.ImportFrom, bound: Bound) -> Bound:
        names = (a.asname or a.name.partition(".")[0] for a in node.names)
        return bound.union(names)

    def _if(self, node: ast.If, bound: Bound) -> Bound | None:
        self._read(node.test, bound)
        return _both(self.suite(node.body, bound), self.suite(node.orelse, bound))

    def _for(self, node: ast.For | ast.AsyncFor, bound: Bound) -> Bound:
        self._read(node.iter, bound)
        self.suite(node.body, self._bind([node.target], bound))
        self.suite(node.orelse, bound)
        return bound

    def _while(self, node: ast.While, bound: Bound) -> Bound:
        self._read(node.test, bound)
        self.suite(node.body, bound)
        self.suite(node.orelse, bound)
        return bound

    def _with(self, node: ast.With | ast.AsyncWith, bound: Bound) -> Bound:
        inside = bound
        for item in node.items:
            self._read(item.context_expr, inside)
            if item.optional_vars is not None:
                inside = self._bind([item.optional_vars], inside)
        self.suite(node.body, inside)
        return bound  # it may swallow an exception at any point

    def _match(self, node: ast.Match, bound: Bound) -> Bound:
        self._read(node.subject, bound)
        for case in node.cases:
            self._read(case.pattern, bound)
            if case.guard is not None:
                self._read(case.guard, bound)
            self.suite(case.body, bound)
        return bound

    def _try(self, node: ast.Try | ast.TryStar, bound: Bound) -> Bound | None:
        after = self.suite(node.body, bound)
        self.suite(node.orelse, after)
        for handler in node.handlers:
            if handler.type is not None:
                self._read(handler.type, bound)
            self.suite(handler.body, bound)
        self.suite(node.finalbody, bound)
        return bound if node.handlers or node.orelse else after

    def _read(self, node: ast.AST, bound: Bound) -> None:
        """Drop every candidate that *node*, functions in it included, reads unbound."""
        parts, waiting = PARTS, [node]
        pop, push = waiting.pop, waiting.append
        while waiting:
            part = pop()
            kind = part.__class__
            if kind is ast.Name:
                name = part.id  # type: ignore[attr-defined]
                if name in self.candidates and name not in bound:
                    self.candidates.discard(name)
                elif name in _SEE_ALL:
                    self.sees_all = True
                continue
            if part is None:  # the key of ``**`` in a dictionary has no node
                continue
            fields = part.__dict__
            for field in parts[kind]:
                value = fields[field]
                if value.__class__ is list:
                    waiting += value
                elif value is not None:
                    push(value)

    def _bind(self, targets: list[ast.expr], bound: Bound) -> Bound:
        """The names bound by an assignment to *targets* as well."""
        found: set[str] = set()
        waiting = list(targets)
        while waiting:
            target = waiting.pop()
            if isinstance(target, ast.Name):
                found.add(target.id)
            elif isinstance(target, (ast.Tuple, ast.List)):
                waiting.extend(target.elts)
            elif isinstance(target, ast.Starred):
                waiting.append(target.value)
            else:
                self._read(target, bound)
        return bound | found


_Follow = Callable[[_Flow, Any, Bound], Bound | None]
_FLOWS: dict[type[ast.stmt], _Follow] = {
    ast.Return: _Flow._end,
    ast.Raise: _Flow._end,
    ast.Break: _Flow._end,
    ast.Continue: _Flow._end,
    ast.Assign: _Flow._assign,
    ast.AugAssign: _Flow._change,
    ast.Import: _Flow._import,
    ast.ImportFrom: _Flow._import,
    ast.If: _Flow._if,
    ast.For: _Flow._for,
    ast.AsyncFor: _Flow._for,
    ast.While: _Flow._while,
    ast.With: _Flow._with,
    ast.AsyncWith: _Flow._with,
    ast.Try: _Flow._try,
    ast.TryStar: _Flow._try,
    ast.Match: _Flow._match,
}


def _both(one: Bound | None, other: Bound | None) -> Bound | None:
    if one is None or other is None:
        return one if other is None else other
    return one & other
