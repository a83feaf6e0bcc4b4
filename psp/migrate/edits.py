"""Edits of a text: what they make of it, and where its places move to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from os.path import commonprefix
from typing import NamedTuple

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_PIECE = re.compile(r"\w+|[ \t]+|.", re.DOTALL)

#: Words times words that are compared; beyond it, there is one edit for all.
_MOST = 1_000_000


class Edit(NamedTuple):
    """The characters from ``start`` to ``end`` give way to ``text``."""

    start: int
    end: int
    text: str


class Change(NamedTuple):
    """Items ``start`` to ``end`` of the old sequence are ``new_start`` to ``new_end``
    of the new one, and differ.
    """

    start: int
    end: int
    new_start: int
    new_end: int


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """*text* with *edits*, which are in order and do not overlap."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))


def new_place(edits: Iterable[Edit], offset: int) -> int:
    """Where *offset* is after *edits*; inside of one, where its text starts."""
    shift = 0
    for edit in edits:
        if edit.end > offset:
            return min(offset, edit.start) + shift
        shift += len(edit.text) - (edit.end - edit.start)
    return offset + shift


def old_place(edits: Iterable[Edit], offset: int) -> int:
    """Where *offset* was before *edits*; inside of one, where it started."""
    shift = 0
    for edit in edits:
        start = edit.start + shift
        if offset < start:
            break
        if offset < start + len(edit.text):
            return edit.start
        shift += len(edit.text) - (edit.end - edit.start)
    return offset - shift


def changes(
    old: Sequence[str], new: Sequence[str], key: Callable[[str], str] = str
) -> Iterator[Change]:
    """Where two sequences differ; one by one where as many came as went.

    Items with the same *key* belong together even if they differ.
    """
    keys, new_keys = list(map(key, old)), list(map(key, new))
    matcher = SequenceMatcher(None, keys, new_keys)
    for _, start, end, new_start, new_end in matcher.get_opcodes():
        if end - start != new_end - new_start:
            yield Change(start, end, new_start, new_end)
            continue
        for at, there in zip(range(start, end), range(new_start, new_end), strict=True):
            if old[at] != new[there]:
                yield Change(at, at + 1, there, there + 1)


def word_edits(old: str, new: str, shift: int = 0) -> Iterator[Edit]:
    """The edits, word by word, that make *new* of *old*, which starts at *shift*."""
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    same = len(commonprefix((before, after)))
    shift += sum(map(len, before[:same]))
    before, after = before[same:], after[same:]
    if len(before) * len(after) > _MOST:
        yield Edit(shift, shift + sum(map(len, before)), "".join(after))
        return
    ends = _ends(before)
    matcher = SequenceMatcher(None, before, after)
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        if kind != "equal":
            text = "".join(after[j:j_end])
            yield Edit(ends[i] + shift, ends[i_end] + shift, text)


def text_edits(old: str, new: str) -> list[Edit]:
    """The edits that make *new* of *old*: by lines, and then by words."""
    before, after = lines(old), lines(new)
    ends = _ends(before)
    edits: list[Edit] = []
    for start, end, new_start, new_end in changes(before, after):
        text = "".join(after[new_start:new_end])
        edits += word_edits("".join(before[start:end]), text, ends[start])
    return edits


def lines(text: str) -> list[str]:
    """The lines of *text* with their ends; only ``\\n`` ends one."""
    return _LINE.findall(text)


def _ends(pieces: Sequence[str]) -> list[int]:
    """Where each of *pieces* starts in the text that they make, and where that ends."""
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + len(piece))
    return ends
