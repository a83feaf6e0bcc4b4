"""outline(): what a page means, whatever it is written like."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ..compiler.declarations import build_declarations
from ..compiler.nodes import Expression, Include, Node, Text
from ..compiler.pipeline import build_skeleton, read_page
from ..compiler.writer import HoleKind
from ..errors import PageSyntaxError
from ..options import PageOptions
from ..source import Source


class Outline(NamedTuple):
    """What two ways to write a page have in common."""

    options: PageOptions
    trees: list[str]
    holes: list[tuple[HoleKind, object]]


def outline(source: Source, options: PageOptions) -> Outline | None:
    """All that decides what the page *source* writes, but for what it includes.

    That is its options, its Python as trees, its texts and how expressions are
    written. None for a page that does not compile by itself.
    """
    try:
        page = read_page(source, _nothing, options)
        skeleton = build_skeleton(page)
        declared = build_declarations(page)
    except PageSyntaxError:
        return None
    trees = [skeleton.tree, *(unit.module for unit in declared)]
    trees += [ast.parse(one.code) for one in page.parameters]
    holes = [(hole.kind, _written(hole.node)) for hole in skeleton.holes]
    return Outline(page.options, list(map(ast.dump, trees)), holes)


def _written(node: Node) -> object:
    """What decides what *node* writes, beside Python."""
    match node:
        case Text(text=text):
            return text
        case Expression(raw=raw):
            return raw
        case Include(source=source):
            return source.name
    return None


def _nothing(file: str, including: Source) -> Source:
    """In place of an included file."""
    return Source("", file)
