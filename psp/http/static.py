"""Files that are sent as they are: RFC 9110 on validators, conditions and ranges."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ..errors import HTTPError
from .conditions import check_conditions
from .dates import http_date, parse_date
from .paths import Target
from .request import CHUNK, Request
from .response import Response

METHODS = ("GET", "HEAD")


class FileBody:
    """Bytes *start* to *stop* of an open file, in pieces; owns the descriptor.

    ``close`` may come early and more than once, as PEP 3333 has it.
    """

    def __init__(self, descriptor: int, start: int, stop: int):
        self._descriptor = descriptor
        self._start, self._stop = start, stop

    def __iter__(self) -> Iterator[bytes]:
        try:
            at = self._start
            while at < self._stop and self._descriptor >= 0:
                size = min(CHUNK, self._stop - at)
                data = os.pread(self._descriptor, size, at)
                if not data:  # cut short since its size was taken
                    return
                at += len(data)
                yield data
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def send_file(request: Request, target: Target) -> tuple[Response, Iterable[bytes]]:
    """The answer to a request for a static file, and its body.

    Takes over ``target.descriptor``: the body closes it. Raises HTTPError 405 for
    methods other than GET and HEAD.
    """
    try:
        return _answer(request, target)
    except BaseException:
        os.close(target.descriptor)
        raise


def _answer(request: Request, target: Target) -> tuple[Response, Iterable[bytes]]:
    if request.method not in METHODS:
        raise HTTPError(405, headers=[("Allow", ", ".join(METHODS))])
    found = os.fstat(target.descriptor)
    response = _describe(found, target.media_type)
    start, stop = _decide(request, response, found.st_size)
    body = FileBody(target.descriptor, start, stop)
    if response.sends_body(request.method) and start < stop:
        return response, body
    body.close()
    return response, ()


def _describe(found: os.stat_result, media_type: str) -> Response:
    """What is said of a file, whatever is asked of it."""
    response = Response(content_type=media_type)
    headers = response.headers
    headers["ETag"] = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
    headers["Last-Modified"] = http_date(int(found.st_mtime))
    headers["Accept-Ranges"] = "bytes"
    response.err_headers["X-Content-Type-Options"] = "nosniff"
    return response


def _decide(request: Request, response: Response, size: int) -> tuple[int, int]:
    """Set the status and the length, and choose which bytes to send."""
    headers = response.headers
    etag, modified = headers.combined("ETag"), headers.combined("Last-Modified")
    status = check_conditions(request.method, request.headers, etag, modified)
    if status == 412:
        response.become_error(412, content_type="")
    if status:
        response.status = status
        return 0, 0
    wanted = _wanted_range(request, etag, modified)
    if wanted is None:
        headers["Content-Length"] = str(size)
        return 0, size
    return _cut(response, wanted, size)


def _wanted_range(
    request: Request, etag: str, modified: str
) -> tuple[int, int | None] | None:
    """The one range that is asked for; None where the whole file is the answer.

    Several ranges and what cannot be read are ignored, as section 14.2 allows.
    """
    header = request.headers.combined("Range")
    if request.method != "GET" or not header:
        return None
    condition = request.headers.combined("If-Range")
    if condition and not _is_current(condition, etag, modified):
        return None
    from werkzeug import http

    found = http.parse_range_header(header)
    if found is None or found.units != "bytes" or len(found.ranges) != 1:
        return None
    return found.ranges[0]


def _is_current(condition: str, etag: str, modified: str) -> bool:
    """Whether the file is still what If-Range names (section 13.1.5): exactly."""
    if condition.startswith(('"', "W/")):
        return condition == etag
    date = parse_date(condition)
    return date is not None and date == parse_date(modified)


def _cut(
    response: Response, wanted: tuple[int, int | None], size: int
) -> tuple[int, int]:
    """Turn into 206 for the range, or 416 if the file has nothing there."""
    start = max(0, size + wanted[0]) if wanted[0] < 0 else wanted[0]
    stop = size if wanted[1] is None else min(wanted[1], size)
    if start >= stop:
        response.become_error(416, content_type="")
        response.headers["Content-Range"] = f"bytes */{size}"
        response.headers["Content-Length"] = "0"
        return 0, 0
    response.status = 206
    response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response.headers["Content-Length"] = str(stop - start)
    return start, stop
