"""Limits: how much a visitor may send."""

from __future__ import annotations

from ..light import NamedTuple
from ..options import KIB


class Limits(NamedTuple):
    """What a site takes; past any of these the answer is 400 or 413.

    ``fields``             fields of query and body together
    ``parts``              parts of a multipart body
    ``files``              parts of it that are files
    ``field_bytes``        bytes of query and body that are not in files
    ``body_bytes``         bytes of a whole body
    ``part_header_bytes``  bytes of one header of a part
    ``part_headers``       headers of one part
    ``boundary_bytes``     bytes of a multipart boundary
    ``spool_bytes``        bytes of a file that stay in memory; more goes to disk
    ``cookies``            cookies of a request
    ``cookie_bytes``       characters of its Cookie header
    """

    fields: int = 1000
    parts: int = 1000
    files: int = 100
    field_bytes: int = 2560 * KIB
    body_bytes: int = 16 * KIB * KIB
    part_header_bytes: int = 4224
    part_headers: int = 16
    boundary_bytes: int = 200
    spool_bytes: int = 64 * KIB
    cookies: int = 200
    cookie_bytes: int = 16 * KIB


DEFAULT_LIMITS = Limits()
