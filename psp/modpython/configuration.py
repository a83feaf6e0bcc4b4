"""Configuration: all directives of a site, and what holds for one request of it.

Sections count in Apache's order: folders from the outermost in, each followed by its
.htaccess, then files, then locations.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

from ..errors import SettingsError
from .apply import Draft, apply_directive, finish
from .directives import Directive, Items, parse_directives
from .scopes import FOLDER, Reading, Scope, below, everywhere
from .settings import Settings

log = logging.getLogger("psp")

HTACCESS = ".htaccess"
_CACHED = 1000

#: What every site has unless it says otherwise.
DEFAULT = """
AddHandler mod_python .psp .psp_ .py
PythonHandler mod_python.psp | .psp .psp_
PythonHandler mod_python.publisher | .py
DirectoryIndex index.psp index.html
"""


class Configuration:
    """The directives of a site; shared by threads.

    *text* holds for the whole document root, as a section of its own would; *server*
    is an entire httpd.conf, *more* is read after *text*, as an .htaccess file would
    be. With *htaccess* the files of that name count as they are at each request.
    What is not understood is in ``problems``, with file and line, and in the log.
    """

    def __init__(
        self,
        document_root: str,
        text: str = DEFAULT,
        *,
        server: Items | None = None,
        more: str = "",
        htaccess: bool = True,
    ) -> None:
        root = os.path.join(document_root, "")
        reading = Reading()
        reading.add(server or [], Scope(everywhere))
        for order, part in enumerate((text, more)):
            rank = (FOLDER, root.count("/"), order)
            scope = Scope(below(root), rank, directory=root)
            reading.add(parse_directives(part, "<configuration>"), scope)
        self.problems = reading.problems
        self._scopes = reading.scopes
        for scope in self._scopes:
            _merge([scope])  # what it cannot mean is better known now
        self.problems += self._unknown_filters()
        self._htaccess = _Htaccess(root, self.problems) if htaccess else None
        self._cache: dict[tuple[Scope, ...], Settings] = {}
        for problem in self.problems:
            log.warning("%s", problem)

    def settings_for(self, filename: str, path: str) -> Settings:
        """What holds for *filename*, asked for by *path*; SettingsError."""
        scopes = self._scopes
        if self._htaccess is not None:
            scopes = scopes + self._htaccess.scopes(filename)
        found = [scope for scope in scopes if scope.matches(filename, path)]
        found.sort(key=lambda scope: scope.rank)
        key = tuple(found)
        settings = self._cache.get(key)
        if settings is None:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            settings = self._cache[key] = _merge(found)
        return settings

    def _unknown_filters(self) -> Iterator[str]:
        """What is wrong where filters are set that nothing registers, Apache's say."""
        for kind in ("Output", "Input"):
            made = self.directives(f"Python{kind}Filter")
            known = {directive.words[1].lower() for directive in made}
            for directive in self.directives(f"Set{kind}Filter"):
                if not known.issuperset(directive.words[0].lower().split(";")):
                    yield f"{directive.place}: not understood: {directive}"

    def directives(self, name: str) -> Iterator[Directive]:
        """The directives called *name* outside of .htaccess files."""
        for scope in self._scopes:
            for directive in scope.directives:
                if directive.name.lower() == name.lower():
                    yield directive


class _Htaccess:
    """The .htaccess files below a folder, read again when they change."""

    def __init__(self, root: str, problems: list[str]) -> None:
        self._root = root
        self._known: dict[str, tuple[tuple[int, int, int], list[Scope]]] = {}
        for folder, _, files in os.walk(root):
            if HTACCESS in files:
                try:
                    problems += self._read(os.path.join(folder, "")).problems
                except SettingsError as error:
                    problems.append(str(error))

    def scopes(self, filename: str) -> list[Scope]:
        """The scopes of the files that stand above *filename*."""
        found = []
        at = len(self._root)
        while at > 0:
            folder = filename[:at]
            found += self._scopes_of(folder)
            at = filename.find("/", at) + 1
        return found

    def _scopes_of(self, folder: str) -> list[Scope]:
        try:
            state = os.stat(folder + HTACCESS)
        except OSError:
            self._known.pop(folder, None)
            return []
        stamp = state.st_mtime_ns, state.st_size, state.st_ino
        known = self._known.get(folder)
        if known is not None and known[0] == stamp:
            return known[1]
        reading = self._read(folder)
        for problem in reading.problems:
            log.warning("%s", problem)
        self._known[folder] = stamp, reading.scopes
        return reading.scopes

    def _read(self, folder: str) -> Reading:
        """What the file of *folder* says; one that cannot be read is an error."""
        file = folder + HTACCESS
        reading = Reading()
        try:
            with open(file, encoding="utf-8", errors="surrogateescape") as text:
                items = parse_directives(text.read(), file)
        except OSError as error:
            raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
        rank = (FOLDER, folder.count("/"), 2)
        reading.add(items, Scope(below(folder), rank, directory=folder))
        return reading


def _merge(scopes: list[Scope]) -> Settings:
    """The settings that *scopes*, in order, come to."""
    settings = Settings()
    for scope in scopes:
        is_location = bool(scope.location)
        draft = Draft(settings.copy(), scope.directory, is_location)
        for directive in scope.directives:
            apply_directive(draft, directive)
        settings = finish(draft)
        if is_location:
            settings.location = scope.location
    return settings
