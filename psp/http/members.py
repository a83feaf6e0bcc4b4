"""What a ``req`` tells of the request: the reading half of mod_python's members."""

from __future__ import annotations

import os

from ..light import lazy
from .request import host_name, host_port

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from logging import Logger
    from typing import Any

    from .body import Body
    from .connection import Address, mp_conn, mp_finfo, mp_hlist, mp_server
    from .exchange import mp_request
    from .formreader import FormInput
    from .headers import Headers, Pairs, Table
    from .request import Request

#: Apache's numbers of methods; HEAD counts as GET.
METHOD_NUMBERS = {
    name: number
    for number, name in enumerate(
        "GET PUT POST DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY"
        " MOVE LOCK UNLOCK VERSION-CONTROL CHECKOUT UNCHECKOUT CHECKIN UPDATE LABEL"
        " REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE".split()
    )
} | {"HEAD": 0}
M_INVALID = 26
APLOG_ERR = 3
#: Apache's levels, EMERG to DEBUG, as those of the logging module.
LOG_LEVELS = (50, 50, 50, 40, 30, 20, 20, 10)
_VISIBLE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
REMOTE_HOST, REMOTE_NAME, REMOTE_NOLOOKUP, REMOTE_DOUBLE_REV = range(4)


class RequestMembers:
    """The members of ``req`` that are taken from the request.

    They are made when they are first asked for, and most can be assigned. Those
    that are Apache's alone have the value it shows for an ordinary request.
    """

    _request: Request
    _document_root: str
    _options: Mapping[str, str]
    _config: Mapping[str, str]
    filename: str
    path_info: str

    main: mp_request | None = None
    handler = "mod_python"
    _phase = "PythonHandler"
    _prev: mp_request | None = None
    _next: mp_request | None = None
    assbackwards = chunked = proxyreq = no_local_copy = 0
    used_path_info = 2
    clength = read_body = read_chunked = expecting_100 = eos_sent = 0
    content_encoding: str | None = None
    content_languages: tuple[str, ...] = ()
    vlist_validator: str | None = None
    range: str | None = None

    @property
    def headers_in(self) -> Headers:
        """The headers of the request."""
        return self._request.headers

    @property
    def method(self) -> str:
        """The method, such as ``GET``."""
        return self._request.method

    @property
    def method_number(self) -> int:
        """Apache's number of the method; 26 for one it does not know."""
        return METHOD_NUMBERS.get(self._request.method, M_INVALID)

    @property
    def header_only(self) -> int:
        """1 for HEAD, otherwise 0."""
        return int(self._request.method == "HEAD")

    @property
    def protocol(self) -> str:
        """The protocol, such as ``HTTP/1.1``."""
        return self._request.protocol

    @property
    def proto_num(self) -> int:
        """The protocol as a number: 1001 for HTTP/1.1; 0 if it has none."""
        major, _, minor = self.protocol.rpartition("/")[2].partition(".")
        digits = major + minor
        if not (digits.isascii() and digits.isdigit()):
            return 0
        return int(major or 0) * 1000 + int(minor or 0)

    @property
    def the_request(self) -> str:
        """The request line."""
        return f"{self.method} {self.unparsed_uri} {self.protocol}"

    @property
    def unparsed_uri(self) -> str:
        """Path and query as sent, as far as the server tells."""
        return self._request.uri

    @lazy
    def uri(self) -> str:
        """The path, decoded, without the query."""
        return self._request.script_name + self._request.path

    @lazy
    def args(self) -> str | None:
        """The query as sent, not decoded; None without ``?``."""
        request = self._request
        return request.query or ("" if "?" in request.raw_uri else None)

    @property
    def parsed_uri(self) -> tuple[str | int | None, ...]:
        """Scheme, hostinfo, user, password, hostname, port, path, query, fragment."""
        port = host_port(self._request.host) if "Host" in self.headers_in else None
        return (*(None,) * 5, port, self.uri, self.args, None)

    @property
    def hostname(self) -> str | None:
        """The host the client asks for, without port; None if it names none."""
        if "Host" not in self.headers_in:
            return None
        return host_name(self._request.host).lower()

    @lazy
    def user(self) -> str | None:
        """Who is authenticated; None if nobody is."""
        return _text(self._request.environ.get("REMOTE_USER"))

    @lazy
    def ap_auth_type(self) -> str | None:
        """How the user is authenticated."""
        return _text(self._request.environ.get("AUTH_TYPE"))

    @lazy
    def connection(self) -> mp_conn:
        """Who is at the other end."""
        from .connection import mp_conn

        return mp_conn(self._request, self.server)

    @lazy
    def server(self) -> mp_server:
        """The virtual host."""
        from .connection import mp_server

        return mp_server(self)

    @property
    def useragent_ip(self) -> str:
        """The address of the client."""
        return self._request.remote_addr

    @property
    def useragent_addr(self) -> Address:
        """Address and port of the client."""
        return self._request.remote_addr, self._request.remote_port

    @lazy
    def subprocess_env(self) -> Table:
        """Variables for other programs; empty until they are filled in."""
        return _table()

    @lazy
    def notes(self) -> Table:
        """A table for own use."""
        return _table()

    @lazy
    def canonical_filename(self) -> str:
        """The file name."""
        return self.filename

    @lazy
    def finfo(self) -> mp_finfo:
        """What is known of the file."""
        from .connection import file_info

        return file_info(self.filename)

    @property
    def extension(self) -> str | None:
        """The extension of the file, with its dot."""
        return os.path.splitext(self.filename)[1] or None

    @property
    def prev(self) -> mp_request | None:
        """The request that was redirected to this one inside the server."""
        return self._prev

    @property
    def next(self) -> mp_request | None:
        """The request that this one was redirected to inside the server."""
        return self._next

    @property
    def phase(self) -> str:
        """The phase whose handlers run."""
        return self._phase

    @property
    def hlist(self) -> mp_hlist:
        """The entry of the handler that runs; ``directory`` ends in a slash."""
        return self._hlist

    @lazy
    def _hlist(self) -> mp_hlist:
        from .connection import mp_hlist

        return mp_hlist("mod_python.psp", f"{self.document_root()}/")

    @property
    def interpreter(self) -> str:
        """The name of the interpreter: that of the server, as in mod_python."""
        return self._request.server_name

    @property
    def remaining(self) -> int:
        """Bytes of the body that are still to be read."""
        return self._request.body.remaining

    @property
    def read_length(self) -> int:
        """Bytes of the body that have been read."""
        return self._request.body.taken

    def document_root(self) -> str:
        """The folder that is served, without a final slash."""
        return self._document_root

    def get_options(self) -> Table:
        """The options in force; those with an empty value are not there."""
        return self._option_table

    @lazy
    def _option_table(self) -> Table:
        return _table((k, v) for k, v in self._options.items() if v)

    def get_config(self) -> Table:
        """The directives that were set, as strings; flags are ``"1"`` or ``"0"``."""
        return self._config_table

    @lazy
    def _config_table(self) -> Table:
        return _table(self._config)

    def read(self, size: int = -1) -> bytes:
        """Bytes of the body; all that is left without a size.

        Here and in the methods for lines: HTTPError 411 for a body whose end nobody
        knows.
        """
        return self._readable_body().read(size)

    def readline(self, size: int = -1) -> bytes:
        """A line of the body, of at most *size* bytes."""
        return self._readable_body().readline(size)

    def readlines(self, hint: int = -1) -> list[bytes]:
        """The lines of the body, until they hold *hint* bytes."""
        return self._readable_body().readlines(hint)

    def _readable_body(self) -> Body:
        if self._request.lacks_length:
            from ..errors import HTTPError

            raise HTTPError(411, "a body in chunks whose end the server does not mark")
        return self._request.body

    @lazy
    def json(self) -> Any:
        """What a JSON body says, read once; its errors are those of forms.

        FormError has status 415 where the body is of another type, 400 where it is
        broken.
        """
        from .jsonbody import read_json

        return read_json(self._request)

    def discard_request_body(self) -> int:
        """Read the rest of the body and forget it; returns 0."""
        self._request.body.discard()
        return 0

    def form_input(self) -> FormInput:
        """What the form of this request is read from; ``args`` may have been set."""
        return self._request.form_input()._replace(query=self.args or "")

    def is_https(self) -> int:
        """1 if the client speaks HTTPS, otherwise 0."""
        return int(self._request.scheme == "https")

    def ssl_var_lookup(self, name: str) -> str | None:
        """The variable *name* of mod_ssl, where the server gives it."""
        return _text(self._request.environ.get(name))

    def construct_url(self, uri: str) -> str:
        """*uri*, a path, as a URL of this server."""
        return f"{self._request.scheme}://{self._request.host.lower()}{uri}"

    def get_remote_host(
        self, type: int = REMOTE_NAME, str_is_ip: object = None
    ) -> str | tuple[str | None, int] | None:
        """The client's name, or its address; with *str_is_ip*, and whether it is one.

        Names are not looked up: there is one if the server has done so.
        """
        name = self.connection.remote_host if type != REMOTE_NOLOOKUP else None
        text = name
        if name is None and type in (REMOTE_NAME, REMOTE_NOLOOKUP):
            text = self.connection.remote_ip
        return text if str_is_ip is None else (text, int(name is None))

    def auth_type(self) -> str | None:
        """The configured kind of authentication, or None."""
        return self._config.get("AuthType")

    def auth_name(self) -> str | None:
        """The configured realm, or None."""
        return self._config.get("AuthName")

    def get_basic_auth_pw(self) -> str | None:
        """The password of Basic authentication; sets ``user`` and ``ap_auth_type``.

        None, and nothing is set, unless ``AuthType Basic`` is configured and the
        client sends one (RFC 7617).
        """
        kind, _, token = self.headers_in.combined("Authorization").partition(" ")
        if (self.auth_type() or "").lower() != "basic" or kind.lower() != "basic":
            return None
        from base64 import b64decode

        try:
            user, colon, password = b64decode(token).decode("latin-1").partition(":")
        except ValueError:
            return None
        if not colon:
            return None
        self.user, self.ap_auth_type = user, "Basic"
        return password

    def add_common_vars(self) -> None:
        """Fill ``subprocess_env`` with what is known of server, client and headers."""
        from .cgivars import common_vars

        self.subprocess_env.update(common_vars(self))

    def add_cgi_vars(self) -> None:
        """Fill ``subprocess_env`` with what is known of the request itself, and with
        the common variables.
        """
        from .cgivars import cgi_vars, common_vars

        self.subprocess_env.update(common_vars(self) | cgi_vars(self))

    def log_error(self, text: str | None, level: int = APLOG_ERR) -> None:
        """Write *text* to the error log, on one line; *level* is 0 to 7, as syslog.

        TypeError unless it is str or None.
        """
        write_log(self._logger, text, level)

    @lazy
    def _logger(self) -> Logger:
        from logging import getLogger

        return getLogger("psp")


def _table(items: Pairs | Iterable[tuple[str, str]] = ()) -> Table:
    from .headers import Table  # which few pages look at

    return Table(items)


def write_log(logger: Logger, text: str | None, level: int) -> None:
    """Tell *logger* the *text*, on one line, at one of Apache's levels; TypeError."""
    if not isinstance(text, str | None):
        raise TypeError(f"text must be str or None, not {type(text).__name__}")
    line = (text or "").translate(_VISIBLE)
    logger.log(LOG_LEVELS[level & 7], "%s", line)  # 8 is APLOG_NOERRNO


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
