"""The environment of a CGI program: what RFC 3875 names, and nothing of ours."""

from __future__ import annotations

import os

from ..http.cgivars import cgi_vars, common_vars
from ..http.exchange import mp_request
from ..http.paths import Target
from ..http.request import Request
from ..http.response import Response
from ..runtime.output import Output

#: Text that requests keep as bytes spelt as Latin-1; all other is UTF-8.
_RAW = frozenset({"QUERY_STRING", "REQUEST_URI"})
_LENGTH = "CONTENT_LENGTH"


def make_variables(
    request: Request, target: Target, root: str, length: int | None
) -> dict[bytes, bytes]:
    """The environment of the program *target*, below the document root *root*.

    *length* is that of the body, None where there is none. Of the environment of this
    process there is PATH alone.
    """
    req = mp_request(
        request,
        Response(),
        Output(),
        filename=target.filename,
        path_info=target.path_info,
        document_root=root,
    )
    found = {
        **common_vars(req),
        **cgi_vars(req),
        "PATH": os.environ.get("PATH", os.defpath),
        "SERVER_SOFTWARE": "psp",
        "SCRIPT_NAME": f"{request.script_name}/{target.name}",
        "REQUEST_URI": request.uri,
    }
    found.pop(_LENGTH, None)
    if length is not None:
        found[_LENGTH] = str(length)
    if target.path_info:
        found["PATH_TRANSLATED"] = root + target.path_info
    return {
        name.encode("ascii", "replace"): _bytes(name, value)
        for name, value in found.items()
        if "\0" not in value
    }


def _bytes(name: str, value: str) -> bytes:
    if name in _RAW:
        return value.encode("latin-1", "replace")
    return value.encode("utf-8", "surrogateescape")
