"""Compare three small sites, request by request, under three hosts.

    python -m tests.sites.compare [--short] [SITE ...]

The hosts are Apache's mod_python with its own modules, the same with ours, and our WSGI
application. Status, headers and bodies are compared, apart from what belongs to the
server: dates, transfer, the text of its own error pages. Exit status 1 on a difference.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterator, Sequence

from tests.conformance.replay import (
    SESSION_ID,
    Answer,
    Placeholders,
    request_bytes,
    send,
)

from .hosts import HOSTS, Address, Host
from .visits import SITES, Visit

SHORT = 12  # visits of the short form
SECONDS = 20.0
#: Headers that say how a server sends, or when, and what it calls a file.
DROPPED = frozenset(
    "date server connection transfer-encoding content-length etag".split()
)
#: How Apache's own pages begin, and those of ours that stand in their place.
_SERVER_PAGES = (
    re.compile(rb'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4\.01//EN" .*', re.DOTALL),
    re.compile(rb'<!doctype html>\n<html lang="en">.*<small>Status .*', re.DOTALL),
)
_SERVER_PAGE = b"[the server's own page]"


def visit_all(host: Host, site: str, visits: Sequence[Visit]) -> list[Answer]:
    """The answers of *host* to *visits*, in what they are compared by."""
    jar: dict[str, str] = {}
    with host(site) as address:
        return [normal(_visit(address, visit, jar)) for visit in visits]


def _visit(address: Address, visit: Visit, jar: dict[str, str]) -> Answer:
    """The answer to *visit*; *jar* holds the cookies by name."""
    cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
    headers = [*visit.headers, *([("Cookie", cookies)] if cookies else [])]
    request = {"method": visit.method, "path": visit.path, "headers": headers}
    data = request_bytes(request, Placeholders("")) if not visit.body else b""
    if visit.body:
        headers.append(("Content-Length", str(len(visit.body))))
        data = request_bytes(request, Placeholders("")) + visit.body
    answer = send(address, data, SECONDS)
    for name, value in answer.headers:
        if name.lower() == "set-cookie":
            cookie, _, value = value.partition(";")[0].partition("=")
            jar[cookie] = value
    return answer


def normal(answer: Answer) -> Answer:
    """*answer* without what belongs to the server or differs from run to run."""
    body = answer.body
    for pattern in _SERVER_PAGES:
        body = pattern.sub(_SERVER_PAGE, body)
    dropped = DROPPED | ({"content-type"} if _SERVER_PAGE in body else set())
    headers = [
        (name.lower(), _normal_value(name.lower(), value))
        for name, value in answer.headers
        if name.lower() not in dropped
    ]
    shown = sorted(pair for pair in headers if pair != ("allow", ""))
    return Answer(answer.outcome, answer.status, shown, body)


def _normal_value(name: str, value: str) -> str:
    """The value of a header; Allow is a set, in which Apache may have TRACE."""
    if name == "allow":
        return ", ".join(sorted({*value.replace(" ", "").split(",")} - {"TRACE"}))
    return SESSION_ID.sub("=[session id]", value)


def differences(first: Answer, second: Answer, mended: bool) -> Iterator[str]:
    """How two answers differ, as lines of a diff; bodies do not count if *mended*."""
    one, other = _lines(first, mended), _lines(second, mended)
    yield from list(difflib.unified_diff(one, other, lineterm="", n=1))[2:]


def _lines(answer: Answer, mended: bool) -> list[str]:
    headers = [
        pair for pair in answer.headers if not mended or pair[0] != "content-type"
    ]
    lines = [f"{answer.outcome} {answer.status}", *map(": ".join, headers)]
    if not mended:
        lines += answer.body.decode("utf-8", "backslashreplace").split("\n")
    return lines


def _pairs(visit: Visit) -> Iterator[tuple[str, str, bool]]:
    """The hosts to compare for *visit*, and whether theirs is what has been mended."""
    theirs, *ours = HOSTS
    for name in ours:
        yield theirs, name, bool(visit.mended)
    if visit.mended:
        yield ours[0], ours[1], False


def compare(site: str, visits: Sequence[Visit]) -> int:
    """Print how the hosts differ over *site*; the number of visits that do."""
    answers = {name: visit_all(host, site, visits) for name, host in HOSTS.items()}
    found = 0
    for at, visit in enumerate(visits):
        different = []
        for one, other, mended in _pairs(visit):
            lines = list(differences(answers[one][at], answers[other][at], mended))
            different += [f"--- {one}", f"+++ {other}", *lines] if lines else []
        status = answers[next(iter(HOSTS))][at].status
        if status != visit.status:
            different.append(f"status {visit.status} was to come, not {status}")
        if different:
            found += 1
            print(f"{site}: {visit}", *different, sep="\n    ")
    return found


def main() -> int:
    """Compare the sites that the command line names, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sites", nargs="*", metavar="SITE", default=list(SITES))
    parser.add_argument("--short", action="store_true", help="the first visits only")
    options = parser.parse_args()
    failed = 0
    for site in options.sites:
        visits = SITES[site][: SHORT if options.short else None]
        found = compare(site, visits)
        failed += found
        mended = sum(bool(visit.mended) for visit in visits)
        print(f"{site:10} {len(visits)} requests, {found} differ, {mended} mended")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
