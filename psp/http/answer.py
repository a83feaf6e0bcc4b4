"""Answer: a response on its way out, whole or in pieces."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .request import Request
    from .response import Response

    #: What a server gives: status line and headers in, a function that writes out.
    #: The shape of PEP 3333's ``start_response``.
    Start = Callable[[str, list[tuple[str, str]]], Callable[[bytes], object] | None]

_NOTHING: list[bytes] = []  # of answers that go out in one piece; nobody changes it


class Answer:
    """Sends *response* to whoever asked with *request*, headers once.

    ``before`` is called just before the headers go, to add what is known only then;
    ``defaults`` are headers that go unless the response has its own.
    """

    __slots__ = (
        "response",
        "before",
        "defaults",
        "_kept",
        "_request",
        "_start",
        "_write",
    )

    def __init__(
        self,
        request: Request,
        response: Response,
        start: Start,
        defaults: Iterable[tuple[str, str]] = (),
    ):
        self.response = response
        self._request = request
        self._start = start
        self.before: Callable[[], None] | None = None
        self.defaults = defaults
        self._write: Callable[[bytes], object] | None = None
        self._kept: list[bytes] = _NOTHING

    @property
    def started(self) -> bool:
        """Whether the headers are out."""
        return self._write is not None

    def send(self, data: bytes) -> None:
        """Send *data*, after the headers if it is the first."""
        if self._write is None:
            self._write = self._begin(None)
        if data and self.response.sends_body(self._request.method):
            self._write(data)

    def finish(self, rest: bytes) -> list[bytes]:
        """The last of the body; all of it, with its length, if nothing was sent."""
        if self._write is None:
            self._write = self._begin(len(rest))
        if rest and self.response.sends_body(self._request.method):
            return [*self._kept, rest] if self._kept else [rest]
        return self._kept or []

    def pass_on(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """*body*, its headers sent; the response tells its length by itself."""
        self._write = self._begin(None)
        return body

    def _begin(self, length: int | None) -> Callable[[bytes], object]:
        if self.before is not None:
            self.before()
        response = self.response
        headers = response.header_list(length, self.defaults)
        write = self._start(response.status_line(), headers)
        if write is None:  # granian has no way to send at once
            self._kept = []
            return self._kept.append
        return write
