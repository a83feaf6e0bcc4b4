"""Tags alone on their lines: an ``end`` and its likes under what they belong to."""

from __future__ import annotations

import re

from ..compiler.lines import CONTINUES, logical_lines
from ..lexer.tokens import TokenType
from ..source import Source
from .tags import Tag, read_tags

_END = re.compile(r"\s*end\b")


def align_ends(text: str) -> str:
    """*text*, of a page whose lines of tags alone are dropped, with these aligned.

    What closes a block or goes on with it has the indentation of what opened it.
    """
    tags = list(read_tags(Source(text)))
    opened: list[str | None] = []
    edits: list[tuple[int, int, str]] = []
    for tag in tags:
        if tag.kind is not TokenType.SCRIPTLET_OPEN or tag.code is None:
            continue
        start = text.rfind("\n", 0, tag.start) + 1
        blanks = text[start : tag.start]
        alone = not blanks.strip(" \t") and _is_silent(text, start, tags)
        word, opens = _header(tag)
        closes = bool(_END.match(tag.code))
        if closes or word in CONTINUES:
            wanted = opened[-1] if opened else None
            if alone and wanted is not None and wanted != blanks:
                edits.append((start, tag.start, wanted))
            if closes and opened:
                opened.pop()
        elif opens:
            opened.append(blanks if alone else None)
    for start, end, blanks in reversed(edits):
        text = text[:start] + blanks + text[end:]
    return text


def _header(tag: Tag) -> tuple[str, bool]:
    """The first word of a tag of one line, and whether the tag opens a block."""
    code = tag.code or ""
    lines = [] if "\n" in code else list(logical_lines(code))
    lines = [line for line in lines if not line.comment]
    return (lines[0].word, lines[-1].opens) if lines else ("", False)


def _is_silent(text: str, start: int, tags: list[Tag]) -> bool:
    """Whether the line at *start* holds whole tags that write nothing, and no more."""
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    for tag in tags:
        if tag.end <= start or tag.start >= end:
            continue
        inside = tag.start >= start and tag.end <= end
        if tag.is_silent:
            if not inside:
                return False
        elif text[max(tag.start, start) : min(tag.end, end)].strip(" \t"):
            return False
    return True
