"""Pages of the doctor's own that tell what arrives of a request, for a short time."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from .visitor import Reply, as_path

#: What the names of the pages begin with.
PREFIX = "psp-doctor-"

_ECHO = """<% import json, os
if req.args == "fail":
    raise RuntimeError("@MARK@")
req.content_type = "application/json"
req.write(json.dumps({
    "mark": "@MARK@",
    "headers": req.headers_in.items(),
    "https": bool(req.is_https()),
    "host": req.hostname,
    "address": req.useragent_ip,
    "proxy": os.environ.get("HTTP_PROXY", ""),
    "body": req.read().decode("latin-1"),
}), 0)
%>"""
_SESSION = """<%
if req.args == "end":
    session.invalidate()
else:
    session["psp-doctor"] = 1
    session.save()
%>"""


class Plant(NamedTuple):
    """The paths of the two pages, and the word that tells that it was them."""

    echo: str
    session: str
    mark: str

    def told(self, reply: Reply) -> dict[str, Any] | None:
        """What the page of that name says; None where it was not the page."""
        try:
            told = json.loads(reply.body)
            return told if told["mark"] == self.mark else None
        except (ValueError, LookupError, TypeError):
            return None


@contextmanager
def planted(root: str, extension: str) -> Iterator[Plant]:
    """Write the pages into *root* under names nobody guesses; they go at the end."""
    mark = secrets.token_hex(16)
    texts = {
        f"{PREFIX}{mark}-echo{extension}": _ECHO.replace("@MARK@", mark),
        f"{PREFIX}{mark}-session{extension}": _SESSION,
    }
    paths = [os.path.join(root, name) for name in texts]
    try:
        for path, text in zip(paths, texts.values(), strict=True):
            with open(path, "x", encoding="ascii") as file:
                file.write(text)
            os.chmod(path, 0o644)  # whoever runs the site has to read it
        echo, session = map(as_path, texts)
        yield Plant(echo, session, mark)
    finally:
        for path in paths:
            if os.path.exists(path):
                os.unlink(path)
