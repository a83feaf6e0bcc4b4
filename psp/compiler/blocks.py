"""The lenient reading: which block a piece stands in, and explicit blocks.

Indentation still persists as in mod_python, but by logical lines and the author's own
columns; a scriptlet on one line that ends in a colon opens an explicit block. What is
written is normalised: one blank a level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from ..errors import BlockError, PageSyntaxError
from ..lexer.strings import open_comment
from ..source import Source, Span
from .lines import CONTINUES, OPENERS, LogicalLine, logical_lines, width
from .nodes import Declaration, Expression, Include, Node, Page, Scriptlet, Text
from .writer import HoleKind, SkeletonWriter

#: Headers that are nothing else, whatever follows.
_COLON = OPENERS - {"match"}
_END = re.compile(r"end(?:[ \t]+(\w+))?[ \t]*(?:#.*)?")


@dataclass(slots=True)
class _Suite:
    """A suite that is open: what its header said, and where it may be indented."""

    word: str
    block: str  # the keyword the whole statement started with
    source: Source
    span: Span
    explicit: bool
    column: int = 0  # the author's column of the header
    reach: int = 0  # a header behind <% may also be met at the column of its word
    margin: int = 0  # how far the line of the page is indented that the header is on
    body: int | None = None  # the author's column of the body, in this scriptlet
    narrow: int = 0  # the same where a tab is one wide
    filled: bool = False
    same_line: bool = False  # ends at the next line end in code
    fresh: bool = True  # opened in this very scriptlet

    def reach_out(self, column: int) -> None:
        """Take a body that is indented less than its header, which is behind text."""
        if self.fresh and self.body is None and self.margin < column <= self.column:
            self.column = self.margin

    def holds(self, column: int, word: str) -> bool:
        """Whether a line at *column* stands inside."""
        if column <= self.column:
            return False
        if column > self.reach or word not in CONTINUES:
            return column > self.reach or self.body is None or column >= self.body
        return False


def write_lenient(page: Page) -> SkeletonWriter:
    """The skeleton of *page* by the lenient rules; raises BlockError."""
    writer = BlockWriter(page)
    writer.whole(page)
    return writer


class BlockWriter(SkeletonWriter):
    """Writes by the lenient rules; *stack* has the suites that are open."""

    def __init__(self, page: Page):
        super().__init__(page.source)
        self.dialect = page.options.dialect
        self.stack: list[_Suite] = []
        #: The author's column of this scriptlet's lines that stand in no open suite.
        self.base: int | None = None
        self.base_narrow = 0

    def whole(self, page: Page) -> None:
        """Add all of *page*; raises BlockError."""
        for parameter in page.defaults:
            self.write("", parameter.code, parameter.start)
        self.nodes(page.nodes)
        self.finish()

    def nodes(self, nodes: tuple[Node, ...]) -> None:
        for node, after in zip(nodes, (*nodes[1:], None), strict=False):
            match node:
                case Text() if node.text:
                    self._text(node, isinstance(after, Expression))
                case Expression():
                    self.write_expression(self._indent(), node, open_comment(node.code))
                case Scriptlet():
                    self._scriptlet(node)
                case Include():
                    self._border(HoleKind.BEGIN, node)
                    self.enter(node)
                    self.nodes(node.nodes)
                    self.leave()
                    self._border(HoleKind.END, node)
                case Declaration():
                    pass

    def finish(self) -> None:
        """Close what indentation left open; an explicit block must have ended."""
        while self.stack:
            if self.stack[-1].explicit:
                self._unclosed(self.stack[-1])
            self._pop()

    # -- what is written -----------------------------------------------------------

    def _indent(self) -> str:
        """The indentation in force; the suite it stands in is no longer empty."""
        if self.stack:
            self.stack[-1].filled = True
        return " " * len(self.stack)

    def _text(self, node: Text, leads: bool) -> None:
        if self.stack and self.stack[-1].word == "match":
            if node.text.isspace():
                return  # between "match x:" and its first case
            message = "text before the first case of a match"
            raise BlockError.at(self.source, node.span, message)
        if leads:
            self.write_lead(node)
        else:
            self.write_text(self._indent(), node)

    def _border(self, kind: HoleKind, node: Include) -> None:
        self.write(self._indent(), self.hole(kind, node), node.span.start)

    def _pop(self) -> None:
        """Leave the innermost suite."""
        suite = self.stack[-1]
        if suite.word == "match" and not suite.filled:
            raise BlockError.at(suite.source, suite.span, "a match without a case")
        if not suite.filled:
            self.write(self._indent(), "pass", suite.span.start)
        self.stack.pop()

    def _push(self, line: LogicalLine, node: Scriptlet, explicit: bool) -> _Suite:
        at = Span(node.start + line.start, node.start + line.end)
        suite = _Suite(line.word, line.word, self.source, at, explicit)
        suite.column = suite.reach = suite.margin = line.column
        if line.first:
            number, column = self.source.position(node.span.start)
            before = self.source.line(number)[: column - 1]
            suite.column = len(before)
            suite.margin = len(before) - len(before.lstrip(" \t"))
            suite.reach = self.source.position(at.start).column - 1
        self.stack.append(suite)
        return suite

    def _write_line(self, node: Scriptlet, start: int, end: int) -> None:
        """Add code between two offsets of the scriptlet at the depth in force."""
        self.write(self._indent(), node.code[start:end], node.start + start)

    # -- scriptlets ------------------------------------------------------------------

    def _scriptlet(self, node: Scriptlet) -> None:
        code = node.code
        if "\n" not in code:
            self._one_line(node)
        elif code.startswith("#") and self.dialect == "psp":
            return  # <%# … %> over several lines
        elif not code.strip():
            self._blank(code)
        else:
            self._several_lines(node)

    def _blank(self, code: str) -> None:
        """A scriptlet that holds a line end and nothing else ends every suite."""
        column = width(code.rpartition("\n")[2])
        if column:
            self._settle(column)
        else:
            while self.stack:
                self._pop()

    def _one_line(self, node: Scriptlet) -> None:
        match = _END.fullmatch(node.code.strip())
        if match:
            self._end(node, match[1])
            return
        for line in logical_lines(node.code):
            if not line.comment:
                self._joined_line(node, line, explicit=True)

    def _joined_line(self, node: Scriptlet, line: LogicalLine, explicit: bool) -> None:
        """A statement on the line of the opening mark: indentation plays no part."""
        if line.word in CONTINUES and line.colon:
            self._continue(node, line)
        else:
            if line.word in _COLON and not line.colon:
                self._no_colon(node, line)
            end = _without_semicolons(node.code, line)
            self._write_line(node, line.start, end)
            if line.opens:
                self._push(line, node, explicit)

    def _no_colon(self, node: Scriptlet, line: LogicalLine) -> NoReturn:
        """Python would find that too, but behind an `end` that closes nothing."""
        end = node.start + line.end
        message = f"expected ':' at the end of this {line.word!r}"
        span = Span(max(end - 1, node.start), end)
        raise BlockError.at(self.source, span, message)

    def _several_lines(self, node: Scriptlet) -> None:
        self.base = None
        for suite in self.stack:
            suite.body, suite.fresh = None, False
        newline_seen, opened, last = False, False, None
        for line in logical_lines(node.code):
            if not line.first and not newline_seen:
                newline_seen = True
                self._end_same_line()
            last = line
            if line.comment:
                opened = opened and line.column <= self.stack[-1].column
                continue
            if line.first:
                self._joined_line(node, line, explicit=False)
            else:
                self._own_line(node, line)
            opened = line.opens
        if last is None or last.first:
            self._end_same_line(keep=opened)
        self._tail(node, last, opened)

    def _end_same_line(self, keep: bool = False) -> None:
        """A suite on the line of its header ends at the first line end in code."""
        kept = self.stack[-1] if keep and self.stack else None
        for i, suite in enumerate(self.stack):
            if suite.same_line and suite is not kept:
                while len(self.stack) > i:
                    self._pop()
                return

    def _own_line(self, node: Scriptlet, line: LogicalLine) -> None:
        """A statement on a line of its own: its column says where it belongs."""
        first = self.base is None
        while self.stack and not self.stack[-1].explicit:
            suite = self.stack[-1]
            suite.reach_out(line.column)
            if suite.holds(line.column, line.word):
                break
            if (
                line.column in (suite.column, suite.reach)
                and suite.word in CONTINUES.get(line.word, ())
                and line.word != "case"
            ):
                self._continue_suite(node, line, suite)
                return
            if suite.fresh and not suite.filled:
                self._expected_indent(node, line, suite)
            self._pop()
        else:
            if first and line.word in CONTINUES and self._continues_explicit(line):
                self._continue(node, line)
                return  # the lines below may choose their column
            if self.base is None:
                self.base, self.base_narrow = line.column, line.narrow
        self._check_column(node, line)
        self._write_line(node, line.start, line.end)
        if line.opens:
            self._push(line, node, explicit=False)

    def _expected_indent(
        self, node: Scriptlet, line: LogicalLine, suite: _Suite
    ) -> NoReturn:
        start = node.start + line.start
        number = suite.source.line_at(suite.span.start)
        message = f"expected an indented block after {suite.word!r} on line {number}"
        span = Span(start, node.start + line.end)
        error = PageSyntaxError.at(self.source, span, message)
        error.kind = "IndentationError"
        raise error

    def _check_column(self, node: Scriptlet, line: LogicalLine) -> None:
        """All lines of a suite start in the same column, as Python wants it."""
        suite = self._suite()
        wanted = suite.body if suite else self.base
        if wanted is None:
            assert suite is not None
            suite.body, suite.narrow = line.column, line.narrow
        elif line.column != wanted:
            self._misplaced(node, line, wanted)
        elif line.narrow != (suite.narrow if suite else self.base_narrow):
            start = node.start + line.start
            message = "inconsistent use of tabs and spaces in indentation"
            error = PageSyntaxError.at(self.source, Span(start, start + 1), message)
            error.kind = "TabError"
            raise error

    def _check_comment(self, node: Scriptlet, line: LogicalLine) -> None:
        """mod_python's text takes over the column of a comment, and has to fit."""
        suite = self._suite()
        wanted = suite.body if suite else self.base
        if self.dialect != "mod_python" or wanted is None or line.column == wanted:
            return
        if suite or line.column > wanted:
            self._misplaced(node, line, wanted)

    def _suite(self) -> _Suite | None:
        """The innermost suite, unless it is an explicit block's."""
        return self.stack[-1] if self.stack and not self.stack[-1].explicit else None

    def _misplaced(self, node: Scriptlet, line: LogicalLine, wanted: int) -> NoReturn:
        deeper = line.column > wanted
        what = "unexpected indent" if deeper else "unindent does not match"
        start = node.start + line.start
        message = f"{what}: expected column {wanted + 1}, found {line.column + 1}"
        error = PageSyntaxError.at(self.source, Span(start, start + 1), message)
        error.kind = "IndentationError"
        raise error

    def _tail(self, node: Scriptlet, last: LogicalLine | None, opened: bool) -> None:
        """The last line of a scriptlet sets the indentation of what follows."""
        code = node.code
        if opened and last is not None:
            if not last.comment and "\n" not in code[last.end :] and not last.first:
                self.stack[-1].same_line = True
            return  # a comment out there ends no block that has not begun
        after = code[last.end :] if last else code
        lines = after.split("\n")
        if len(lines) == 1:
            return  # the closing mark stands on the line of the last statement
        if not lines[-1].strip(" \t") and width(lines[-1]) > _margin(code):
            self._settle(width(lines[-1]))
        elif len(lines) > 2 or last is None or last.first:
            self._settle(width(lines[-2]) if len(lines) > 2 else 0)
        elif last.comment:
            self._settle(last.column)
            self._check_comment(node, last)

    def _settle(self, column: int) -> None:
        """Leave the suites that a line at *column* is outside of."""
        while self.stack and not self.stack[-1].explicit:
            if self.stack[-1].holds(column, ""):
                return
            self._pop()

    # -- explicit blocks ---------------------------------------------------------------

    def _continues_explicit(self, line: LogicalLine) -> bool:
        return any(suite.explicit for suite in self.stack)

    def _continue(self, node: Scriptlet, line: LogicalLine) -> None:
        """``else`` and its like go on with the innermost explicit block."""
        follows = CONTINUES[line.word]
        candidates = [s for s in reversed(self.stack) if s.explicit][:1]
        candidates += [s for s in reversed(self.stack) if not s.explicit]
        for suite in candidates:
            if suite.word in follows:
                self._continue_suite(node, line, suite)
                return
        self._misfit(node, line, candidates)

    def _continue_suite(
        self, node: Scriptlet, line: LogicalLine, suite: _Suite
    ) -> None:
        """Close *suite* and open the one that continues it."""
        while self.stack[-1] is not suite:
            self._pop()
        if suite.word != "match":
            self._pop()
        self._write_line(node, line.start, line.colon if not line.opens else line.end)
        new = self._push(line, node, suite.explicit)
        new.block = suite.block
        if not line.first:
            new.column, new.reach = line.column, line.column
        elif not suite.explicit:
            new.column, new.reach = suite.column, suite.reach
        rest = node.code[line.colon : line.end]
        if not line.opens and rest.strip():
            start = line.colon + len(rest) - len(rest.lstrip())
            self._write_line(node, start, line.end)

    def _misfit(
        self, node: Scriptlet, line: LogicalLine, candidates: list[_Suite]
    ) -> NoReturn:
        start = node.start + line.start
        message = f"{line.word!r} continues nothing: no block is open here"
        if candidates:
            suite = candidates[0]
            where = self._where(suite)
            message = f"{line.word!r} does not fit the {suite.word!r} opened {where}"
        raise BlockError.at(self.source, Span(start, start + len(line.word)), message)

    def _end(self, node: Scriptlet, word: str | None) -> None:
        """``<% end %>`` closes the innermost block."""
        if not self.stack:
            raise BlockError.at(
                self.source, node.span, "an end too many: no block is open"
            )
        suite = self.stack[-1]
        if word is not None and word not in (suite.block, suite.word):
            where = self._where(suite)
            message = f"'end {word}' does not fit the {suite.block!r} opened {where}"
            raise BlockError.at(self.source, node.span, message)
        self._pop()
        if suite.word == "case" and self.stack and self.stack[-1].word == "match":
            self._pop()

    def _unclosed(self, suite: _Suite) -> NoReturn:
        at = self.source.position(len(self.source.text))
        message = (
            f"the {suite.word!r} block is never closed: expected <% end %> "
            f"before the page ends on line {at.line}"
        )
        raise BlockError.at(suite.source, suite.span, message)

    def _where(self, suite: _Suite) -> str:
        line, column = suite.source.position(suite.span.start)
        if suite.source is self.source:
            return f"on line {line}, column {column}"
        return f"in {suite.source.filename}, line {line}, column {column}"


def _margin(code: str) -> int:
    """The column that all lines of *code* below the first start in or behind.

    A closing mark there stands in the first column of a scriptlet indented as a whole.
    """
    below = [line.column for line in logical_lines(code) if not line.first]
    return min(below, default=0)


def _without_semicolons(code: str, line: LogicalLine) -> int:
    """The end of a statement without the semicolons that may close it."""
    end = line.end
    while end > line.start and code[end - 1] in "; \t":
        end -= 1
    return end
