"""Response: what goes out, up to the body."""

from __future__ import annotations

from ..light import lazy, pattern
from .fieldvalues import checked, to_wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .headers import Headers

DEFAULT_CONTENT_TYPE = "text/html; charset=utf-8"
_NUMBER = pattern(r"[0-9]{1,18}")
#: Statuses that never have a body (RFC 9110, sections 15.3.5 and 15.4.5).
BODILESS = frozenset({204, 304})
#: Headers that are the server's (RFC 9110, section 7.6.1; PEP 3333).
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NOT_SENT = HOP_BY_HOP | {"content-length"}  # as it stands


class Response:
    """Status and headers of an answer; nothing in it can break a header's line.

    ``headers`` belong to the answer a page makes, ``err_headers`` also to the one
    the server makes in its place. A Content-Type in them counts only while
    ``content_type`` is empty.
    """

    def __init__(
        self, status: int = 200, content_type: str = DEFAULT_CONTENT_TYPE
    ) -> None:
        self._status = status
        self._content_type = content_type
        #: A status line of one's own; it counts while its number is the status.
        self.line: str | None = None

    @lazy
    def headers(self) -> Headers:
        """Headers of a normal answer."""
        return _headers()

    @lazy
    def err_headers(self) -> Headers:
        """Headers of every answer, errors included."""
        return _headers()

    @property
    def status(self) -> int:
        """The status, 200 to 999; TypeError or ValueError when set to another thing."""
        return self._status

    @status.setter
    def status(self, status: int) -> None:
        from operator import index

        status = index(status)
        if not 200 <= status <= 999:
            raise ValueError(f"not the status of a response: {status}")
        self._status = status

    @property
    def reason(self) -> str | None:
        """The reason set for the present status, or None: the usual one is sent."""
        line = self.line or ""
        return line[4:] if line.startswith(f"{self._status} ") else None

    @reason.setter
    def reason(self, reason: str | None) -> None:
        self.line = None if reason is None else f"{self._status} {reason}"

    @property
    def content_type(self) -> str:
        """Media type and parameters of the body; empty for none."""
        return self._content_type

    @content_type.setter
    def content_type(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("not an ISO-8859-1 string")
        self._content_type = checked(str(value))

    def status_line(self) -> str:
        """Status and reason: ``200 OK``."""
        if self._status == 200 and self.line is None:
            return "200 OK"
        reason = self.reason or reason_of(self._status)
        return f"{self._status} {to_wire(checked(reason))}"

    def header_list(
        self,
        length: int | None = None,
        defaults: Iterable[tuple[str, str]] = (),
    ) -> list[tuple[str, str]]:
        """All headers, spelt as servers want them; *length* is that of the whole body.

        Without it the length a page has set is believed, if it is one. *defaults* are
        sent unless ``headers`` has some of their name.
        """
        made = self.__dict__
        if "headers" in made or "err_headers" in made or self._status in BODILESS:
            return self._checked_list(length, defaults)
        wire = [*defaults]
        if self._content_type:
            wire.insert(0, ("Content-Type", to_wire(self._content_type)))
        if length is not None:
            wire.append(("Content-Length", str(length)))
        return wire

    def _checked_list(
        self, length: int | None, defaults: Iterable[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """``header_list`` where there are headers, any of which may be in the way."""
        for name, value in defaults:
            if name not in self.headers:
                self.headers[name] = value
        typed = bool(self._content_type)
        wire = [
            (name, value)
            for key, name, value in self._wire_headers()
            if key not in _NOT_SENT and not (typed and key == "content-type")
        ]
        if self._status in BODILESS:
            return wire
        length = self.told_length() if length is None else length
        if typed:
            wire.insert(0, ("Content-Type", to_wire(self._content_type)))
        if length is not None:
            wire.append(("Content-Length", str(length)))
        return wire

    def told_length(self) -> int | None:
        """The length that the headers tell, where that is one."""
        for key, _, value in self._wire_headers():
            if key == "content-length":
                return int(value) if _NUMBER.fullmatch(value) else None
        return None

    def _wire_headers(self) -> list[tuple[str, str, str]]:
        """Page and error headers: name in lower case, name, value."""
        made = self.__dict__
        found = made["headers"].to_wire() if "headers" in made else []
        if "err_headers" in made:
            found += made["err_headers"].to_wire()
        return found

    def sends_body(self, method: str) -> bool:
        """Whether the answer to *method* has a body on the wire."""
        return method != "HEAD" and self._status not in BODILESS

    def become_error(
        self, status: int, content_type: str = DEFAULT_CONTENT_TYPE
    ) -> None:
        """Turn into the server's own answer: of all headers ``err_headers`` stay."""
        self.headers.clear()
        self.status, self.content_type, self.line = status, content_type, None


def _headers() -> Headers:
    from .headers import Headers  # which few answers have of their own

    return Headers()


def reason_of(status: int) -> str:
    """The phrase that goes with *status*."""
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
