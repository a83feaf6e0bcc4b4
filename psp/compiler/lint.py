"""What in a page compiles and is nearly always a slip."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from ..page import Notice
from ..source import Source, Span
from .declarations import build_declarations
from .nodes import Expression, Include, Node, Page, Scriptlet, Text, notice
from .scopes import page_scope
from .skeleton import Skeleton, build_skeleton
from .suites import FUNCTIONS, hole_index, statements, suites
from .unbound import unbound_names
from .writer import Hole, HoleKind

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_TAKES_TEXT = (*FUNCTIONS, ast.Return, ast.Raise)
_LEAVES = {
    ast.Return: "return",
    ast.Raise: "raise",
    ast.Break: "break",
    ast.Continue: "continue",
}


def lint_page(page: Page) -> list[Notice]:
    """The slips in *page*, which compiles, in the order they are found."""
    linter = _Linter(page, build_skeleton(page))
    return [*linter.unreached(), *linter.swallowed(), *linter.unbound()]


def lost_text(page: Page, skeleton: Skeleton) -> list[Notice]:
    """The text of *page* that is never written, or only when a function is called.

    *skeleton* is looked at as it comes from the parser, before its holes are filled.
    """
    if not any(isinstance(s, _TAKES_TEXT) for s in statements(skeleton.tree)):
        return []
    linter = _Linter(page, skeleton)
    return [*linter.unreached(), *linter.swallowed()]


def raw_outputs(page: Page) -> Iterator[Notice]:
    """Every place of *page*, and of what it includes, that is written unescaped."""
    for source, node in _each(page.source, page.nodes):
        if isinstance(node, Expression) and node.raw:
            yield notice(source, node.span, f"written raw: {node.code.strip()}")


def _each(source: Source, nodes: Iterable[Node]) -> Iterator[tuple[Source, Node]]:
    """Every node with its source, those of included files in place."""
    for node in nodes:
        if isinstance(node, Include):
            yield from _each(node.source, node.nodes)
        else:
            yield source, node


class _Linter:
    """Looks at the tree of a skeleton, where texts and expressions are still holes."""

    def __init__(self, page: Page, skeleton: Skeleton):
        self._page = page
        self._skeleton = skeleton
        self._body = skeleton.tree.body
        self._holes = skeleton.holes
        self._lines = skeleton.text.split("\n")

    def unreached(self) -> Iterator[Notice]:
        """What stands behind a return, raise, break or continue."""
        yield from self._unreached(self._body, None)

    def _unreached(
        self, body: list[ast.stmt], function: _Function | None
    ) -> Iterator[Notice]:
        end: ast.stmt | None = None
        for statement in body:
            written = self._visible([statement])
            if end is not None and written:
                yield self._at_hole(min(written), self._why_unreached(end, function))
                return
            end = end or _leaving(statement)
            inner = statement if isinstance(statement, FUNCTIONS) else function
            for _, _, suite in suites(statement):
                yield from self._unreached(suite, inner)

    def _why_unreached(self, end: ast.stmt, function: _Function | None) -> str:
        word, line = _LEAVES[type(end)], self._line(end)
        if function is None:
            return f"this is never written: {word!r} on line {line} comes before it"
        return (
            f"this is never written: it belongs to the function {function.name!r},"
            f" behind the {word!r} on line {line}"
        )

    def swallowed(self) -> Iterator[Notice]:
        """Page text that a function holds though nobody seems to have meant that."""
        tree = self._skeleton.tree
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for node in ast.walk(tree):
            if not isinstance(node, FUNCTIONS) or self._is_explicit(node):
                continue
            written = self._visible(node.body)
            if not written or any(self._unreached(node.body, node)):
                continue
            unused = node.name not in used and not node.decorator_list
            if unused or not self._is_closed(node):
                message = (
                    f"this belongs to the function {node.name!r} of line"
                    f" {self._line(node)} and is only written when that is called"
                )
                yield self._at_hole(min(written), message)

    def unbound(self) -> Iterator[Notice]:
        """Names that nothing binds."""
        declared = [unit.module.body for unit in build_declarations(self._page)]
        bound = {name for body in declared for name in page_scope(body).bound}
        for node, message in unbound_names(self._body, bound):
            source, at = self._place(node)
            yield notice(source, Span(at, at + len(node.id)), message)

    def _is_explicit(self, function: _Function) -> bool:
        """Whether a scriptlet of one line opens *function*, so that `end` closes it."""
        source, at = self._place(function)
        for origin, node in _each(self._page.source, self._page.nodes):
            if isinstance(node, Scriptlet) and origin is source:
                if node.span.start <= at < node.span.end:
                    return "\n" not in node.code
        return False

    def _is_closed(self, function: _Function) -> bool:
        """Whether any scriptlet stands behind what *function* writes."""
        last = self._holes[max(self._visible(function.body))].node
        nodes = [node for _, node in _each(self._page.source, self._page.nodes)]
        behind = nodes[nodes.index(last) :]
        return any(isinstance(node, Scriptlet) for node in behind)

    def _visible(self, body: list[ast.stmt]) -> list[int]:
        """The numbers of the holes in *body* that write something to be seen."""
        names = (node for statement in body for node in ast.walk(statement))
        numbers = (hole_index(node) for node in names)
        return [n for n in numbers if n is not None and _is_visible(self._holes[n])]

    def _at_hole(self, number: int, message: str) -> Notice:
        """*message* at the first visible character of a hole."""
        hole = self._holes[number]
        start, end = hole.node.span
        text = hole.source.text[start:end]
        blank = len(text) - len(text.lstrip())
        return notice(hole.source, Span(start + blank, end), message)

    def _line(self, node: ast.stmt) -> int:
        source, at = self._place(node)
        return source.line_at(at)

    def _place(self, node: ast.stmt | ast.expr) -> tuple[Source, int]:
        """The source and the offset that *node* of the skeleton came from."""
        origin = self._skeleton.origins[node.lineno - 1]
        before = self._lines[node.lineno - 1].encode()[: node.col_offset].decode()
        return origin.source, origin.start + max(len(before) - origin.prefix, 0)


def _leaving(statement: ast.stmt) -> ast.stmt | None:
    """The statement that leaves the suite of *statement* in any case."""
    if type(statement) in _LEAVES:
        return statement
    if isinstance(statement, ast.If) and statement.orelse:
        ends = [_leaving(suite[-1]) for suite in (statement.body, statement.orelse)]
        return ends[0] if all(ends) else None
    return None


def _is_visible(hole: Hole) -> bool:
    if hole.kind is HoleKind.EXPRESSION:
        return True
    return isinstance(hole.node, Text) and bool(hole.node.text.strip())
