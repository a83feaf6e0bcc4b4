"""What is known of a site that is examined: its pages, its files, what it answers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urldefrag, urljoin, urlsplit

from ..adapters.site import path_rules
from ..http.pathrules import DEFAULT_RULES, PathRules, is_below, is_hidden
from ..settings import Settings
from .plant import PREFIX, Plant
from .visitor import Reply, Visitor, as_path

MOST_PAGES, MOST_FILES = 40, 500

_LINK = re.compile(r"""\b(?:href|src|action)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


@dataclass
class Patient:
    """A site: who asks it, its settings where they are known, pages of the doctor."""

    visitor: Visitor
    settings: Settings | None = None
    plant: Plant | None = None
    _replies: dict[str, Reply] = field(default_factory=dict)

    @cached_property
    def server(self) -> str:
        """What calls itself the server."""
        return self.get("/").one("server")

    @cached_property
    def paths(self) -> list[str]:
        """Where pages are: by the files of the site if those are known, or by links."""
        if self.settings is None:
            return list(crawl(self))
        rules = self._rules
        names = [name for name in self.files if self._is_served_page(name, rules)]
        return ["/", *map(as_path, names[:MOST_PAGES])]

    @cached_property
    def files(self) -> dict[str, bytes]:
        """The files of the site that are no links, by name, and how each begins."""
        if self.settings is None:
            return {}
        found: dict[str, bytes] = {}
        root = self.settings.document_root
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                ours = name.startswith(PREFIX)
                if len(found) < MOST_FILES and not ours and not os.path.islink(path):
                    found[os.path.relpath(path, root).replace(os.sep, "/")] = read(path)
        return found

    @property
    def hidden(self) -> Iterator[tuple[str, bytes]]:
        """Names and beginnings of the files that nobody is to have as they are."""
        rules = self._rules
        for name, content in self.files.items():
            if content and not self._is_served_page(name, rules):
                if self._is_refused(name) or rules.media_type(name) is None:
                    yield name, content

    @property
    def pages(self) -> Iterator[tuple[str, bytes]]:
        """Names and sources of the pages."""
        rules = self._rules
        for name, content in self.files.items():
            if self._is_served_page(name, rules):
                yield name, content

    def get(self, path: str) -> Reply:
        """The answer to GET *path*, asked for once."""
        if path not in self._replies:
            self._replies[path] = self.visitor.get(path)
        return self._replies[path]

    def seen(self) -> Iterator[tuple[str, Reply]]:
        """Every answer so far that ``get`` has got."""
        yield from list(self._replies.items())

    @cached_property
    def _rules(self) -> PathRules:
        return DEFAULT_RULES if self.settings is None else path_rules(self.settings)

    def _is_served_page(self, name: str, rules: PathRules) -> bool:
        return rules.is_page(name) and not self._is_refused(name)

    def _is_refused(self, name: str) -> bool:
        return any(map(is_hidden, name.split("/"))) or is_below(
            name, self._rules.private
        )


def read(path: str) -> bytes:
    """The first 64 KiB of the file *path*; nothing where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(65536)
    except OSError:
        return b""


def crawl(patient: Patient) -> Iterator[str]:
    """The paths below that of the site that links lead to, beginning with ``/``."""
    waiting, known = ["/"], {"/"}
    while waiting and len(known) <= MOST_PAGES:
        path = waiting.pop(0)
        yield path
        reply = patient.get(path)
        if not reply.is_html:
            continue
        for link in links(patient.visitor, path, reply):
            if link not in known:
                known.add(link)
                waiting.append(link)
    yield from waiting


def links(visitor: Visitor, path: str, reply: Reply) -> Iterator[str]:
    """The paths of the same site that an answer links to, without their queries."""
    base = f"{visitor.scheme}://{visitor.netloc}{visitor.prefix}"
    for link in _LINK.findall(reply.text):
        try:
            parts = urlsplit(urldefrag(urljoin(base + path, link))[0])
        except ValueError:
            continue
        same = (parts.scheme, parts.netloc) == (visitor.scheme, visitor.netloc)
        if same and parts.path.startswith(f"{visitor.prefix}/"):
            if parts.path.isascii() and parts.path.isprintable():
                yield parts.path.removeprefix(visitor.prefix)
