"""The strict reading: the skeleton of a page exactly as mod_python joins its pieces.

Text, expressions and one-line tags form one logical line with what stands before
them; only a tag with a line end in it starts a new one, indented by the blanks of
the tag's last line, plus a tab behind a colon. Physical lines are kept apart by
backslashes, so that every piece has a line, and thereby an origin, of its own.
"""

from __future__ import annotations

import ast
import re

from ..lexer.strings import open_comment
from ..source import Source, Span
from .lines import HEADERS
from .nodes import Declaration, Expression, Include, Node, Page, Scriptlet, Text
from .suites import hole_of, statements
from .writer import HoleKind, NotStrict, SkeletonWriter

_WORD = re.compile(r"\s*([^\W\d]\w*)")
_HARD_HEADERS = HEADERS - {"match", "case"}


def write_strict(page: Page) -> StrictWriter:
    """The strict skeleton of *page*; raises NotStrict where there can be none."""
    if page.defaults:
        raise NotStrict
    writer = StrictWriter(page.source)
    writer.nodes(page.nodes)
    writer.finish()
    return writer


class StrictWriter(SkeletonWriter):
    """Collects the lines of a strict skeleton."""

    #: What ends the last line when another piece joins its logical line.
    joint = ""
    #: What goes before the next piece: an indentation.
    prefix = ""
    #: Whether the text after a code tag, be it empty, is still to come.
    owes_text = True
    #: Where the last tag ended, and text would start.
    behind = 0
    #: Whether code stands right before the next text, on the line of a closing mark.
    behind_code = False

    def __init__(self, source: Source):
        super().__init__(source)
        #: The holes of texts right behind code, which may be taken for a part of it.
        self.doubtful: set[int] = set()

    def nodes(self, nodes: tuple[Node, ...]) -> None:
        for node, after in zip(nodes, (*nodes[1:], None), strict=False):
            match node:
                case Text():
                    self._text(node, isinstance(after, Expression))
                case Expression():
                    self._expression(node)
                case Scriptlet():
                    self._scriptlet(node)
                case Include():
                    self._include(node)
                case Declaration():
                    pass

    def finish(self) -> None:
        """The text after the last tag is written even if it is empty."""
        if self.lines and self.owes_text:
            self._empty_text()

    def check(self, tree: ast.Module) -> None:
        """Raise NotStrict where a text was taken for a part of the code before it."""
        if self.doubtful and not self.doubtful <= set(map(hole_of, statements(tree))):
            raise NotStrict

    def _join(self) -> None:
        if self.joint:
            self.lines[-1] += self.joint
        self.joint = ";\\"

    def _text(self, node: Text, leads: bool) -> None:
        if self.behind_code:
            self._doubtful_text(node)
        elif leads:
            self.write_lead(node)
        else:
            self._join()
            self.write_text(self._take_prefix(), node)
        self.owes_text = False

    def _doubtful_text(self, node: Text) -> None:
        """A text written as a call, which is nothing that code could bind or import."""
        self.behind_code = False
        self._join()
        self.doubtful.add(len(self.holes))
        self.write("", self.hole(HoleKind.TEXT, node) + "()", node.span.start)

    def _take_prefix(self) -> str:
        prefix, self.prefix = self.prefix, ""
        return prefix

    def _empty_text(self) -> None:
        end = self.behind
        self._text(Text(Span(end, end), ""), leads=False)

    def _marker(self, kind: HoleKind, node: Include) -> None:
        self._join()
        self.write(self._take_prefix(), self.hole(kind, node), node.span.start)

    def _include(self, node: Include) -> None:
        if self.owes_text:
            self._empty_text()
        self._marker(HoleKind.BEGIN, node)
        self.enter(node)
        self.nodes(node.nodes)
        if self.owes_text:
            self._empty_text()
        self.leave()
        self._marker(HoleKind.END, node)

    def _expression(self, node: Expression) -> None:
        if open_comment(node.code):
            raise NotStrict
        if self.owes_text:
            self._empty_text()
        self._join()
        self.write_expression(self._take_prefix(), node)

    def _scriptlet(self, node: Scriptlet) -> None:
        if node.closed and open_comment(node.code):
            raise NotStrict
        if self.owes_text:
            self._empty_text()
        first, newline, rest = node.code.partition("\n")
        self._first_line(first, node.start, bool(newline))
        if newline:
            self._other_lines(rest, node.start + len(first) + 1)
        self.owes_text, self.behind = node.closed, node.span.end

    def _first_line(self, code: str, start: int, more: bool) -> None:
        """What stands on the line of the opening mark joins the line before it."""
        word = _WORD.match(code)
        if word and word[1] in _HARD_HEADERS:
            raise NotStrict
        stripped = code.strip()
        if not more and (not stripped or stripped[-1] in ":;" or stripped == "end"):
            raise NotStrict
        if stripped:
            self._join()
            self.write("", code, start)
        else:
            self.lines[-1] += self.joint.rstrip("\\")
            self.joint = ""
        if more:
            self.joint = ""

    def _other_lines(self, code: str, start: int) -> None:
        """The lines after the first, verbatim; the last sets the indentation."""
        body, newline, last = code.rpartition("\n")
        if newline:
            self.write("", body, start)
        margin = _margin(code) + ("\t" if _ends_in_colon(code) else "")
        if last.strip():
            self.write("", last, start + len(body) + len(newline))
            self.joint, self.prefix, self.behind_code = "\\", "", True
        else:
            self.joint, self.prefix = "", last + margin


def _margin(code: str) -> str:
    """The blanks that the last line of *code* leaves in force."""
    lines = code.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    last = lines[-1]
    return last[: len(last) - len(last.lstrip(" \t"))]


def _ends_in_colon(code: str) -> bool:
    """Whether the last character, line ends and indentation aside, is a colon."""
    for line in reversed(code.split("\n")):
        line = line.lstrip(" \t")
        if line:
            return line.endswith(":")
    return False
