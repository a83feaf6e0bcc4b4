"""ApacheRequest: the ``req`` of pages inside Apache.

Nearly everything is left to the request that Apache made, so that all of its handlers
see the same. What is here is what pages of ours need beyond it, and what is wrong
with it: values that are not UTF-8, members that must not be deleted, output that two
would buffer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..http import exchange
from ..http.formreader import FormInput
from ..http.headers import Headers, Table
from ..http.limits import DEFAULT_LIMITS, Limits
from ..http.request import Request, parse_content_length
from ..light import lazy
from ..options import MOD_PYTHON
from ..runtime.output import Output
from .apache import SERVER_RETURN
from .constants import HTTP_LENGTH_REQUIRED
from .foreign import Adopted, adopt
from .nativetables import NativeHeaders, NativeTable
from .site import Site

_TWIN = "_psp_request"  # where a request of Apache keeps the one that stands for it
_REQUESTS = ("main", "prev", "next")
_OWN = frozenset({"_native", "_limits", "_output", "_site"})


class ApacheRequest(Adopted):
    """Stands for *native*; what is set on one is set on both.

    Page text that is more than the buffer holds has gone out before that.
    """

    _flush_writes = True
    _site: Site

    def __init__(self, native: Any, limits: Limits = DEFAULT_LIMITS):
        self._native = native
        self._limits = limits
        self._output = Output(self._send, MOD_PYTHON.buffer)
        setattr(native, _TWIN, self)

    def __getattr__(self, name: str) -> Any:
        found = _member(self._native, name)
        return adopt(found) if name in _REQUESTS and found is not None else found

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN:
            object.__setattr__(self, name, value)
        else:
            self._output.settle()
            setattr(self._native, name, value)

    def __delattr__(self, name: str) -> None:
        if hasattr(type(self._native), name):
            raise AttributeError(f"{name!r} of a request cannot be deleted")
        delattr(self._native, name)

    def __dir__(self) -> list[str]:
        return dir(self._native)

    def __repr__(self) -> str:
        return repr(self._native)

    # output

    write = exchange.mp_request.write
    flush = exchange.mp_request.flush

    def _send(self, data: bytes) -> None:
        if data:
            self._native.write(data, 0)
        self._native.flush()

    def deliver(self) -> None:
        """Hand over to Apache what waits here, where no capture is open."""
        if self._output.depth == 0:
            data = self._output.body()
            if data:
                self._native.write(data, 0)

    @property
    def sent_bodyct(self) -> int:
        """Not 0 once headers are out."""
        self._output.settle()
        sent: int = self._native.sent_bodyct
        return sent or int(self._output.sent)

    def sendfile(self, path: str, offset: int = 0, length: int = -1) -> int:
        """Send a file, or *length* bytes of it from *offset*; how many it were."""
        self.deliver()
        sent: int = self._native.sendfile(path, offset, length)
        return sent

    def internal_redirect(self, uri: str) -> None:
        """Have Apache answer with the request for *uri* in place of this one."""
        self._output.reset()
        self._native.internal_redirect(uri)

    # tables

    @property
    def headers_in(self) -> Headers:
        """The headers of the request."""
        return NativeHeaders(self._native.headers_in)

    @property
    def headers_out(self) -> Headers:
        """The headers of a normal response."""
        self._output.settle()
        return NativeHeaders(self._native.headers_out)

    @property
    def err_headers_out(self) -> Headers:
        """The headers of every response, those of the server's own pages included."""
        self._output.settle()
        return NativeHeaders(self._native.err_headers_out)

    @property
    def subprocess_env(self) -> Table:
        """Variables for other programs."""
        return NativeTable(self._native.subprocess_env)

    @property
    def notes(self) -> Table:
        """A table for own use."""
        return NativeTable(self._native.notes)

    def get_options(self) -> Table:
        """The options in force."""
        return NativeTable(self._native.get_options())

    def get_config(self) -> Table:
        """The directives that were set."""
        return NativeTable(self._native.get_config())

    # the body

    @lazy
    def _request(self) -> Request:
        """What forms and sessions read of the request."""
        length = parse_content_length(self.headers_in.combined("Content-Length"))
        if length is not None:  # handlers of Apache may have read some of it
            length = max(0, length - self._native.read_length)
        return Request(
            method=self.method,
            path=self.uri,
            headers=self.headers_in,
            stream=self._native,
            content_length=length,
            raw_uri=self.unparsed_uri,
            limits=self._limits,
        )

    @property
    def _body(self) -> Any:
        """What the body is read from; SERVER_RETURN (411) for one without a length."""
        request = self._request
        if request.content_length is not None:
            return request.body
        if "Transfer-Encoding" in self.headers_in:
            # mod_python would refuse it too, but after the first request of a process
            # by another class of that name, which neither pages nor handlers know.
            raise SERVER_RETURN(HTTP_LENGTH_REQUIRED)
        return self._native

    def read(self, size: int = -1) -> bytes:
        """Bytes of the body; all that is left without a size."""
        data: bytes = self._body.read(size)
        return data

    def readline(self, size: int = -1) -> bytes:
        """A line of the body, of at most *size* bytes."""
        data: bytes = self._body.readline(size)
        return data

    def readlines(self, hint: int = -1) -> list[bytes]:
        """The lines of the body, until they hold *hint* bytes."""
        lines: list[bytes] = self._body.readlines(hint)
        return lines

    def form_input(self) -> FormInput:
        """What the form is read from; its files are closed after the cleanups."""
        query = (self.args or "").encode("utf-8", "surrogateescape").decode("latin-1")
        asked = self._request.form_input()
        return asked._replace(query=query, when_done=self._when_done)

    def _when_done(self, close: Callable[[], object]) -> None:
        self._native.register_cleanup(lambda data: close())


ApacheRequest.__name__ = ApacheRequest.__qualname__ = exchange.mp_request.__name__


def twin_of(native: Any) -> ApacheRequest | None:
    """What stands for *native* already, if it was adopted before."""
    return getattr(native, _TWIN, None)


def _member(native: Any, name: str) -> Any:
    """A member of *native*; text that is not UTF-8 keeps its bytes (PEP 383)."""
    try:
        return getattr(native, name)
    except UnicodeDecodeError as error:
        return error.object.decode("utf-8", "surrogateescape")
