"""Where links of a site lead to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

from .visitor import Reply, Visitor

_LINK = re.compile(r"""\b(?:href|src|action)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


def crawl(
    visitor: Visitor, get: Callable[[str], Reply], most: int, queries: bool = False
) -> Iterator[str]:
    """Paths that links lead to, ``/`` first and *most* at most.

    They are below the URL of *visitor*, and have a query with *queries* only.
    """
    waiting, known = ["/"], {"/"}
    while waiting:
        path = waiting.pop(0)
        yield path
        reply = get(path)
        for link in _links(visitor, path, reply) if reply.is_html else ():
            link = link if queries else link.partition("?")[0]
            if link not in known and len(known) < most:
                known.add(link)
                waiting.append(link)


def _links(visitor: Visitor, path: str, reply: Reply) -> Iterator[str]:
    base = f"{visitor.scheme}://{visitor.netloc}{visitor.prefix}"
    for link in _LINK.findall(reply.text):
        try:
            parts = urlsplit(urljoin(base + path, link.replace("&amp;", "&")))
        except ValueError:
            continue
        target = parts._replace(scheme="", netloc="", fragment="").geturl()
        same = (parts.scheme, parts.netloc) == (visitor.scheme, visitor.netloc)
        if same and parts.path.startswith(f"{visitor.prefix}/"):
            if target.isascii() and target.isprintable() and " " not in target:
                yield target.removeprefix(visitor.prefix)
