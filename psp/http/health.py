"""The answer to those who ask whether the site can be served: balancers, monitors."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .answer import Answer
from .request import Request
from .response import Response

if TYPE_CHECKING:
    from .answer import Start

_METHODS = ("GET", "HEAD")


def answer_health(request: Request, start: Start, folder: str) -> Iterable[bytes]:
    """200 while *folder* can be entered, otherwise 503; 405 for other methods."""
    text, status = b"ok\n", 200
    if request.method not in _METHODS:
        text, status = b"GET or HEAD\n", 405
    elif not os.access(os.path.join(folder, ""), os.X_OK):
        text, status = b"the document root is missing\n", 503
    response = Response(status)
    response.content_type = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if status == 405:
        response.headers["Allow"] = ", ".join(_METHODS)
    return Answer(request, response, start).finish(text)
