"""The text of one page file, and places in it.

``Source`` alone turns offsets into lines and columns; everything else carries
spans. Lines end at ``\\n`` only: CRLF and lone CR are normalised on the way in, by
mod_python's scanner first and then by Python's own reader, for both of which CR CR LF,
the trace of a careless copy, is one line end.
"""

from __future__ import annotations

from .light import NamedTuple

BOM = "\ufeff"


class Span(NamedTuple):
    """Offsets of a piece of text, in characters: ``start`` included, ``end`` not."""

    start: int
    end: int


class Position(NamedTuple):
    """A place for people: line and column, both counted from 1, in characters."""

    line: int
    column: int


class Source:
    """The normalised text of one file.

    ``name`` is what loaders call the page (``"shop/index.psp"``), ``filename``
    what tracebacks show. Bytes that the encoding refuses are kept as lone
    surrogates (PEP 383), so that page text passes them through unchanged.
    """

    __slots__ = ("name", "filename", "text", "is_ascii", "starts")

    #: The offset at which each line starts; found when it is first asked for.
    starts: list[int]

    def __init__(self, text: str, name: str = "<string>", filename: str | None = None):
        self.name = name
        self.filename = name if filename is None else filename
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r\n", "\n")
            text = text.replace("\r", "\n")
        self.text = text
        self.is_ascii = text.isascii()

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        name: str = "<string>",
        filename: str | None = None,
        encoding: str = "utf-8",
    ) -> Source:
        """The source decoded from *data*; undecodable bytes become lone surrogates."""
        return cls(data.decode(encoding, "surrogateescape"), name, filename)

    def __getattr__(self, name: str) -> list[int]:
        """``starts``, which no page in a cache needs, before it is set."""
        if name != "starts":
            raise AttributeError(name)
        starts = [0]
        find, at = self.text.find, self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        self.starts = starts
        return starts

    def shrink(self) -> None:
        """Forget what can be found again in the text."""
        self.starts = []
        del self.starts

    def line_at(self, offset: int) -> int:
        """The number, from 1, of the line that holds *offset*."""
        from bisect import bisect_right  # nobody asks while pages run

        return bisect_right(self.starts, offset)

    def position(self, offset: int) -> Position:
        """The line and column of *offset*."""
        line = self.line_at(offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """Line *number* (from 1) without its newline; empty past the end."""
        if not 1 <= number <= len(self.starts):
            return ""
        start = self.starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]

    def __repr__(self) -> str:
        return f"<Source {self.filename!r}, {len(self.text)} characters>"
