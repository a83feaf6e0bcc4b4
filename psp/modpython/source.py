"""The Python source that mod_python makes of a page, character for character.

Nothing here runs pages: ``psp.parse`` promises this text to those who call it, and the
listing of a page shows it. The states are those of mod_python's scanner.
"""

from __future__ import annotations

import re
from collections.abc import Callable

OPEN = 'req.write("""'
CLOSE = '""",0)'
EXPRESSION = "; req.write(str("
END_EXPRESSION = "),0); "

_TEXT = re.compile(r"[^\\\r\"<]+|<(?!%)|\\[nrt]|\r\n|<%--|<%=|<%@|<%|(?s:.)")
_CODE = re.compile(r"[^\r\n%:]+|\r\n|%>|(?s:.)")
_BLANKS = re.compile(r"[ \t]*")
_INCLUDE = re.compile(r'include +file ?= ?"([^ ]*)"')

#: The text of the file that an include names; raises OSError.
Open = Callable[[str], str]


def python_source(page: str, open_file: Open) -> str:
    """The source made of *page*; *open_file* reads what it includes."""
    scanner = _Scanner(open_file)
    if page:
        scanner.emit(OPEN)
        if scanner.text(page):
            scanner.emit(CLOSE + "\n")
    return "".join(scanner.parts)


class _Scanner:
    def __init__(self, open_file: Open):
        self.parts: list[str] = []
        self.emit = self.parts.append
        self._open = open_file
        self._margin = ""
        self._colon = False

    def text(self, page: str) -> bool:
        """Scan *page*; False if it ends inside a tag, which stops everything."""
        at: int | None = 0
        while at is not None and at < len(page):
            match = _TEXT.match(page, at)
            assert match is not None
            piece, at = match[0], match.end()
            if piece == "<%--":
                at = _behind(page, "--%>", at)
            elif piece == "<%@":
                at = self._directive(page, at)
            elif piece == "<%=":
                self.emit(CLOSE + EXPRESSION)
                at = self._code(page, at, expression=True)
            elif piece == "<%":
                self.emit(CLOSE + ";")
                self._margin = ""
                at = self._code(page, at, expression=False)
            else:
                self.emit(_as_literal(piece))
        return at is not None

    def _code(self, page: str, at: int, expression: bool) -> int | None:
        lines = False
        while at < len(page):
            match = _CODE.match(page, at)
            assert match is not None
            piece, at = match[0], match.end()
            if piece == "%>":
                self._end_of_code(expression, lines)
                return at
            if piece in ("\r\n", "\n", "\r"):
                lines = True
                at = self._line(page, at, piece)
            else:
                self.emit(piece)
                self._colon = piece == ":"
        return None

    def _line(self, page: str, at: int, ending: str) -> int:
        """The start of a line of code: its blanks are the margin."""
        self.emit("\n")
        if page.startswith("%>", at):
            return at
        match = _BLANKS.match(page, at)
        blanks = match[0] if match and ending != "\r" else ""
        self._margin = blanks
        self.emit(blanks)
        return at + len(blanks)

    def _end_of_code(self, expression: bool, lines: bool) -> None:
        if expression:
            self.emit(END_EXPRESSION + OPEN)
            return
        if not lines:
            self.emit(";")
        if self._colon:
            self._margin += "\t"
            self._colon = False
        self.emit(self._margin + OPEN)

    def _directive(self, page: str, at: int) -> int | None:
        end = page.find("%>", at)
        while end >= 0:
            match = _INCLUDE.search(page, at, end)
            if match is None:
                return end + 2
            name = match[1].partition('"')[0]
            if not self.text(self._open(name)):
                return None
            at = match.end()
            end = page.find("%>", at)
        return None


def _behind(page: str, mark: str, at: int) -> int | None:
    """The offset behind the next *mark*, None without one."""
    found = page.find(mark, at)
    return None if found < 0 else found + len(mark)


def _as_literal(piece: str) -> str:
    """A piece of text as it stands in the triple-quoted string."""
    if piece == "\r\n":
        return "\n"
    if piece == '"':
        return '\\"'
    return "\\" + piece if len(piece) == 2 and piece[0] == "\\" else piece
