"""Which names a page binds and what it does with them: the tier it may run in."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from ..abi import PREFIX

#: Names whose meaning depends on page names being those of a module.
DYNAMIC = frozenset(("exec", "eval", "locals", "vars", "dir"))

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class PageScope:
    """What stands at page level, outside of functions and classes."""

    bound: set[str] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)  # why it must be module code
    returns: list[ast.Return] = field(default_factory=list)
    yields: list[ast.expr] = field(default_factory=list)
    awaits: list[ast.AST] = field(default_factory=list)

    @property
    def tier(self) -> str:
        """``"function"`` where nobody can tell the difference, else ``"module"``."""
        return "module" if self.reasons else "function"


def page_scope(body: list[ast.stmt]) -> PageScope:
    """What the statements *body* do at page level."""
    scope = PageScope()
    waiting: list[tuple[ast.AST, bool]] = [(node, False) for node in body]
    while waiting:
        node, hidden = waiting.pop()
        _note(node, scope, hidden)
        waiting.extend(_inside(node, hidden))
    return scope


def _inside(node: ast.AST, hidden: bool) -> list[tuple[ast.AST, bool]]:
    """The children of *node* that belong to the page; *hidden* ones bind nothing."""
    if isinstance(node, _FUNCTIONS):
        return [
            (child, hidden) for child in (*node.decorator_list, *_signature(node.args))
        ]
    if isinstance(node, ast.Lambda):
        return [(child, hidden) for child in _signature(node.args)]
    if isinstance(node, ast.ClassDef):
        head = (*node.decorator_list, *node.bases, *node.keywords)
        return [(child, hidden) for child in head]
    if isinstance(node, ast.comprehension):
        rest = [(child, hidden) for child in (node.iter, *node.ifs)]
        return [(node.target, True), *rest]
    return [(child, hidden) for child in ast.iter_child_nodes(node)]


def _signature(args: ast.arguments) -> list[ast.AST]:
    return [*args.defaults, *(default for default in args.kw_defaults if default)]


def _note(node: ast.AST, scope: PageScope, hidden: bool) -> None:
    match node:
        case ast.Name(id=name, ctx=ctx):
            if not isinstance(ctx, ast.Load):
                if not hidden:
                    scope.bound.add(name)
            elif name in DYNAMIC:
                scope.reasons.append(f"it uses {name}")
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            scope.bound.add(name)
        case ast.ClassDef(name=name):
            scope.bound.add(name)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                if alias.name != "*":
                    scope.bound.add(alias.asname or alias.name.partition(".")[0])
        case ast.Global(names=names):
            scope.bound.update(names)
        case ast.AnnAssign(simple=1):
            scope.reasons.append("it annotates a name")
        case ast.Return():
            scope.returns.append(node)
        case ast.Yield() | ast.YieldFrom():
            scope.yields.append(node)
        case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
            scope.awaits.append(node)
        case ast.comprehension(is_async=1):
            scope.awaits.append(node)
        case _:
            captured = getattr(node, "name", None) or getattr(node, "rest", None)
            if isinstance(captured, str) and not isinstance(node, ast.alias):
                scope.bound.add(captured)  # except … as, and the captures of match


def names_to_declare(scope: PageScope) -> list[str]:
    """The names a function must declare global to mean what module code means."""
    return sorted(name for name in scope.bound if not name.startswith(PREFIX))
