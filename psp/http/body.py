"""Body: what a request brings besides its head."""

from __future__ import annotations

from .. import errors
from .limits import DEFAULT_LIMITS
from .request import CHUNK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .request import Stream


class Body:
    """The body of a request, read once; never asks the stream for more than its length.

    A body of unknown *length* is empty, unless the server marks its end by itself
    (*terminated*). TooLarge once more than *limit* bytes come, BrokenBody where the
    server cannot read on.
    """

    def __init__(
        self,
        stream: Stream | None,
        length: int | None,
        terminated: bool = False,
        limit: int = DEFAULT_LIMITS.body_bytes,
    ):
        self.has_end = length is not None or terminated
        self.length = length
        self.limit = limit
        self.taken = 0
        self.on_read: Callable[[int], object] | None = None  # told of all taken
        self._stream = stream
        self._ended = stream is None or not self.has_end

    @property
    def remaining(self) -> int:
        """Bytes that are still to come, as far as the length tells; otherwise 0."""
        return 0 if self.length is None else max(0, self.length - self.taken)

    @property
    def is_cut(self) -> bool:
        """Whether the stream ended before the length was reached."""
        return self._ended and self.remaining > 0

    def read(self, size: int | None = -1) -> bytes:
        """Up to *size* bytes, all without or with a negative size; empty at the end."""
        parts = []
        wanted = -1 if size is None else size
        while wanted:
            part = self._take(wanted, line=False)
            if not part:
                break
            parts.append(part)
            wanted = wanted - len(part) if wanted > 0 else wanted
        return b"".join(parts)

    def readline(self, size: int | None = -1) -> bytes:
        """Up to and with the next newline, and no more than *size* bytes."""
        return self._take(-1 if size is None else size, line=True)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Lines up to the end, or until they hold *hint* bytes."""
        lines, size = [], 0
        while line := self.readline():
            lines.append(line)
            size += len(line)
            if hint is not None and 0 < hint <= size:
                break
        return lines

    def discard(self) -> None:
        """Read what is left and forget it."""
        while self._take(CHUNK, line=False):
            pass

    def _take(self, wanted: int, line: bool) -> bytes:
        """Some of at most *wanted* bytes (negative: any number); empty at the end."""
        if self.limit < (self.length or 0):
            raise errors.TooLarge(message=f"a body of {self.length} bytes")
        most = CHUNK if self.length is None else self.remaining
        size = most if wanted < 0 else min(wanted, most)
        if self._ended or self._stream is None or not size:
            return b""
        try:
            data = self._stream.readline(size) if line else self._stream.read(size)
        except OSError as error:
            raise errors.BrokenBody(message=f"it cannot be read: {error}") from error
        self._ended = not data
        self.taken += len(data)
        if self.on_read is not None:
            self.on_read(self.taken)
        if self.taken > self.limit:
            raise errors.TooLarge(message=f"a body of more than {self.limit} bytes")
        return data
