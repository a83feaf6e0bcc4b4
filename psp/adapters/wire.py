"""Wire: one connection of a gateway protocol, without I/O.

Bytes that came are fed in, bytes to send come out; who has the socket is told what to
do by nothing but attributes. FastCGI, SCGI and AJP are subclasses.
"""

from __future__ import annotations

from typing import NamedTuple

#: The variables of CGI (RFC 3875), bytes spelt as Latin-1 (PEP 3333).
Variables = dict[str, str]
HeaderPairs = list[tuple[str, str]]


class WireLimits(NamedTuple):
    """What a web server may send before it is taken for something else.

    ``head_bytes``  of all variables together
    ``packet``      the size of an AJP packet, 8192 to 65536: as the web server has it
    """

    head_bytes: int = 256 * 1024
    packet: int = 8192


DEFAULT_LIMITS = WireLimits()


class Wire:
    """One connection, which carries one request at a time.

    ``variables``  of the request at hand; None until all of them have come
    ``headers``    its header fields as they were sent, where the protocol keeps them
    ``ended``      whether its whole body has come; what was not taken is still there
    ``aborted``    whether the web server has given the request up
    ``keeps``      whether the connection may carry another request afterwards
    ``replies``    what is to be sent at once, and then cleared
    """

    def __init__(self, limits: WireLimits = DEFAULT_LIMITS):
        self.limits = limits
        self.keeps = False
        self.replies = bytearray()
        self._came = bytearray()
        self._clear()

    def _clear(self) -> None:
        """Forget the request at hand."""
        self.variables: Variables | None = None
        self.headers: HeaderPairs | None = None
        self.ended = False
        self.aborted = False
        self._body = bytearray()

    @property
    def is_idle(self) -> bool:
        """Whether nothing of a request has come."""
        return self.variables is None and not self._came

    @property
    def has_body(self) -> bool:
        """Whether some of the body is there to be taken."""
        return bool(self._body)

    def feed(self, data: bytes) -> None:
        """Take what came; raises ProtocolError where it is not of the protocol."""
        self._came += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Decode one more piece of what came: whether there was a whole one."""
        raise NotImplementedError

    def take(self, size: int) -> bytes:
        """Up to *size* bytes of the body that have come."""
        data = bytes(self._body[:size])
        del self._body[:size]
        return data

    def ask(self) -> bytes:
        """What makes the web server send more of the body; mostly it needs nothing."""
        return b""

    def head(self, status: str, headers: HeaderPairs) -> bytes:
        """The status line, such as ``200 OK``, and the headers of the answer."""
        raise NotImplementedError

    def data(self, data: bytes) -> bytes:
        """A piece of the body of the answer."""
        raise NotImplementedError

    def end(self) -> bytes:
        """The end of the answer."""
        raise NotImplementedError

    def complaint(self, data: bytes) -> bytes | None:
        """A line for the log of the web server; None where it takes none."""
        return None

    def again(self) -> None:
        """Be ready for the next request, of which some may have come already."""
        self._clear()
        while self._step():
            pass
