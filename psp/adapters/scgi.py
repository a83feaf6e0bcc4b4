"""SCGI, without I/O: a netstring of variables, the body, and an answer like CGI's."""

from __future__ import annotations

from ..errors import ProtocolError
from .cgivars import cgi_head
from .wire import HeaderPairs, Variables, Wire

_MOST_DIGITS = 9


class SCGI(Wire):
    """A connection on which a web server speaks SCGI; it carries one request."""

    def _clear(self) -> None:
        super()._clear()
        self._left = 0  # bytes of the body that are still to come

    def _step(self) -> bool:
        if self.variables is None:
            return self._take_variables()
        data = bytes(self._came[: self._left])
        self._came.clear()  # what follows the body is nobody's
        self._body += data
        self._left -= len(data)
        self.ended = not self._left
        return False

    def _take_variables(self) -> bool:
        digits, colon, _ = self._came[: _MOST_DIGITS + 1].partition(b":")
        if digits and not digits.isdigit():
            raise ProtocolError("an SCGI request that begins with no length")
        if not colon:
            if len(digits) > _MOST_DIGITS:
                raise ProtocolError("an SCGI request without a colon")
            return False
        if not digits:
            raise ProtocolError("an SCGI request that begins with no length")
        if int(digits) > self.limits.head_bytes:
            raise ProtocolError(f"SCGI variables of {int(digits)} bytes")
        start, end = len(digits) + 1, len(digits) + 1 + int(digits)
        if len(self._came) <= end:
            return False
        if self._came[end] != ord(","):
            raise ProtocolError("SCGI variables without a comma at their end")
        self.variables = decode_variables(bytes(self._came[start:end]))
        del self._came[: end + 1]
        self._left = _body_length(self.variables)
        return True

    def head(self, status: str, headers: HeaderPairs) -> bytes:
        return cgi_head(status, headers)

    def data(self, data: bytes) -> bytes:
        return data

    def end(self) -> bytes:
        return b""


def decode_variables(data: bytes) -> Variables:
    """Names and values that end with a NUL each; of a name that repeats the first."""
    texts = data.decode("latin-1").split("\0")
    if texts.pop() or len(texts) % 2:
        raise ProtocolError("SCGI variables that are no pairs")
    variables: Variables = {}
    for name, value in zip(texts[::2], texts[1::2], strict=True):
        variables.setdefault(name, value)
    if variables.get("SCGI") != "1":
        raise ProtocolError("variables without SCGI=1")
    return variables


def _body_length(variables: Variables) -> int:
    length = variables.get("CONTENT_LENGTH", "") or "0"
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise ProtocolError("an SCGI request whose CONTENT_LENGTH is no number")
    return int(length)
