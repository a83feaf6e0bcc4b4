"""The logical lines of a scriptlet: where each starts, and whether it opens a block.

Python's own ``tokenize`` cannot be asked: a scriptlet may start inside a block, and
that module gives up at the first line whose indentation it has not seen before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lexer.strings import STRINGS
from ..light import NamedTuple

#: Keywords whose statement has a suite of its own.
OPENERS = frozenset("if for while with try def class match".split())
#: Keywords that go on with a statement, and what they may follow.
CONTINUES = {
    "elif": frozenset(("if", "elif")),
    "else": frozenset(("if", "elif", "for", "while", "try", "except")),
    "except": frozenset(("try", "except")),
    "finally": frozenset(("try", "except", "else")),
    "case": frozenset(("match", "case")),
}
HEADERS = OPENERS | set(CONTINUES)

_PIECE = re.compile(
    rf"(?s:(?P<blank>[ \t\f]++)|(?P<comment>#[^\n]*+)|(?P<string>{STRINGS})"
    r"|(?P<joined>\\\n)|(?P<newline>\n)|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<other>[^\s#'\"()\[\]{}\\]++|.))"
)
_WORD = re.compile(r"(?>(?:async[ \t]+)?)([^\W\d]\w*)")


class LogicalLine(NamedTuple):
    """A statement or a comment line of a scriptlet; offsets are into its code."""

    start: int
    end: int  # without a trailing comment
    column: int  # width of its indentation, tabs to the next multiple of eight
    narrow: int  # the same where a tab is one wide, as Python compares it too
    first: bool  # on the line of the opening mark
    word: str  # its first word
    comment: bool  # nothing but a comment
    opens: bool  # a header whose suite is still to come
    colon: int  # offset behind the first colon outside of brackets, 0 without one


def width(blanks: str) -> int:
    """The column that *blanks* lead to."""
    return len(blanks.expandtabs(8))


def unmatched_bracket(code: str) -> int:
    """The offset of the bracket in *code* that lacks its other half, -1 without one.

    Of several the first that closes nothing, or else the last that is left open.
    """
    left: list[int] = []
    for piece in _PIECE.finditer(code):
        if piece.lastgroup == "open":
            left.append(piece.start())
        elif piece.lastgroup == "close":
            if not left:
                return piece.start()
            left.pop()
    return left[-1] if left else -1


def logical_lines(code: str) -> Iterator[LogicalLine]:
    """The logical lines of *code*, blank ones left out."""
    pieces = _PIECE.finditer(code)
    line_start, depth = 0, 0
    start = end = colon = -1
    comment, last = False, ""

    def finished() -> LogicalLine:
        match = _WORD.match(code, start)
        word = match[1] if match else ""
        opens = last.endswith(":") and word in HEADERS and not comment
        column = width(code[line_start:start])
        first = "\n" not in code[:start]
        return LogicalLine(
            start,
            end,
            column,
            start - line_start,
            first,
            word,
            comment,
            opens,
            max(colon, 0),
        )

    for piece in pieces:
        kind = piece.lastgroup
        if kind == "newline" and depth <= 0:
            if start >= 0:
                yield finished()
            line_start, start, colon, last, depth = piece.end(), -1, -1, "", 0
            continue
        if kind in ("blank", "newline", "joined"):
            continue
        if start < 0:
            start, comment = piece.start(), kind == "comment"
            end = piece.end()
        if kind == "comment":
            continue
        end, last = piece.end(), piece[0]
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "other" and depth == 0 and colon < 0 and ":" in last:
            colon = piece.start() + last.index(":") + 1
    if start >= 0:
        yield finished()
