"""The variables of CGI, as gateways send them, to the environ of WSGI.

Web servers agree on little beyond RFC 3875: what they differ in is settled here, from
the variables alone, so that it can be tried without a server.
"""

from __future__ import annotations

from .wsgi import NOT_HEADERS, RAW_HEADERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from .wire import HeaderPairs, Variables

#: What Apache puts in front of SCRIPT_FILENAME where it hands a file on.
_PROXY = "proxy:"


def make_environ(
    variables: Variables,
    body: BinaryIO,
    errors: object,
    *,
    extensions: tuple[str, ...] = (".psp",),
    headers: HeaderPairs | None = None,
    terminated: bool = False,
    multithread: bool = False,
    multiprocess: bool = False,
) -> dict[str, Any]:
    """The environ of the request that *variables* describe (PEP 3333).

    *terminated* says that *body* ends by itself; *extensions* are those of pages.
    """
    script_name, path = locate(variables, extensions)
    environ: dict[str, Any] = {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.0",
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "",
        **variables,
        "SCRIPT_NAME": script_name,
        "PATH_INFO": path,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if is_https(variables) else "http",
        "wsgi.input": body,
        "wsgi.errors": errors,
        "wsgi.multithread": multithread,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
    }
    for name in NOT_HEADERS:
        environ.pop(name, None)
    filename = environ.get("SCRIPT_FILENAME", "")
    if filename.startswith(_PROXY):
        environ["SCRIPT_FILENAME"] = file_of(filename)
    if headers is not None:
        environ[RAW_HEADERS] = [pair for pair in headers if "_" not in pair[0]]
    if is_chunked(variables):
        environ.pop("CONTENT_LENGTH", None)
        environ["wsgi.input_terminated"] = terminated
    return environ


def locate(variables: Variables, extensions: tuple[str, ...]) -> tuple[str, str]:
    """What of the URL's path is in front of the site, and the path within it.

    SCRIPT_NAME is the page where it is called like one. Otherwise it is the program
    that answers: part of the URL where the visitor sees it there, and else, as with
    Apache's Action, nothing to the visitor.
    """
    get = variables.get
    script, info = get("SCRIPT_NAME", ""), get("PATH_INFO", "")
    asked = _unquoted(_path_of(get("REQUEST_URI", "")))
    if not info:
        return "", script or get("DOCUMENT_URI") or asked or "/"
    if script.endswith(extensions):
        return "", script + info
    if script and script != "/" and asked.startswith(f"{script}/"):
        return script, info
    return "", info


def _path_of(uri: str) -> str:
    """The path of a request line, which may name scheme and host before it."""
    path = uri.partition("?")[0]
    if "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path


def _unquoted(path: str) -> str:
    """*path* with what was escaped in it, spelt as Latin-1."""
    if path.isascii() and "%" not in path:
        return path
    from urllib.parse import unquote_to_bytes

    return unquote_to_bytes(path).decode("latin-1")


def file_of(filename: str) -> str:
    """SCRIPT_FILENAME without the address that Apache puts before the file."""
    address, found, file = filename.removeprefix(_PROXY).partition("://")
    if not found:
        return filename
    return "/" + file.partition("/")[2].lstrip("/").partition("?")[0]


def cgi_head(status: str, headers: HeaderPairs) -> bytes:
    """Status and headers as CGI has them (RFC 3875, section 6.3)."""
    lines = [f"Status: {status}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def is_https(variables: Variables) -> bool:
    """Whether the visitor's connection to the web server is encrypted."""
    https = variables.get("HTTPS", "").lower()
    return https in ("on", "1") or variables.get("REQUEST_SCHEME") == "https"


def is_chunked(variables: Variables) -> bool:
    """Whether the visitor sent a body in chunks and nobody has told its length.

    Servers that drop such a body say that it has none, or that its length is 0.
    """
    length = variables.get("CONTENT_LENGTH", "")
    return "HTTP_TRANSFER_ENCODING" in variables and length in ("", "0")
