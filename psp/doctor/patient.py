"""What is known of a site that is examined: its pages, its files, what it answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ..adapters.site import path_rules
from ..http.pathrules import DEFAULT_RULES, PathRules, is_below, is_hidden
from ..settings import Settings
from .links import crawl
from .plant import PREFIX, Plant
from .visitor import Pairs, Reply, Unreadable, Visitor, as_path

MOST_PAGES, MOST_FILES = 40, 500


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
            return list(crawl(self.visitor, self.get, MOST_PAGES))
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
            self._replies[path] = self.ask("GET", path)
        return self._replies[path]

    def ask(
        self, method: str, path: str, headers: Pairs = (), body: bytes = b""
    ) -> Reply:
        """The answer to a request; status 0 where the server hangs up instead.

        Raises OSError where there is no server.
        """
        try:
            return self.visitor.ask(method, path, headers, body)
        except (ConnectionResetError, BrokenPipeError, Unreadable, TimeoutError):
            return Reply(0, [], b"")

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
