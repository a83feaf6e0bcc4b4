"""The syntax of Apache's configuration files: directives and sections, with places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import SettingsError

_WORD = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|(\S+))')
_ESCAPE = re.compile(r"""\\([\\"'])""")
_OPEN = re.compile(r"<([A-Za-z]\w*)\s*(.*?)\s*>")
_CLOSE = re.compile(r"</([A-Za-z]\w*)\s*>")


@dataclass(frozen=True, slots=True)
class Directive:
    """One line: a name, and its words with their quotes taken off."""

    name: str
    words: tuple[str, ...]
    file: str
    line: int

    @property
    def place(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"

    def __str__(self) -> str:
        return " ".join((self.name, *self.words))


@dataclass(frozen=True, slots=True)
class Section:
    """``<Name words>`` and what stands up to ``</Name>``."""

    name: str
    words: tuple[str, ...]
    file: str
    line: int
    items: list[Directive | Section] = field(default_factory=list)

    @property
    def place(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"

    def __str__(self) -> str:
        return f"<{' '.join((self.name, *self.words))}>"


Items = list[Directive | Section]


def parse_directives(text: str, file: str = "<string>") -> Items:
    """The directives and sections of *text*; SettingsError for a section left open."""
    items: Items = []
    open_sections: list[Section] = []
    for number, line in _logical_lines(text):
        here = open_sections[-1].items if open_sections else items
        if found := _CLOSE.fullmatch(line):
            _close(found[1], open_sections, f"{file}:{number}")
        elif found := _OPEN.fullmatch(line):
            section = Section(found[1], _words(found[2]), file, number)
            here.append(section)
            open_sections.append(section)
        else:
            name, *words = _words(line)
            here.append(Directive(name, tuple(words), file, number))
    if open_sections:
        section = open_sections[-1]
        raise SettingsError(f"{section.place}: {section} is never closed")
    return items


def walk(items: Items) -> Iterator[Directive]:
    """All directives of *items*, those in sections as well."""
    for item in items:
        if isinstance(item, Section):
            yield from walk(item.items)
        else:
            yield item


def _close(name: str, open_sections: list[Section], place: str) -> None:
    if not open_sections or open_sections[-1].name.lower() != name.lower():
        raise SettingsError(f"{place}: </{name}> closes nothing")
    open_sections.pop()


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with something on them, by number; a backslash at the end joins two."""
    joined, start = "", 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not joined:
            start = number
        if line.endswith("\\"):
            joined += line[:-1]
            continue
        whole, joined = (joined + line).strip(), ""
        if whole and not whole.startswith("#"):
            yield start, whole
    if joined.strip():
        yield start, joined.strip()


def _words(line: str) -> tuple[str, ...]:
    return tuple(_unquoted(found) for found in _WORD.finditer(line))


def _unquoted(found: re.Match[str]) -> str:
    quoted = found[1] if found[1] is not None else found[2]
    return found[3] if quoted is None else _ESCAPE.sub(r"\1", quoted)
