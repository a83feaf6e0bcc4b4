"""Which names a page binds and what it does with them: the tier it may run in."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ..abi import PREFIX
from .parts import PARTS, Written

#: Names whose meaning depends on page names being those of a module.
DYNAMIC = frozenset(("exec", "eval", "locals", "vars", "dir"))


class PageScope:
    """What stands at page level, outside of functions and classes.

    ``bound``    names it binds
    ``reasons``  why it must run as module code
    ``returns``, ``yields``, ``awaits``, ``stars``  the nodes that are these
    ``inner``    functions, lambdas and classes, into which this does not look
    ``visible``  names bound in a way that shows: by def, class, except, match, :=, del
    """

    def __init__(self) -> None:
        self.bound: set[str] = set()
        self.reasons: list[str] = []
        self.returns: list[ast.AST] = []
        self.yields: list[ast.AST] = []
        self.awaits: list[ast.AST] = []
        self.stars: list[ast.AST] = []
        self.inner: list[ast.AST] = []
        self.visible: set[str] = set()
        self.local: set[str] = set()  # decided by locality.py

    @property
    def tier(self) -> str:
        """``"function"`` where nobody can tell the difference, else ``"module"``."""
        return "module" if self.reasons else "function"


def page_scope(body: list[ast.stmt]) -> PageScope:
    """What the statements *body* do at page level."""
    scope = PageScope()
    waiting: list[ast.AST] = list(body)
    pop = waiting.pop
    while waiting:
        node = pop()
        if node.__class__ is Written:
            node = node.own  # type: ignore[assignment]
        special = _SPECIAL.get(node.__class__)
        if special is None or special(node, scope, waiting):
            _push_children(node, waiting)
    return scope


def _push_children(node: ast.AST, waiting: list[ast.AST]) -> None:
    fields = node.__dict__
    for part in PARTS[node.__class__]:
        value = fields[part]
        if value.__class__ is list:
            waiting += value
        elif value is not None:
            waiting.append(value)


# Each of the following notes what a node means for the page, and answers whether its
# children are to be looked at as well.


def _name(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    if node.ctx.__class__ is not ast.Load:
        scope.bound.add(node.id)
        if node.ctx.__class__ is ast.Del:
            scope.visible.add(node.id)
    elif node.id in DYNAMIC:
        scope.reasons.append(f"it uses {node.id}")
    return False


def _nothing(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    return False


def _function(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    scope.bound.add(node.name)
    scope.visible.add(node.name)
    waiting.extend(node.decorator_list)
    return _lambda(node, scope, waiting)


def _lambda(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    scope.inner.append(node)
    waiting.extend(node.args.defaults)
    waiting.extend(default for default in node.args.kw_defaults if default)
    return False


def _class(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    scope.inner.append(node)
    scope.bound.add(node.name)
    scope.visible.add(node.name)
    waiting.extend((*node.decorator_list, *node.bases, *node.keywords))
    return False


def _comprehension(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    """What its ``for`` binds stays inside; ``:=`` in it does not."""
    waiting.extend((node.iter, *node.ifs))
    if node.is_async:
        scope.awaits.append(node)
    return False


def _import(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    for alias in node.names:
        if alias.name == "*":
            scope.stars.append(node)
        else:
            scope.bound.add(alias.asname or alias.name.partition(".")[0])
    return False


def _global(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    scope.bound.update(node.names)
    scope.visible.update(node.names)
    return False


def _walrus(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    scope.visible.add(node.target.id)
    return True


def _annotation(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    if node.simple:
        scope.reasons.append("it annotates a name")
    return True


def _captured(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    """``except … as name``, and the captures of ``match``."""
    if node.name is not None:
        scope.bound.add(node.name)
        scope.visible.add(node.name)
    return True


def _rest(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    if node.rest is not None:
        scope.bound.add(node.rest)
        scope.visible.add(node.rest)
    return True


def _return(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    scope.returns.append(node)
    return True


def _yield(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    scope.yields.append(node)
    return True


def _await(node: Any, scope: PageScope, waiting: list[ast.AST]) -> bool:
    scope.awaits.append(node)
    return True


_Note = Callable[[Any, PageScope, list[ast.AST]], bool]
_SPECIAL: dict[type, _Note] = {
    ast.Name: _name,
    ast.Constant: _nothing,
    type(None): _nothing,  # the key of ``**`` in a dictionary, a text
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Lambda: _lambda,
    ast.ClassDef: _class,
    ast.comprehension: _comprehension,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Global: _global,
    ast.NamedExpr: _walrus,
    ast.AnnAssign: _annotation,
    ast.ExceptHandler: _captured,
    ast.MatchAs: _captured,
    ast.MatchStar: _captured,
    ast.MatchMapping: _rest,
    ast.Return: _return,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.Await: _await,
    ast.AsyncFor: _await,
    ast.AsyncWith: _await,
}


def names_to_declare(scope: PageScope) -> list[str]:
    """The names a function must declare global to mean what module code means."""
    names = scope.bound - scope.local
    return sorted(name for name in names if not name.startswith(PREFIX))
