"""``<%! %>``: code that runs once, apart from the page's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..errors import PageSyntaxError
from ..source import Source
from .codegen import Unit
from .lines import logical_lines
from .nodes import Declaration, Include, Node, Page
from .parts import PARTS
from .positions import Mover
from .scopes import PageScope, page_scope
from .skeleton import moved_error
from .undecoded import parse_code
from .writer import SkeletonWriter


def build_declarations(page: Page) -> list[Unit]:
    """A module for each file of *page* that declares something, in order."""
    lenient = page.options.dialect == "mod_python"
    return [
        Unit(text.source, _parse(text, lenient)) for text in declaration_texts(page)
    ]


def declaration_texts(page: Page) -> Iterator[SkeletonWriter]:
    """The text of each of these modules, and where its lines came from."""
    return _texts(page.source, page.nodes)


def declared_names(units: list[Unit]) -> frozenset[str]:
    """The names that *units* bind; ``"*"`` among them if nobody can tell."""
    scopes = [page_scope(unit.module.body) for unit in units]
    names = {name for scope in scopes for name in scope.bound}
    for scope in scopes:
        names.update(_declared_global(scope))
        if scope.stars or scope.reasons:
            names.add("*")
    return frozenset(names)


def _declared_global(scope: PageScope) -> Iterator[str]:
    for part in scope.inner:
        for node in ast.walk(part):
            if isinstance(node, ast.Global):
                yield from node.names
            elif isinstance(node, ast.Name) and node.id == "globals":
                yield "*"


def _texts(source: Source, nodes: tuple[Node, ...]) -> Iterator[SkeletonWriter]:
    writer = SkeletonWriter(source)
    for node in nodes:
        if isinstance(node, Include):
            yield from _texts(node.source, node.nodes)
        elif isinstance(node, Declaration):
            _write(writer, node)
    if writer.lines:
        yield writer


def _write(writer: SkeletonWriter, node: Declaration) -> None:
    """Add the code of *node*, moved to the left as a whole."""
    lines = [line for line in logical_lines(node.code) if not line.comment]
    below = [line.column for line in lines if not line.first]
    base = min(below, default=0)
    if below and lines[0].first and lines[0].opens and below[0] == base:
        base -= 1  # all of it is the suite of the line behind <%!
    for line in lines:
        indent = 0 if line.first else line.column - base
        code = node.code[line.start : line.end]
        writer.write(" " * indent, code, node.start + line.start)


def _parse(writer: SkeletonWriter, lenient: bool) -> ast.Module:
    try:
        tree = parse_code(writer, writer.text(), lenient)
    except PageSyntaxError:
        raise
    except SyntaxError as error:
        raise moved_error(error, writer.origins) from None
    Mover(writer.origins, [], set()).move(tree, PARTS)
    return tree
