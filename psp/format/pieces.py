"""The Python in a tag as text that stands alone, and back from there."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

from ..abi import PREFIX
from ..compiler.lines import LogicalLine, logical_lines
from ..lexer.strings import open_comment
from ..lexer.tokens import TokenType
from .tags import Tag

_CALL = PREFIX  # stands around an expression
_TAIL = f"pass  # {PREFIX}"  # stands in a block whose end is in another tag
_END = re.compile(r"end\b")
_DIRECTION = re.compile(r"#\s*(?:fmt|yapf|ruff):")
#: What has to stand before the header that goes on with a statement.
_BEFORE = {
    "elif": "if _:\n    pass\n",
    "else": "if _:\n    pass\n",
    "except": "try:\n    pass\n",
    "finally": "try:\n    pass\n",
}
_SUITES = {
    "try": "\n    pass\nfinally:\n    pass",
    "match": "\n    case _:\n        pass",
}
_EXPRESSIONS = (TokenType.EXPRESSION_OPEN, TokenType.RAW_OPEN)


class Piece(NamedTuple):
    """Python that can be formatted by itself: what goes in, and where code is in it.

    What comes out is *text*, formatted, without what is *around* it: lines before and
    after, and a call's brackets. Lines of a block are indented by *base*, and lie
    between *head* and *tail*.
    """

    text: str
    before: int = 0
    after: int = 0
    call: bool = False
    block: bool = False
    head: str = ""
    base: str = ""
    tail: str = ""

    def restored(self, formatted: str) -> str | None:
        """The code in *formatted*; None if it does not fit its tag any more."""
        if not _means_the_same(self.text, formatted):
            return None
        lines = formatted.strip("\n").split("\n")
        lines = lines[self.before : len(lines) - self.after]
        if self.block:
            return self.head + _indented("\n".join(lines), self.base) + self.tail
        if len(lines) != 1:
            return None
        code = lines[0].strip()
        return code[len(_CALL) + 1 : -1] if self.call else code


def piece_of(tag: Tag) -> Piece | None:
    """The Python of *tag*; None where it has none that can be formatted alone."""
    code = tag.code
    if code is None or "%%>" in code or _DIRECTION.search(code):
        return None
    if tag.kind in _EXPRESSIONS:
        if "\n" in code or open_comment(code):
            return None
        piece: Piece | None = Piece(f"{_CALL}({code.strip()})", call=True)
    elif "\n" in code:
        piece = _block(code)
    else:
        piece = _line(code.strip())
    return piece if piece and _parses(piece.text) else None


def _line(code: str) -> Piece | None:
    """The code of a tag of one line: a statement, or the header of a block."""
    if _END.match(code):
        return None
    lines = [line for line in logical_lines(code) if not line.comment]
    if len(lines) != 1 or not lines[0].opens:
        return Piece(code)
    word = lines[0].word
    if word == "case":
        return Piece(f"match _:\n    {code}\n        pass", before=1, after=1)
    before, after = _BEFORE.get(word, ""), _SUITES.get(word, "\n    pass")
    counts = before.count("\n"), after.count("\n")
    return Piece(before + code + after, *counts)


def _block(code: str) -> Piece | None:
    """The code of a tag whose first line is empty, moved to the left as a whole."""
    lines = list(logical_lines(code))
    if not lines or lines[0].first:
        return None
    start = lines[0].start - len(_blanks_before(code, lines[0].start))
    stripped = code.rstrip()
    base = _blanks_before(code, lines[0].start)
    text = "".join(_moved(stripped, lines))
    head, tail = code[:start], code[len(stripped) :]
    piece = Piece(text, 0, 0, False, True, head, base, tail)
    if _parses(text):
        return piece
    last = lines[-1]
    indent = max(last.column - lines[0].column, 0) + 4 * last.opens
    return piece._replace(text=f"{text}\n{' ' * indent}{_TAIL}", after=1)


def _moved(code: str, lines: list[LogicalLine]) -> Iterator[str]:
    """The *lines* of *code*, from the first to the end, as far left as they go."""
    starts = [line.start for line in lines[1:]]
    ends = [start - len(_blanks_before(code, start)) for start in starts]
    for line, end in zip(lines, [*ends, len(code)], strict=True):
        yield " " * max(line.column - lines[0].column, 0) + code[line.start : end]


def _blanks_before(code: str, at: int) -> str:
    """The indentation of the line that has its first character at *at*."""
    return code[code.rfind("\n", 0, at) + 1 : at]


def _indented(code: str, base: str) -> str:
    """*code* with *base* before each line that does not start inside a string."""
    inside: set[int] = set()
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        name = tokenize.tok_name[token.type]
        if name.endswith("STRING_START"):
            opened.append(token.start[0])
        elif name.endswith("STRING_END"):
            inside.update(range(opened.pop() + 1, token.end[0] + 1))
        elif name == "STRING":
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
    lines = enumerate(code.split("\n"), 1)
    return "\n".join(f if n in inside or not f else base + f for n, f in lines)


def _parses(text: str) -> bool:
    return _dump(text) is not None


def _means_the_same(text: str, other: str) -> bool:
    return _dump(text) == _dump(other)


def _dump(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
