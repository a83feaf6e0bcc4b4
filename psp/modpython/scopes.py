"""Scopes: sections of a configuration as what they hold for, in Apache's order."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from ..errors import SettingsError
from .apply import is_understood
from .directives import Directive, Items, Section

#: Whether a section holds for a file, or a folder with its final slash, and a path.
Matches = Callable[[str, str], bool]
SERVER, FOLDER, FILES, LOCATION = range(4)

_MODULES = frozenset(
    "mod_python.c python_module mod_mime.c mime_module mod_dir.c dir_module"
    " mod_authz_core.c authz_core_module mod_authz_host.c authz_host_module"
    " mod_authn_core.c authn_core_module mod_auth_basic.c auth_basic_module"
    " mod_access_compat.c access_compat_module".split()
)
_PASSED_THROUGH = {"virtualhost", "requireany"}
_CLOSED = "not-understood"


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The directives of one section, and where they hold.

    ``rank``       a later one wins: kind, depth of the folder, order in it
    ``directory``  handlers named here are imported from it; has a final slash
    ``location``   the path of a Location section
    """

    matches: Matches
    rank: tuple[int, int, int] = (SERVER, 0, 0)
    directory: str = ""
    location: str = ""
    directives: tuple[Directive, ...] = ()


@dataclass(slots=True)
class Reading:
    """What has been read of a configuration: scopes, and what was not understood."""

    scopes: list[Scope] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, items: Items, outer: Scope) -> None:
        """Take in *items*, which stand in *outer*."""
        plain = [item for item in items if isinstance(item, Directive)]
        kept = [self._checked(directive) for directive in plain]
        if kept:
            self.scopes.append(replace(outer, directives=tuple(kept)))
        for item in items:
            if isinstance(item, Section):
                self._add_section(item, outer)

    def _checked(self, directive: Directive) -> Directive:
        """*directive*; one that guards something and is not understood closes it."""
        if is_understood(directive):
            return directive
        self.problems.append(f"{directive.place}: not understood: {directive}")
        name = directive.name.lower()
        if name == "require" or name.startswith("sslrequire"):
            return replace(directive, name="Require", words=(_CLOSED,))
        return directive

    def _add_section(self, section: Section, outer: Scope) -> None:
        name = section.name.lower()
        if name in ("ifmodule", "ifdefine"):
            if _is_given(section):
                self.add(section.items, outer)
        elif name in _PASSED_THROUGH:
            self.add(section.items, outer)
        elif (inner := _inner_scope(section, outer)) is not None:
            self.add(section.items, inner)
        else:
            self.problems.append(f"{section.place}: not understood: {section}")
            if _guards(section.items):
                closing = Directive("Require", (_CLOSED,), section.file, section.line)
                self.scopes.append(replace(outer, directives=(closing,)))


def _is_given(section: Section) -> bool:
    """Whether an IfModule or IfDefine section counts."""
    word = section.words[0] if section.words else ""
    known = _MODULES if section.name.lower() == "ifmodule" else frozenset[str]()
    given = word.lstrip("!").lower() in known
    return not given if word.startswith("!") else given


def _guards(items: Iterable[Directive | Section]) -> bool:
    """Whether there is a directive among *items* that keeps somebody out."""
    for item in items:
        if isinstance(item, Section):
            if _guards(item.items):
                return True
        elif item.name.lower() in ("require", "deny", "order", "satisfy"):
            return True
    return False


def _inner_scope(section: Section, outer: Scope) -> Scope | None:
    """Where *section* holds; None for a kind that is not understood."""
    words = section.words
    kind = section.name.lower()
    if kind.removesuffix("match") not in ("directory", "files", "location"):
        return None
    if not words:
        raise SettingsError(f"{section.place}: {section} says nothing")
    is_pattern = kind.endswith("match") or words[0] == "~"
    kind, text = kind.removesuffix("match"), words[-1]
    if kind == "directory":
        folder = os.path.join(text, "")
        matches = _pattern(text, 0) if is_pattern else below(folder)
        rank = (FOLDER, folder.count("/"), outer.rank[2] + is_pattern)
        directory = outer.directory if is_pattern else folder
        return Scope(_both(outer, matches), rank, directory)
    if kind == "files":
        matches = _pattern(text, 0, base=True) if is_pattern else _glob(text)
        rank = (FILES, *outer.rank[1:])
        return replace(outer, matches=_both(outer, matches), rank=rank)
    matches = _pattern(text, 1) if is_pattern else _at_location(text)
    location = "" if is_pattern else text.rstrip("/")
    rank = (LOCATION, len(text), outer.rank[2])
    return Scope(_both(outer, matches), rank, "", location)


def everywhere(filename: str, path: str) -> bool:
    """Where the directives outside of any section hold."""
    return True


def below(folder: str) -> Matches:
    """The files of *folder*, whose name has a final slash or holds wild cards."""
    if any(char in folder for char in "*?["):
        wild = re.compile(_translated(folder))
        return lambda filename, path: wild.match(filename) is not None
    return lambda filename, path: filename.startswith(folder)


def _translated(folder: str) -> str:
    """A pattern for names below *folder*; its wild cards stop at slashes."""
    parts = (fnmatch.translate(part)[4:-3] for part in folder.split("/"))
    return "/".join(part.replace(".*", "[^/]*") for part in parts)


def _both(outer: Scope, inner: Matches) -> Matches:
    first = outer.matches
    if first is everywhere:
        return inner
    return lambda filename, path: first(filename, path) and inner(filename, path)


def _glob(pattern: str) -> Matches:
    return lambda filename, path: fnmatch.fnmatchcase(_base(filename), pattern)


def _pattern(text: str, which: int, base: bool = False) -> Matches:
    """Where the expression *text* is found: 0 in the file's name, 1 in the path."""
    wanted = re.compile(text)

    def matches(*place: str) -> bool:
        return wanted.search(_base(place[0]) if base else place[which]) is not None

    return matches


def _at_location(text: str) -> Matches:
    """The path *text* itself, and all below it."""
    if any(char in text for char in "*?["):
        return lambda filename, path: fnmatch.fnmatchcase(path, text)
    place = text.rstrip("/")
    return lambda filename, path: path == place or path.startswith(f"{place}/")


def _base(filename: str) -> str:
    return filename.rpartition("/")[2]
