"""The variables of CGI (RFC 3875), as Apache spells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .request import Request, host_name

if TYPE_CHECKING:
    from .members import RequestMembers

Vars = dict[str, str]

#: Headers that no program is told of: passwords, and what would set ``HTTP_PROXY``.
_UNTOLD = frozenset({"authorization", "proxy-authorization", "proxy"})
_USUAL_PORTS = {"http": "80", "https": "443"}
_PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def common_vars(exchange: RequestMembers) -> Vars:
    """What is known of server, client and headers."""
    request, connection = exchange._request, exchange.connection
    found = _header_vars(exchange)
    found |= {
        "SERVER_SIGNATURE": "",
        "SERVER_SOFTWARE": str(request.environ.get("SERVER_SOFTWARE", "psp")),
        "SERVER_NAME": host_name(request.host),
        "SERVER_ADDR": connection.local_ip,
        "SERVER_PORT": _port(request),
        "REMOTE_ADDR": request.remote_addr,
        "REMOTE_PORT": str(request.remote_port),
        "DOCUMENT_ROOT": exchange.document_root(),
        "CONTEXT_PREFIX": "",
        "CONTEXT_DOCUMENT_ROOT": exchange.document_root(),
        "REQUEST_SCHEME": request.scheme,
        "SERVER_ADMIN": exchange.server.server_admin,
        "SCRIPT_FILENAME": exchange.filename,
    }
    known = {
        "HTTPS": "on" if exchange.is_https() else None,
        "REMOTE_HOST": connection.remote_host,
        "REMOTE_USER": exchange.user,
        "AUTH_TYPE": exchange.ap_auth_type,
    }
    return found | {name: value for name, value in known.items() if value}


def _port(request: Request) -> str:
    """The port that the client has asked for."""
    _, colon, port = request.host.removeprefix(host_name(request.host)).partition(":")
    return port if colon else _USUAL_PORTS.get(request.scheme, "")


def cgi_vars(exchange: RequestMembers) -> Vars:
    """What is known of the request itself; ``REQUEST_URI`` is the decoded path."""
    uri, path_info = exchange.uri, exchange.path_info
    found = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": exchange.protocol,
        "REQUEST_METHOD": exchange.method,
        "QUERY_STRING": exchange.args or "",
        "REQUEST_URI": uri,
        "SCRIPT_NAME": uri.removesuffix(path_info),
    }
    return found | {"PATH_INFO": path_info} if path_info else found


def _header_vars(exchange: RequestMembers) -> Vars:
    """The headers, without those whose names others could be taken for: ``X_A``."""
    return {
        _PLAIN.get(name.lower(), "HTTP_" + name.upper().replace("-", "_")): value
        for name, value in exchange.headers_in.items()
        if name.lower() not in _UNTOLD and name.replace("-", "").isalnum()
    }
