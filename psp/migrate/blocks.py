"""Whether two readings of a page put everything into the same blocks."""

from __future__ import annotations

import ast

from ..compiler.nodes import Text
from ..compiler.suites import hole_index
from ..compiler.writer import Hole


def same_blocks(
    tree: ast.Module, holes: list[Hole], other: ast.Module, other_holes: list[Hole]
) -> bool:
    """Whether the trees of two skeletons of one page are the same program."""
    return _shape(tree, holes) == _shape(other, other_holes)


def _shape(tree: ast.Module, holes: list[Hole]) -> str:
    """The tree as text: each hole by its place, without what does nothing."""
    return ast.dump(_Marker(holes).visit(tree))


class _Marker(ast.NodeTransformer):
    """Gives holes names that do not depend on how many there are."""

    def __init__(self, holes: list[Hole]):
        self._holes = holes

    def visit_Name(self, node: ast.Name) -> ast.Name:
        index = hole_index(node)
        if index is not None:
            hole = self._holes[index]
            node.id = f"{hole.kind} {hole.source.name} {hole.node.span.start}"
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        index = hole_index(node.value)
        if index is not None:
            text = self._holes[index].node
            if isinstance(text, Text) and not text.text:
                return None
        return self.generic_visit(node)

    def visit_Pass(self, node: ast.Pass) -> None:
        return None
