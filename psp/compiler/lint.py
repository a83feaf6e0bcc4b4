"""Page text that is lost: behind a return, or in a block nobody meant to hold it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from ..page import Notice
from ..source import Source, Span
from .lines import logical_lines
from .nodes import Expression, Include, Node, Page, Scriptlet, Text, notice
from .skeleton import Skeleton
from .suites import FUNCTIONS, hole_index, statements, suites, written_by
from .writer import Hole, HoleKind

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_NAMED = (*FUNCTIONS, ast.ClassDef)
_Suite = tuple[list[ast.stmt], _Function | None]

_SAFE = frozenset(("Markup", "safe_url", "safe_js", "safe_css"))

#: Without any of these words all text is written.
_TAKERS = ("def", "return", "raise", "break", "continue")
_LEAVES = {
    ast.Return: "return",
    ast.Raise: "raise",
    ast.Break: "break",
    ast.Continue: "continue",
}


def lost_text(page: Page, skeleton: Skeleton) -> list[Notice]:
    """The text of *page* that is never written, or not always, by a slip.

    *skeleton* is looked at as it comes from the parser, before its holes are filled.
    """
    body = skeleton.tree.body
    takes = any(word in skeleton.text for word in _TAKERS)
    keeps = page.options.dialect == "psp" and body and any(suites(body[-1]))
    if not (takes or keeps):
        return []
    linter = _Linter(page, skeleton)
    found = list(linter.kept_inside()) if keeps else []
    if takes:
        found += linter.unreached(body, None)
        found += linter.swallowed()
    return found


def raw_outputs(page: Page) -> Iterator[Notice]:
    """Every ``<%== %>`` of *page* and of what it includes."""
    for source, node in _each(page.source, page.nodes):
        if isinstance(node, Expression) and node.raw:
            yield notice(source, node.span, f"written raw: {node.code.strip()}")


def trusted_outputs(page: Page, skeleton: Skeleton) -> Iterator[Notice]:
    """What else steps around escaping: expressions of a page that escapes nothing, and
    values that the page's code marks as safe.
    """
    if page.options.escape == "none":
        for source, node in _each(page.source, page.nodes):
            if isinstance(node, Expression) and not node.raw:
                message = f"not escaped on this page: {node.code.strip()}"
                yield notice(source, node.span, message)
    lines = skeleton.text.split("\n")
    for call in ast.walk(skeleton.tree):
        if isinstance(call, ast.Call) and _marks_safe(call.func):
            source, at = place_in_page(call, skeleton, lines)
            message = f"marked as safe: {ast.unparse(call)}"
            yield notice(source, Span(at, at + 1), message)


def _marks_safe(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name):
            return name in _SAFE
        case ast.Attribute(attr=name):
            return name in _SAFE
    return False


def place_in_page(
    node: ast.stmt | ast.expr, skeleton: Skeleton, lines: list[str]
) -> tuple[Source, int]:
    """Where *node* of *skeleton*, whose lines are *lines*, stands in which source."""
    origin = skeleton.origins[node.lineno - 1]
    before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
    return origin.source, origin.start + max(len(before) - origin.prefix, 0)


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
        self._nodes = list(_each(page.source, page.nodes))
        self._skeleton = skeleton
        self._lines = skeleton.text.split("\n")

    def unreached(
        self, body: list[ast.stmt], function: _Function | None
    ) -> Iterator[Notice]:
        """What stands behind a return, raise, break or continue, once for each."""
        waiting: list[_Suite] = [(body, function)]
        while waiting:
            suite, function = waiting.pop()
            end: ast.stmt | None = None
            for statement in suite:
                written = self._visible([statement]) if end else []
                if end and written:
                    message = self._why_unreached(end, function)
                    yield self._at_hole(min(written), message)
                    break
                end = end or _leaving(statement)
                inner = statement if isinstance(statement, FUNCTIONS) else function
                waiting += [(inside, inner) for _, _, inside in suites(statement)]

    def _why_unreached(self, end: ast.stmt, function: _Function | None) -> str:
        word, line = _LEAVES[type(end)], self._line(end)
        if function is None:
            return f"this is never written: {word!r} on line {line} comes before it"
        return (
            f"this is never written: it belongs to the function {function.name!r},"
            f" behind the {word!r} on line {line}"
        )

    def swallowed(self) -> Iterator[Notice]:
        """What a function holds though nobody seems to have meant that."""
        tree = self._skeleton.tree
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        for node in statements(tree):
            if not isinstance(node, FUNCTIONS) or self._is_explicit(node):
                continue
            written = self._visible(node.body)
            if not written or any(self.unreached(node.body, node)):
                continue
            unused = node.name not in used and not node.decorator_list
            if unused or not self._is_closed(max(written)):
                message = (
                    f"this belongs to the function {node.name!r} of line"
                    f" {self._line(node)} and is only written when that is called"
                )
                yield self._at_hole(min(written), message)

    def kept_inside(self) -> Iterator[Notice]:
        """What an ``if`` or its like holds to the page's end, behind its code.

        A colon or a comment as the last line of a tag would say that it is meant.
        """
        suite = self._skeleton.tree.body
        while suite:
            block = suite[-1]
            inside = [body for _, _, body in suites(block)]
            if not inside or isinstance(block, _NAMED) or self._is_explicit(block):
                return
            suite = max(inside, key=lambda body: body[-1].lineno)
            written = self._visible(suite)
            if written and self._ends_in_code(min(written)):
                word = type(block).__name__.lower().removeprefix("async")
                message = (
                    f"this belongs to the {word.removesuffix('star')!r} of line"
                    f" {self._line(block)}, to the end of the page: end the code above"
                    " with a comment, in the first column if that is not meant"
                )
                yield self._at_hole(min(written), message)
                return

    def _ends_in_code(self, number: int) -> bool:
        """Whether a statement ends the scriptlet of several lines before a hole."""
        hole = self._skeleton.holes[number].node
        before: Scriptlet | None = None
        for _, node in self._nodes:
            if node is hole:
                break
            if isinstance(node, Scriptlet):
                before = node
        if before is None or "\n" not in before.code:
            return False
        lines = list(logical_lines(before.code))
        return bool(lines) and not (lines[-1].comment or lines[-1].opens)

    def _is_explicit(self, block: ast.stmt) -> bool:
        """Whether a scriptlet of one line opens *block*, so that `end` closes it."""
        source, at = self._place(block)
        return any(
            node.span.start <= at < node.span.end
            for origin, node in self._nodes
            if origin is source
            and isinstance(node, Scriptlet)
            and "\n" not in node.code
        )

    def _is_closed(self, last: int) -> bool:
        """Whether any scriptlet stands behind the hole *last*, a function's last."""
        hole = self._skeleton.holes[last].node
        nodes = iter(node for _, node in self._nodes)
        any(node is hole for node in nodes)
        return any(isinstance(node, Scriptlet) for node in nodes)

    def _visible(self, body: list[ast.stmt]) -> list[int]:
        """The numbers of the holes in *body* that write something to be seen."""
        holes = self._skeleton.holes
        nodes = (node for statement in body for node in ast.walk(statement))
        numbers = (hole_index(node) for node in nodes)
        written = (written_by(n, holes) for n in numbers if n is not None)
        return [n for some in written for n in some if _is_visible(holes[n])]

    def _at_hole(self, number: int, message: str) -> Notice:
        """*message* at the first visible character of a hole."""
        hole = self._skeleton.holes[number]
        start, end = hole.node.span
        text = hole.source.text[start:end]
        blank = len(text) - len(text.lstrip())
        return notice(hole.source, Span(start + blank, end), message)

    def _line(self, node: ast.stmt) -> int:
        source, at = self._place(node)
        return source.line_at(at)

    def _place(self, node: ast.stmt) -> tuple[Source, int]:
        return place_in_page(node, self._skeleton, self._lines)


def _leaving(statement: ast.stmt) -> ast.stmt | None:
    """The statement with which *statement* leaves its suite in any case, the first."""
    first: ast.stmt | None = None
    while isinstance(statement, ast.If) and statement.orelse:
        end = _leaving(statement.body[-1])
        if end is None:
            return None
        first, statement = first or end, statement.orelse[-1]
    return (first or statement) if type(statement) in _LEAVES else None


def _is_visible(hole: Hole) -> bool:
    if hole.kind is HoleKind.EXPRESSION:
        return True
    return isinstance(hole.node, Text) and bool(hole.node.text.strip())
