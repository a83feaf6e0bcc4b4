"""Output: what a page writes, kept back or sent on."""

from __future__ import annotations

import sys

from ..abi import LARGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Send = Callable[[bytes], None]

#: Pieces that may wait before a loop asks whether they are worth sending.
PIECES = 512


def encode(text: str) -> bytes:
    """*text* as UTF-8; bytes that a source could not decode come out as they were."""
    return text.encode("utf-8", "surrogateescape")


class Output:
    """One run's output: a list that page code appends to, and where it goes.

    *send* takes bytes on their way to the client; without it everything is kept.
    Up to *buffer* bytes wait before headers and text go out by themselves.
    """

    __slots__ = (
        "parts",
        "limit",
        "buffer",
        "sent",
        "_send",
        "_waiting",
        "_size",
        "_marks",
    )

    def __init__(self, send: Send | None = None, buffer: int = 65536):
        self.parts: list[str | bytes] = []
        self.buffer = buffer
        self.sent = False
        self.limit = sys.maxsize if send is None else (PIECES if buffer else 0)
        self._send = send
        self._waiting: list[bytes] = []
        self._size = 0
        self._marks: list[int] = []

    def write(self, data: str | bytes) -> None:
        """Append *data*; send what waits once that is more than the buffer."""
        self.parts.append(data)
        if len(self.parts) > self.limit or len(data) > LARGE:
            self.settle()

    def settle(self) -> None:
        """Send what waits if it is more than the buffer holds."""
        if self._send is None or self._marks:
            return
        self._collect()
        if self._size > self.buffer:
            self.flush()

    def flush(self) -> None:
        """Send all that waits; headers go out even if nothing does."""
        if self._send is None or self._marks:
            return
        self.sent = True
        self._send(self.body())

    def reset(self) -> None:
        """Drop what waits, up to the innermost capture; what is sent is gone."""
        if self._marks:
            del self.parts[self._marks[-1] :]
        else:
            self.parts.clear()
            self._waiting.clear()
            self._size = 0

    def text(self) -> str:
        """All that waits, as text."""
        text = join(self.parts)
        if not self._waiting:
            return text
        return b"".join(self._waiting).decode("utf-8", "surrogateescape") + text

    def body(self) -> bytes:
        """All that waits, as bytes; nothing waits afterwards."""
        self._collect()
        data = b"".join(self._waiting) if len(self._waiting) != 1 else self._waiting[0]
        self._waiting.clear()
        self._size = 0
        return data

    def begin(self) -> None:
        """Start a capture: what follows is cut out by ``end``."""
        self._marks.append(len(self.parts))

    def end(self) -> str:
        """What was written since the innermost ``begin``, taken out of the output."""
        mark, parts = self._marks.pop(), self.parts
        if len(parts) == mark + 1:
            only = parts.pop()
            return only if only.__class__ is str else join([only])
        text = join(parts[mark:] if mark else parts)
        del parts[mark:]
        return text

    @property
    def depth(self) -> int:
        """How many captures are open."""
        return len(self._marks)

    def unwind(self, depth: int) -> None:
        """Forget captures that an exception left open; what they held stays."""
        del self._marks[depth:]

    def _collect(self) -> None:
        parts = self.parts
        if parts:
            try:
                data = _encoded(parts)
            except UnicodeEncodeError:
                self._collect_one_by_one()
                raise
            parts.clear()
            self._waiting.append(data)
            self._size += len(data)

    def _collect_one_by_one(self) -> None:
        """Keep what stands before the first piece that cannot be encoded.

        Raises the UnicodeEncodeError of that piece.
        """
        parts = self.parts.copy()
        self.parts.clear()
        for part in parts:
            data = _encoded([part])
            self._waiting.append(data)
            self._size += len(data)


def _encoded(parts: list[str | bytes]) -> bytes:
    """*parts* as bytes."""
    try:
        return encode("".join(parts))  # type: ignore[arg-type]
    except TypeError:
        return _mixed(parts)


def _mixed(parts: list[str | bytes]) -> bytes:
    """*parts* as bytes; runs of text among them are encoded as one."""
    found: list[bytes] = []
    start = 0
    for index, part in enumerate(parts):
        if isinstance(part, bytes):
            if start < index:
                found.append(encode("".join(parts[start:index])))  # type: ignore[arg-type]
            found.append(part)
            start = index + 1
    found.append(encode("".join(parts[start:])))  # type: ignore[arg-type]
    return b"".join(found)


def join(parts: list[str | bytes]) -> str:
    """*parts* as one text, bytes among them decoded."""
    try:
        return "".join(parts)  # type: ignore[arg-type]
    except TypeError:
        return "".join(
            p.decode("utf-8", "surrogateescape") if isinstance(p, bytes) else p
            for p in parts
        )
