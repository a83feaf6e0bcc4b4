"""The names that code reads and does not bind, by Python's own rules of scope."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence

from ..abi import PREFIX
from ..light import NamedTuple
from .parts import PARTS, Written
from .scopes import DYNAMIC, PageScope, page_scope
from .suites import FUNCTIONS

#: What a page that reads it may find out by it: whether names are global or bound.
_TELLING = DYNAMIC | {"globals", "NameError", "UnboundLocalError"}
#: What every namespace has, whatever a page is given.
_KNOWN = frozenset(dir(builtins)) | {"__name__", "__file__", "__builtins__"}

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPED = frozenset((*FUNCTIONS, ast.Lambda, ast.ClassDef, *_COMPREHENSIONS))


class Reads(NamedTuple):
    """What a page in tier "local" reads from outside.

    ``given``  for the page and each of its fragments: names it has to be given
    ``fixed``  builtins and declared names, which it must not be given
    """

    given: list[set[str]]
    fixed: set[str]


def page_reads(
    bodies: list[list[ast.stmt]], scopes: list[PageScope], declared: frozenset[str]
) -> Reads | list[str]:
    """What the units of a page read, or why it cannot run in tier "local"."""
    reasons = ["its declarations bind who knows what"] if "*" in declared else []
    found = []
    for body, scope in zip(bodies, scopes, strict=True):
        names = {name for name in scope.bound if not name.startswith(PREFIX)}
        reasons += [
            f"{name!r} has to be global" for name in sorted(names - scope.local)
        ]
        reasons += ["it imports * from a module"] if scope.stars else []
        reasons += ["it awaits"] if scope.awaits else []
        declaring = sorted(_declared_global(scope.inner))
        reasons += [f"a function declares {name!r} global" for name in declaring]
        found.append(names_read(body) - names)
    everything = set().union(*found)
    reasons += [f"it uses {name}" for name in sorted(everything & _TELLING)]
    if reasons:
        return reasons
    fixed = {name for name in everything if name in _KNOWN or name in declared}
    given = [
        {name for name in reads - fixed if not name.startswith(PREFIX)}
        for reads in found
    ]
    return Reads(given, fixed)


def names_read(
    nodes: Iterable[ast.AST], local: frozenset[str] = frozenset()
) -> set[str]:
    """The names that *nodes* read from outside themselves, except for *local* ones.

    What *nodes* bind at their own level counts as read from outside as well; what
    functions, classes and comprehensions in them bind does not.
    """
    parts, found = PARTS, set[str]()
    scopes: list[_Scope] = [(list(nodes), local)]
    while scopes:
        waiting, local = scopes.pop()
        pop, push = waiting.pop, waiting.append
        names: set[str] = set()
        while waiting:
            node = pop()
            kind = node.__class__
            if kind is Written:
                node = node.own  # type: ignore[attr-defined]
                kind = node.__class__
            if kind is ast.Name:
                names.add(node.id)  # type: ignore[attr-defined]
                continue
            if kind in _SCOPED:
                scopes += _parts(node, local)
                continue
            if node is None:  # the key of ``**`` in a dictionary, or a text
                continue
            fields = node.__dict__
            for part in parts[kind]:
                value = fields[part]
                if value.__class__ is list:
                    waiting += value
                elif value is not None:
                    push(value)
        found |= names - local
    return found


#: Nodes, and the names that mean something of their own around them.
_Scope = tuple[list[ast.AST], frozenset[str]]


def _parts(node: ast.AST, local: frozenset[str]) -> list[_Scope]:
    """What *node*, which has a scope of its own, reads in which scope."""
    if isinstance(node, ast.ClassDef):
        # A class looks outside for what it has not bound yet.
        head = (*node.decorator_list, *node.bases, *node.keywords)
        return [([*head, *node.body], local)]
    if isinstance(node, (*FUNCTIONS, ast.Lambda)):
        body: list[ast.AST]
        body = [node.body] if isinstance(node, ast.Lambda) else [*node.body]
        inner = local - _declared_global(body) | _bound(node, body)
        return [(_evaluated_outside(node), local), (body, inner)]
    generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
    inner = local | {name for one in generators for name in _stored(one)}
    return [([generators[0].iter], local), (_inside(node), inner)]


def _evaluated_outside(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
) -> list[ast.AST]:
    """The parts of a function that run where it is defined."""
    args = node.args
    parts: list[ast.AST] = [*args.defaults, *filter(None, args.kw_defaults)]
    if not isinstance(node, ast.Lambda):
        every = (
            *args.posonlyargs,
            *args.args,
            *args.kwonlyargs,
            args.vararg,
            args.kwarg,
        )
        parts += [arg.annotation for arg in every if arg and arg.annotation]
        parts += node.decorator_list
        if node.returns:
            parts.append(node.returns)
    return parts


def _bound(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, body: Sequence[ast.AST]
) -> set[str]:
    """The names of a function's own: parameters, and what it binds."""
    args = node.args
    every = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
    names = {arg.arg for arg in every if arg}
    scope = page_scope(body)  # type: ignore[arg-type]
    return names | (scope.bound - _declared_global(body))


def _declared_global(body: Sequence[ast.AST]) -> set[str]:
    """Names that ``global`` or ``nonlocal`` takes from outside."""
    declared = (n for part in body for n in ast.walk(part))
    found = (n for n in declared if isinstance(n, (ast.Global, ast.Nonlocal)))
    return {name for node in found for name in node.names}


def _stored(one: ast.comprehension) -> set[str]:
    return {n.id for n in ast.walk(one.target) if isinstance(n, ast.Name)}


def _inside(node: ast.AST) -> list[ast.AST]:
    """What a comprehension evaluates in its own scope."""
    generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
    parts: list[ast.AST] = [one.target for one in generators]
    parts += [one.iter for one in generators[1:]]
    parts += [test for one in generators for test in one.ifs]
    if isinstance(node, ast.DictComp):
        return [*parts, node.key, node.value]
    return [*parts, node.elt]  # type: ignore[attr-defined]
