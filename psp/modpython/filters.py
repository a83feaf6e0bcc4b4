"""Filters: functions that the bodies of requests and responses go through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..errors import PspError
from .settings import Handler

if TYPE_CHECKING:
    from .request import mp_request

OUTPUT, INPUT = "PythonOutputFilter", "PythonInputFilter"


class UnknownFilter(PspError):
    """A filter of a name that no directive and no handler has registered."""


class Filter:
    """What a filter function is given: it reads, and writes what goes on.

    The function is called for every piece of a body, and once more for its end.
    ValueError for reading and writing once it is closed.
    """

    def __init__(
        self,
        req: mp_request,
        name: str,
        handler: Handler,
        function: Callable[[Filter], object],
        is_input: bool,
    ):
        self.req = req
        self.name = name
        self.handler = str(handler)
        self.is_input = int(is_input)
        self.closed = 0
        self._function = function
        self._disabled = False
        self._waiting = b""
        self._ended = False
        self._written: list[bytes] = []

    def run(self, data: bytes, ended: bool) -> bytes:
        """What becomes of *data*, the last of the body if it has *ended*."""
        if self._disabled:
            return data
        if self.closed or not (data or ended):
            return b""
        self._waiting, self._ended = data, ended
        self._function(self)
        written = b"".join(self._written)
        self._written.clear()
        return written

    def read(self, size: int = -1) -> bytes | None:
        """Up to *size* bytes of what waits; empty if nothing does, None at the end."""
        self._check()
        return self._take(len(self._waiting) if size < 0 else size)

    def readline(self, size: int = -1) -> bytes | None:
        """Up to and with the next newline, and no more than *size* bytes."""
        self._check()
        end = self._waiting.find(b"\n") + 1 or len(self._waiting)
        return self._take(end if size < 0 else min(end, size))

    def _take(self, size: int) -> bytes | None:
        data, self._waiting = self._waiting[:size], self._waiting[size:]
        return None if self._ended and not data else data

    def write(self, data: str | bytes) -> None:
        """Hand *data* on, text as UTF-8."""
        self._check()
        self._written.append(data.encode() if isinstance(data, str) else bytes(data))

    def flush(self) -> None:
        """Do nothing: what was written goes on when the function returns."""

    def close(self) -> None:
        """Say that nothing more will be written."""
        self._check()
        self.closed = 1

    def pass_on(self) -> None:
        """Hand on what waits as it is."""
        self._check()
        self._written.append(self._waiting)
        self._waiting = b""

    def disable(self) -> None:
        """Have the rest of the body go by this filter."""
        self._disabled = True

    def _check(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed filter")


class FilterChain:
    """Output filters one behind the other, over the list that ``req`` adds to.

    If one fails, what *failed* makes of the error ends the body.
    """

    def __init__(
        self, filters: list[Filter], failed: Callable[[Exception, Filter], bytes]
    ):
        self._filters = filters
        self._failed = failed
        self._is_cut = False

    def __bool__(self) -> bool:
        return bool(self._filters)

    def feed(self, data: bytes, ended: bool = False) -> bytes:
        """What the filters make of *data*, the last of the body if it has *ended*."""
        if self._is_cut:
            return b""
        for item in self._filters:
            # Its length is known once it has gone through, and not before.
            del item.req.headers_out["Content-Length"]
            try:
                data = item.run(data, ended)
            except Exception as error:
                self._is_cut = True
                return self._failed(error, item)
        return data

    def wrap(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """All of *body* through the filters."""
        try:
            for piece in body:
                yield self.feed(piece)
            yield self.feed(b"", ended=True)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()


def make_filter(req: mp_request, name: str, kind: str) -> Filter:
    """The filter that is registered as *name*, in any case; UnknownFilter."""
    from .handlers import resolve

    handler = req._settings.filters.get((kind, name.lower()))
    if handler is None:
        raise UnknownFilter(f"no {kind} is called {name!r}")
    function: Any = resolve(req, kind, handler)
    return Filter(req, name.lower(), handler, function, kind == INPUT)
