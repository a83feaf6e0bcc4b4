"""Names that a page reads though nothing binds them, where that must be a slip.

Whoever renders a page may give it any name, so a name without a binding is no error.
It is one where a name that differs by a letter is bound, or where the only binding is
inside a function.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TypeVar

from ..abi import PREFIX
from ..page import Notice
from ..source import Span
from .declarations import build_declarations
from .lint import place_in_page
from .nodes import Page, notice
from .scopes import DYNAMIC, page_scope
from .skeleton import Skeleton
from .suites import FUNCTIONS

N = TypeVar("N", bound=ast.AST)

#: Names that a page has in front of a web.
INTERFACE = frozenset(("req", "form", "session", "psp"))
_BUILTINS = frozenset(dir(builtins)) | {"__file__", "reveal_type"}
_GIVEN = INTERFACE | _BUILTINS
#: What makes names appear that no binding shows.
_OPAQUE = DYNAMIC | {"globals"}
#: How alike two names are when one is taken for the other misspelt.
_ALIKE = 0.8


def read_names(page: Page, skeleton: Skeleton) -> set[str]:
    """The names that *page* reads and does not bind, builtins left out."""
    body = skeleton.tree.body
    bound = page_scope(body).bound.union(_declared(page), _declared_global(body))
    read = {node.id for node in _free(body, frozenset())}
    return {name for name in read - bound - _BUILTINS if not name.startswith(PREFIX)}


def is_opaque(page: Page, skeleton: Skeleton) -> bool:
    """Whether names appear in *page* that no binding shows."""
    declared = [unit.module.body for unit in build_declarations(page)]
    return any(map(_is_opaque, (skeleton.tree.body, *declared)))


def _is_opaque(body: list[ast.stmt]) -> bool:
    names = {node.id for node in _nodes(body, ast.Name)}
    return bool(names & _OPAQUE) or any(_imports_all(body))


def _declared(page: Page) -> set[str]:
    """The names that the declarations of *page* bind."""
    declared = [unit.module.body for unit in build_declarations(page)]
    return {name for part in declared for name in page_scope(part).bound}


def unbound_names(page: Page, skeleton: Skeleton) -> list[Notice]:
    """The slips in *page*, each name once; *skeleton* has not been filled yet."""
    body, lines = skeleton.tree.body, skeleton.text.split("\n")
    bound = _declared(page)
    found: list[Notice] = []
    for node, message in _slips(body, bound):
        source, at = place_in_page(node, skeleton, lines)
        found.append(notice(source, Span(at, at + len(node.id)), message))
    return found


def _slips(body: list[ast.stmt], bound: set[str]) -> Iterator[tuple[ast.Name, str]]:
    """Names where they are read, and what is wrong with them."""
    if _is_opaque(body):
        return
    page = page_scope(body).bound.union(bound, _declared_global(body))
    local = dict(_function_names(body))
    seen: set[str] = set()
    for node in _free(body, frozenset()):
        name = node.id
        if name in page or name in _GIVEN or name in seen or name.startswith(PREFIX):
            continue
        seen.add(name)
        meant = _meant(name, page)
        if name in local:
            yield node, f"{name!r} is bound only in the function {local[name]!r}"
        elif meant:
            yield node, f"nothing binds {name!r}; did you mean {meant!r}?"


def _meant(name: str, page: set[str]) -> str | None:
    """The name that *name* is a misspelling of, if that is likely."""
    own = sorted(page | INTERFACE)
    for known in (*own, *sorted(_GIVEN)):
        if len(name) > 2 and sorted(known) == sorted(name):
            return known
    for close in get_close_matches(name, own, 3, _ALIKE):
        if close + "s" != name and name + "s" != close:  # both may well exist
            return close
    return None


def _free(nodes: Iterable[ast.AST], local: frozenset[str]) -> Iterator[ast.Name]:
    """The names read in *nodes* that no function or class around them binds."""
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                if name not in local:
                    yield node
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _free((*node.decorator_list, *_defaults(node.args)), local)
                yield from _free(node.body, local | _locals(node))
            case ast.Lambda():
                yield from _free(_defaults(node.args), local)
                yield from _free([node.body], local | _parameters(node.args))
            case ast.ClassDef():
                head = (*node.decorator_list, *node.bases, *node.keywords)
                yield from _free(head, local)
                yield from _free(node.body, local | page_scope(node.body).bound)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                targets = _nodes([one.target for one in node.generators], ast.Name)
                inside = local | {target.id for target in targets}
                yield from _free(ast.iter_child_nodes(node), inside)
            case ast.AnnAssign():
                yield from _free([node.value] if node.value else [], local)
            case _:
                yield from _free(ast.iter_child_nodes(node), local)


def _locals(node: ast.FunctionDef | ast.AsyncFunctionDef) -> frozenset[str]:
    return _parameters(node.args) | page_scope(node.body).bound


def _parameters(args: ast.arguments) -> frozenset[str]:
    return frozenset(arg.arg for arg in _nodes([args], ast.arg))


def _defaults(args: ast.arguments) -> list[ast.expr]:
    return [*args.defaults, *(default for default in args.kw_defaults if default)]


def _function_names(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Each name that a function in *body* binds for itself, with the function's."""
    for node in _nodes(body, ast.stmt):
        if isinstance(node, FUNCTIONS):
            for name in page_scope(node.body).bound - _declared_global(node.body):
                yield name, node.name


def _declared_global(body: list[ast.stmt]) -> set[str]:
    return {name for node in _nodes(body, ast.Global) for name in node.names}


def _imports_all(body: list[ast.stmt]) -> Iterator[bool]:
    return (node.names[0].name == "*" for node in _nodes(body, ast.ImportFrom))


def _nodes(roots: Iterable[ast.AST], *kinds: type[N]) -> Iterator[N]:
    """Every node in *roots* of one of *kinds*."""
    for root in roots:
        for node in ast.walk(root):
            if isinstance(node, kinds):
                yield node
