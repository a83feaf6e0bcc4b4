"""The JSON body of a request (RFC 8259)."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from ..errors import FormError, TooLarge
from .formreader import is_json
from .request import CHUNK, Request


def read_json(request: Request) -> Any:
    """What the body of *request* says.

    Raises FormError with status 415 where the Content-Type is not JSON, 411 where the
    body's length is unknown, 400 where it is not JSON in UTF-8; TooLarge past the
    limit of what is not in files.
    """
    kind = request.headers.combined("Content-Type")
    if not is_json(kind):
        raise FormError(
            415, f"the body is {kind or 'of no type'}, not application/json"
        )
    if not request.body.has_end:
        raise FormError(411, "a body needs a Content-Length")
    data = _read(request)
    try:
        return json.loads(data.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FormError(message=f"the body is not JSON: {error}") from None


def _read(request: Request) -> bytes:
    limit, body = request.limits.field_bytes, request.body
    if (body.length or 0) > limit:
        raise TooLarge(message=f"a JSON body of {body.length} bytes")
    pieces, size = [], 0
    while piece := body.read(CHUNK):
        size += len(piece)
        if size > limit:
            raise TooLarge(message=f"a JSON body of more than {limit} bytes")
        pieces.append(piece)
    if body.is_cut:
        raise FormError(message="the body ends before its Content-Length")
    return b"".join(pieces)


def _refuse(name: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(f"{name} is no number")
