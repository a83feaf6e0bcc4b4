"""Request: what came in, as a server adapter hands it over."""

from __future__ import annotations

from .. import errors
from ..light import lazy, pattern
from .limits import DEFAULT_LIMITS, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from .body import Body
    from .formreader import FormInput
    from .headers import Headers

    class Stream(Protocol):
        """Where a body is read from, such as ``wsgi.input``."""

        def read(self, size: int, /) -> bytes: ...
        def readline(self, size: int, /) -> bytes: ...


CHUNK = 64 * 1024
HOST = pattern(
    r"(?ai)(?P<name>[\w.~!$&'()*+,;=%-]+|\[[0-9A-F:.]+\])(:(?P<port>[0-9]{0,5}))?"
)
_LONGEST = 18  # digits of a length
_DEFAULT_PORTS = {"http": 80, "https": 443}


def parse_content_length(text: str | None) -> int | None:
    """The number in a Content-Length header, None without; HTTPError 400 if it is none.

    Nothing but digits counts (RFC 9112, section 6.3): servers that disagree about the
    length of a body can be talked into taking its end for another request.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise errors.HTTPError(400, "the Content-Length is not a number")
    return int(text)


class Request:
    """What a client asks for.

    ``path``      decoded once, beginning with ``/``; bytes that are not UTF-8 are
                  lone surrogates (PEP 383)
    ``query``     as sent, without ``?``; bytes may be spelt as Latin-1 (PEP 3333)
    ``raw_uri``   path and query as sent, where the server tells; otherwise empty
    ``headers``   a table, or a function that makes it when it is first asked for
    ``session``   what tells the visitor's session from others, where a form asks
    ``input_terminated``  whether *stream* ends by itself where the body ends
    ``is_gone``   tells whether the visitor has left, as far as the server can
    """

    session = ""

    def __init__(
        self,
        *,
        method: str = "GET",
        path: str = "/",
        query: str = "",
        headers: Headers | Callable[[], Headers] | None = None,
        stream: Stream | None = None,
        content_length: int | None = None,
        input_terminated: bool = False,
        scheme: str = "http",
        server_name: str = "localhost",
        server_port: int = 80,
        remote_addr: str = "",
        remote_port: int = 0,
        protocol: str = "HTTP/1.1",
        script_name: str = "",
        raw_uri: str = "",
        environ: Mapping[str, object] = {},
        limits: Limits = DEFAULT_LIMITS,
        is_gone: Callable[[], bool] = lambda: False,
    ):
        self.method = method
        self.path = path
        self.query = query
        self._headers = headers
        self._stream = stream
        self.content_length = content_length
        self.input_terminated = input_terminated
        self.scheme = scheme
        self.server_name = server_name
        self.server_port = server_port
        self.remote_addr = remote_addr
        self.remote_port = remote_port
        self.protocol = protocol
        self.script_name = script_name
        self.raw_uri = raw_uri
        self.environ = environ
        self.limits = limits
        self.is_gone = is_gone

    @lazy
    def headers(self) -> Headers:
        """The headers; a repeated one is joined by ``", "``."""
        if self._headers is None:
            from .headers import Headers

            return Headers()
        return self._headers() if callable(self._headers) else self._headers

    @lazy
    def body(self) -> Body:
        """The body, to be read once."""
        from .body import Body

        return Body(
            self._stream,
            self.content_length,
            self.input_terminated,
            self.limits.body_bytes,
        )

    @property
    def lacks_length(self) -> bool:
        """Whether there is a body whose end nobody knows, so that none can be read."""
        return not self.body.has_end and "Transfer-Encoding" in self.headers

    @lazy
    def cookies(self) -> dict[str, str]:
        """The cookies by name; TooLarge where there are more than the site takes."""
        from .cookies import parse_cookies

        return parse_cookies(self.cookie_header(), self.limits)

    def cookie_header(self) -> str:
        """The Cookie header, as it is now; empty where there is none."""
        return self.headers.combined("Cookie")

    @lazy
    def host(self) -> str:
        """The server as the client calls it, with the port unless it is the usual one.

        A Host header that cannot be a host counts as none.
        """
        host = self.headers.combined("Host")
        if HOST.fullmatch(host):
            return host
        usual = self.server_port == _DEFAULT_PORTS.get(self.scheme)
        return self.server_name if usual else f"{self.server_name}:{self.server_port}"

    @lazy
    def uri(self) -> str:
        """Path and query as sent, as far as that is known."""
        if self.raw_uri:
            return self.raw_uri
        from urllib.parse import quote

        path = quote(self.script_name + self.path, "/!$&'()*+,;=:@~", errors="replace")
        return f"{path}?{self.query}" if self.query else path

    def form_input(self) -> FormInput:
        """What the form of this request is read from."""
        from .formreader import FormInput

        return FormInput(self, self.query)


def host_port(host: str) -> int | None:
    """The port that *host* names, or None."""
    found = HOST.fullmatch(host)
    return int(found["port"]) if found and found["port"] else None


def host_name(host: str) -> str:
    """*host* without its port."""
    found = HOST.fullmatch(host)
    return found["name"] if found else host
