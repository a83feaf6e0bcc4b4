"""What a CGI program says before the body (RFC 3875, section 6.3)."""

from __future__ import annotations

import re

from ..errors import PspError
from ..http.fieldvalues import checked
from ..http.response import Response

#: Bytes that a program may write before the empty line.
MOST = 65536

_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(r"([2-9][0-9]{2})(?: (.*))?")


class BadHead(PspError):
    """A program has not answered as CGI programs do."""


def split(data: bytes) -> tuple[bytes, bytes] | None:
    """Head and beginning of the body; None while there is no empty line in *data*.

    Raises BadHead where there should have been one by now.
    """
    if data[:1] == b"\n" or data[:2] == b"\r\n":
        raise BadHead("no header comes before the empty line")
    found = _END.search(data, 0, MOST)
    if found is not None:
        return data[: found.start()], data[found.end() :]
    if len(data) >= MOST:
        raise BadHead(f"no empty line in the first {MOST} bytes")
    return None


def read_head(head: bytes) -> tuple[Response, str]:
    """The response that *head* tells of, and where it redirects; raises BadHead.

    A path to redirect to that comes without a status asks for the answer of that path
    (section 6.2.2). It needs a Content-Type, a Location or a Status.
    """
    response = Response(content_type="")
    location = status = ""
    for line in head.decode("latin-1").replace("\r\n", "\n").split("\n"):
        name, colon, value = line.partition(":")
        key, value = name.lower(), value.strip()
        if not colon:
            raise BadHead(f"not a header: {line[:200]!r}")
        if key == "status":
            status = value
            _set_status(response, value)
            continue
        try:
            if key == "content-type":
                response.content_type = value
            else:
                response.headers.add(name, value)
        except ValueError as error:
            raise BadHead(str(error)) from error
        location = value if key == "location" else location
    if not (status or location or response.content_type):
        raise BadHead("no Content-Type, Location or Status")
    if location and not status:
        response.status = 302
    return response, "" if status else location


def _set_status(response: Response, value: str) -> None:
    found = _STATUS.fullmatch(value)
    if found is None:
        raise BadHead(f"not a status: {value[:200]!r}")
    response.status = int(found[1])
    try:
        response.reason = checked(found[2]) if found[2] else None
    except ValueError as error:
        raise BadHead(str(error)) from error
