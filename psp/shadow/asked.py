"""What is asked of both sites: lines of a file of requests, or of an access log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from ..doctor.visitor import in_ascii

#: The request in a line of the formats "common" and "combined" of Apache and nginx.
_LOGGED = re.compile(r'^\S+ .*?\] "([A-Z]+) (\S+) HTTP/[\d.]+" \d{3} ')
#: A line of such a log, whatever it is that has come.
_LOG = re.compile(r'^\S+ .*?\] ".*" \d{3} ')
_LINE = re.compile(r"([A-Z]+) (\S+)(?: (.*))?")


class Asked(NamedTuple):
    """A request; ``body`` is a form, as it is sent."""

    method: str
    path: str
    body: str = ""


def read_requests(lines: Iterable[str]) -> Iterator[Asked]:
    """The requests in *lines*, each once: ``METHOD PATH [FORM]``, or as servers log.

    Of a log only GET and HEAD are taken, for it has no bodies, and what was no request
    is left out. Raises ValueError with the number of a line that is neither; empty ones
    and those with ``#`` are skipped.
    """
    known: set[Asked] = set()
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        asked = _read(line)
        if asked is None:
            raise ValueError(f"line {number} is no request: {line[:60]!r}")
        if asked.path.startswith("/") and asked not in known:
            known.add(asked)
            yield asked


def _read(line: str) -> Asked | None:
    """The request of a line, one without a path where it is not to be asked again."""
    if logged := _LOGGED.match(line):
        if logged[1] not in ("GET", "HEAD"):
            return Asked(logged[1], "")
        return Asked(logged[1], in_ascii(_below_host(logged[2])))
    if _LOG.match(line):
        return Asked("", "")
    if plain := _LINE.fullmatch(line):
        return Asked(plain[1], in_ascii(plain[2]), plain[3] or "")
    return None


def _below_host(target: str) -> str:
    """*target* of a request line without the scheme and the host of a proxy's."""
    if target.startswith("/"):
        return target
    return urlsplit(target)._replace(scheme="", netloc="").geturl()
