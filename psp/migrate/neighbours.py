"""Which pages share their names: those that include each other.

Names of a page are those of what it includes. What a common header imports, every page
uses, so that no page of a site can be converted without a look at the others.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from ..compiler.lines import logical_lines
from ..compiler.nodes import Directive
from ..compiler.parser import parse
from ..engine import candidates
from ..errors import PageSyntaxError
from ..lexer.lexer import tokenize
from ..lexer.tokens import TokenType
from ..source import Source
from .code import assigned

#: What mod_python itself gave to every page of Python 2.
GIVEN = "import os, sys, types, tempfile, marshal, anydbm, new, whichdb"


def included_files(source: Source) -> list[str]:
    """What *source* includes, as it is written there; nothing if it is unreadable."""
    try:
        nodes = parse(source, tokenize(source)).nodes
    except PageSyntaxError:
        return []
    return [
        node["file"]
        for node in nodes
        if isinstance(node, Directive)
        and node.name == "include"
        and "file" in node.attributes
    ]


def names_of(file: str, page: str, including: str) -> tuple[str, ...]:
    """The names of the page that *file* may be, where *page* includes *including*."""
    return candidates(file, page, including, "psp")


class Neighbours:
    """The *sources* of a site by name, and how they hang together."""

    def __init__(self, sources: Mapping[str, Source]):
        self._sources = sources
        self._files = {name: included_files(one) for name, one in sources.items()}
        self._parts = {name: self._closure(name) for name in sources}
        self._imported = {name: list(_imports(one)) for name, one in sources.items()}
        self._assigned = {name: _assigned(one) for name, one in sources.items()}

    def find(self, file: str, page: str, including: str) -> str | None:
        """The name of what *page* includes as *file*, by way of *including*."""
        names = names_of(file, page, including)
        return next((name for name in names if name in self._sources), None)

    def includers(self, name: str) -> list[str]:
        """The pages that *name* is part of."""
        return [page for page, parts in self._parts.items() if name in parts]

    def own_imports(self, name: str) -> list[str]:
        """The import statements of all that *name* includes, and what it is given."""
        return self._imports([GIVEN], self._parts[name])

    def other_imports(self, name: str) -> list[str]:
        """The import statements of all that it may be included with."""
        return self._imports([], self._company(name))

    def assigned(self, name: str) -> frozenset[str]:
        """The names that get a value in *name* or what it shares names with."""
        company = {name, *self._parts[name], *self._company(name)}
        return frozenset().union(*(self._assigned[one] for one in company))

    def _company(self, name: str) -> list[str]:
        """The pages that *name* is part of, and their other parts."""
        pages = self.includers(name)
        all_of_them = [*pages, *(part for page in pages for part in self._parts[page])]
        return [one for one in dict.fromkeys(all_of_them) if one != name]

    def _imports(self, first: list[str], names: Iterable[str]) -> list[str]:
        found = dict.fromkeys(first)
        for name in names:
            found |= dict.fromkeys(self._imported[name])
        return list(found)

    def _closure(self, page: str) -> tuple[str, ...]:
        """The names of all that *page* includes, at any depth, in order."""
        found: dict[str, None] = {}
        waiting = [page]
        while waiting:
            including = waiting.pop()
            for file in self._files[including]:
                name = self.find(file, page, including)
                if name is not None and name not in found and name != page:
                    found[name] = None
                    waiting.append(name)
        return tuple(found)


def code_of(source: Source) -> Iterator[str]:
    """The code of each tag of *source*; nothing if it is unreadable."""
    try:
        tokens = tokenize(source)
    except PageSyntaxError:
        return
    yield from (token.text for token in tokens if token.type is TokenType.CODE)


def _assigned(source: Source) -> set[str]:
    """The names that get a value in the code of *source*."""
    return {name for code in code_of(source) for name in assigned(code)}


def _imports(source: Source) -> Iterator[str]:
    """The import statements in the code of *source*."""
    for code in code_of(source):
        for line in logical_lines(code):
            if line.word in ("import", "from"):
                statement = code[line.start : line.end].partition(";")[0]
                if _is_import(statement):
                    yield statement


def _is_import(statement: str) -> bool:
    try:
        body = ast.parse(statement).body
    except (SyntaxError, ValueError):
        return False
    return len(body) == 1 and isinstance(body[0], ast.Import | ast.ImportFrom)
