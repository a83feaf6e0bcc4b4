"""What gave lists and gives views and iterators, and what gave iterators."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .code import Code
from .edits import Edit
from .mend import Mend, around, replacing
from .moves import LAZY

_VIEWS = frozenset({"keys", "items", "values"})
_MAKERS = frozenset({"filter", "map", "range", "zip"})
#: Built-in functions that only go through what they are given.
_CONSUMERS = frozenset(
    "all any dict enumerate filter frozenset iter list map max min set sorted sum tuple"
    " zip".split()
)
#: What has a length of its own.
_SIZED = frozenset({*_VIEWS, "range"})
_CHANGERS = frozenset("clear pop popitem setdefault update".split())


def views(code: Code) -> Iterator[Mend]:
    """``d.keys()`` where a list is wanted, ``d.iterkeys()`` and ``d.viewkeys()``."""
    for node in code.all(ast.Call):
        if not isinstance(node.func, ast.Attribute) or node.args or node.keywords:
            continue
        name, consumed = node.func.attr, is_consumed(code, node, node.func.attr)
        if name in _VIEWS and not consumed:
            yield Mend(_listed(code, node))
        kind = "iter" if name.startswith("iter") else "view"
        if name.removeprefix(kind) in _VIEWS and name.startswith(kind):
            at = code.end(node.func) - len(name)
            renaming = Edit(at, at + len(kind), "")
            if kind == "view" or consumed:
                yield Mend((renaming,))
            else:
                start, end = around(code, node, "iter")
                yield Mend((start, renaming, end))


def makers(code: Code) -> Iterator[Mend]:
    """``map`` and its like where a list is wanted, and ``map`` with None."""
    for node in code.all(ast.Call):
        module, _, name = (code.called(node) or "").rpartition(".")
        if module != "builtins" or name not in _MAKERS:
            continue
        match node.args:
            case [ast.Constant(value=None), *rest] if name == "map" and rest:
                others = ", ".join(map(code.source, rest))
                text = f"itertools.zip_longest({others})" if rest[1:] else others
                need = "import itertools" if rest[1:] else ""
                yield replacing(code, node, f"list({text})", need)
            case _ if not is_consumed(code, node, name):
                yield Mend(_listed(code, node))


def _listed(code: Code, node: ast.expr) -> tuple[Edit, Edit]:
    """The edits that make a list of *node*, though it may be that ``list`` is not."""
    if "list" not in code.bound:
        return around(code, node, "list")
    start, end = code.start(node), code.end(node)
    return Edit(start, start, "[*"), Edit(end, end, "]")


def is_consumed(code: Code, node: ast.expr, name: str = "") -> bool:
    """Whether *node* is gone through where it stands, so that any iterable will do.

    *name* is that of the function that makes it.
    """
    parent = code.parents[node]
    match parent:
        case ast.For(iter=iterable, body=body) if iterable is node:
            return not any(_changes(code, one, node) for one in body)
        case ast.comprehension(iter=iterable):
            return iterable is node
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[right]):
            return right is node
        case ast.Assign(targets=[ast.Tuple() | ast.List()]) | ast.Starred():
            return True
        case ast.Call(func=ast.Attribute(attr="join" | "extend"), args=[argument]):
            return argument is node
        case ast.Call(func=ast.Name(id="len")):
            return name in _SIZED
        case ast.Call(func=ast.Name(id=function), args=[*arguments]):
            return function in _CONSUMERS and node in arguments
    return False


def _changes(code: Code, statement: ast.stmt, view: ast.expr) -> bool:
    """Whether *statement* may change the size of the dict that *view* is one of."""
    if not isinstance(view, ast.Call) or not isinstance(view.func, ast.Attribute):
        return False
    owner = ast.unparse(view.func.value)
    for node in ast.walk(statement):
        match node:
            case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
                changed = value
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if (
                name in _CHANGERS
            ):
                changed = value
            case _:
                continue
        if ast.unparse(changed) == owner:
            return True
    return False


def lazy(code: Code) -> Iterator[Mend]:
    """``imap`` and its like, which are built in now; they stay lazy."""
    for node in code.nodes:
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        module, _, name = (code.meaning(node) or "").rpartition(".")
        if module != "itertools" or name not in LAZY:
            continue
        edits = replacing(code, node, LAZY[name]).edits
        call = code.parents[node]
        if isinstance(call, ast.Call) and call.func is node:
            if not is_consumed(code, call):
                start, end = around(code, call, "iter")
                edits = (Edit(start.start, edits[0].end, f"iter({LAZY[name]}"), end)
        yield Mend(edits)


def iterators(code: Code) -> Iterator[Mend]:
    """``it.next()``, and the method of that name where a class makes iterators."""
    owners = [one for one in code.all(ast.ClassDef) if _method(one, "next")]
    if all(_method(one, "__iter__") for one in owners):
        for node in code.all(ast.Call):
            match node:
                case ast.Call(func=ast.Attribute(value=value, attr="next"), args=[]):
                    yield replacing(code, node, f"next({code.source(value)})")
        for one in owners:
            method = _method(one, "next")
            assert method is not None
            at = code.text.index("next", code.start(method))
            yield Mend((Edit(at, at + len("next"), "__next__"),))


def _method(node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """The method *name* of the class *node*."""
    for one in node.body:
        if isinstance(one, ast.FunctionDef) and one.name == name:
            return one
    return None
