"""Code: Python 3 text with its tree, and what the names in it stand for."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

from ..abi import PREFIX
from ..lexer.strings import STRINGS

N = TypeVar("N", bound=ast.AST)

_NO_CODE = re.compile(rf"(?s:{STRINGS})|#[^\n]*")
_ASSIGNED = re.compile(r"\w+(?:[ \t]*,[ \t]*\w+)*[ \t]*=(?!=)|\bfor\b[^:\n]*?\bin\b")
_DECIDED = re.compile(r"#.*\bdecided\b")


def parse(text: str) -> ast.Module:
    """What CPython makes of *text*, its warnings kept back; raises SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (RecursionError, MemoryError):
            raise SyntaxError("the code is nested too deeply") from None
        except ValueError as error:
            raise SyntaxError(str(error)) from None


def is_python3(text: str) -> bool:
    """Whether *text* can be Python 3, and means what it meant to its author."""
    try:
        tree = parse(text)
    except SyntaxError:
        return False
    return not any(map(_prints_by_statement, ast.walk(tree)))


def _prints_by_statement(node: ast.AST) -> bool:
    """Whether *node* is a ``print`` of Python 2 that Python 3 reads otherwise.

    Such are ``print >>file, x``, ``print (a), b`` and a bare ``print``.
    """
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return False
        case ast.Expr(value=value):
            return _first_name(value) == "print"
    return False


def _first_name(node: ast.expr) -> str:
    """The name that the expression *node* starts with, if it is one."""
    while not isinstance(node, ast.Name):
        match node:
            case ast.BinOp(left=first) | ast.Compare(left=first):
                node = first
            case ast.Tuple(elts=[first, *_]) | ast.BoolOp(values=[first, *_]):
                node = first
            case ast.Call(func=first) | ast.IfExp(body=first):
                node = first
            case ast.Attribute(value=first) | ast.Subscript(value=first):
                node = first
            case _:
                return ""
    return node.id


def assigned(text: str) -> set[str]:
    """The names in *text*, Python of any kind, that look as if they got a value."""
    found: set[str] = set()
    for match in _ASSIGNED.finditer(_NO_CODE.sub(" ", text)):
        found.update(re.findall(r"\w+", match[0]))
    return found


class Code:
    """Python 3 *text*; offsets in it are counted in characters.

    *page* tells the Python of a page, in which names that start as holes do stand for
    what it writes. *taken* are names that nothing new may be called.
    """

    def __init__(
        self, text: str, *, page: bool = False, taken: frozenset[str] = frozenset()
    ):
        self.text = text
        self.page = page
        self.others = taken
        self.tree = parse(text)
        self.nodes = list(ast.walk(self.tree))
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def all(self, kind: type[N]) -> Iterator[N]:
        """Every node of *kind*."""
        return (node for node in self.nodes if isinstance(node, kind))

    def start(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> int:
        """The offset at which *node* starts."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> int:
        """The offset at which *node* ends."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._offset(node.end_lineno, node.end_col_offset)

    def source(self, node: ast.expr | ast.stmt | ast.alias | ast.keyword) -> str:
        """*node* as it is written."""
        return self.text[self.start(node) : self.end(node)]

    def line_start(self, line: int) -> int:
        """The offset at which *line*, counted from 1, starts."""
        return self._starts[line - 1]

    def _offset(self, line: int, column: int) -> int:
        text = self._lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode())
        return self._starts[line - 1] + column

    def is_decided(self, node: ast.expr | ast.stmt) -> bool:
        """Whether a comment on a line of *node* says that a person has decided."""
        last = node.lineno if _has_suite(node) else node.end_lineno or node.lineno
        return any(
            _DECIDED.search(self._lines[at]) for at in range(node.lineno - 1, last)
        )

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node stands in."""
        return {
            child: node for node in self.nodes for child in ast.iter_child_nodes(node)
        }

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that something other than an import gives a value."""
        names: set[str] = set()
        for node in self.nodes:
            match node:
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                    names.add(name)
                case ast.arg(arg=name):
                    names.add(name)
                case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                    names.add(name)
                case ast.AsyncFunctionDef(name=name):
                    names.add(name)
                case ast.ExceptHandler(name=str(name)):
                    names.add(name)
        return frozenset(names)

    def is_taken(self, name: str) -> bool:
        """Whether *name* means something other than the module of that name."""
        if self.imports.get(name) == name:
            return False
        return name in self.bound or name in self.others

    @cached_property
    def imports(self) -> dict[str, str]:
        """Imported names, bound by nothing else, and what each stands for."""
        meanings: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for one in node.names:
                    name = one.asname or one.name.partition(".")[0]
                    meanings[name] = one.name if one.asname else name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for one in node.names:
                    meanings[one.asname or one.name] = f"{node.module}.{one.name}"
        return {k: v for k, v in meanings.items() if k not in self.bound}

    def meaning(self, node: ast.AST | None) -> str | None:
        """The dotted name of what *node* stands for.

        It is ``builtins.x`` for a name that nothing binds, None for what is no name or
        has been bound by an assignment.
        """
        match node:
            case ast.Name(id=name) if not name.startswith(PREFIX):
                if name in self.bound:
                    return None
                return self.imports.get(name, f"builtins.{name}")
            case ast.Attribute(value=value, attr=attr):
                base = self.meaning(value)
                return base and f"{base}.{attr}"
        return None

    def is_called(self, node: ast.expr) -> bool:
        """Whether *node* is the function of a call."""
        parent = self.parents.get(node)
        return isinstance(parent, ast.Call) and parent.func is node

    def called(self, node: ast.AST | None) -> str | None:
        """The meaning of the function that *node*, a call, calls."""
        return self.meaning(node.func) if isinstance(node, ast.Call) else None


def is_hole(node: ast.AST) -> bool:
    """Whether *node* is a call that stands for an expression of a page."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name.startswith(PREFIX)
    return False


def _has_suite(node: ast.AST) -> bool:
    return hasattr(node, "body") and not isinstance(node, ast.Lambda | ast.IfExp)
