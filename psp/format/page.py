"""format_page(): the same page, written one way."""

from __future__ import annotations

from collections.abc import Mapping

from ..options import DEFAULT_OPTIONS, PageOptions
from ..source import Source
from .ends import align_ends
from .formatters import Formatter
from .outline import outline
from .pieces import piece_of
from .tags import Tag, read_tags, tidy

_ROUNDS = 3  # until what is aligned and formatted stays as it is


def format_page(
    source: Source,
    options: PageOptions = DEFAULT_OPTIONS,
    formatter: Formatter | None = None,
) -> str:
    """The text of *source* with its tags, and their Python, written one way.

    Python is left to *formatter*. What the page writes stays what it was: where
    formatting several lines of code would change it, they are left alone. Raises
    PageSyntaxError for tags that are not closed.
    """
    text = source.text
    for _ in range(_ROUNDS):
        before, text = text, _formatted(Source(text, source.name), options, formatter)
        if text == before:
            break
    return text


def _formatted(
    source: Source, options: PageOptions, formatter: Formatter | None
) -> str:
    tags = list(read_tags(source))
    meant = outline(source, options)
    trims = meant is not None and meant.options.trim == "lines"

    def written(changed: Mapping[int, str]) -> str | None:
        """The page with some of its tags *changed*, if it means what it meant."""
        text = "".join(changed.get(at) or tidy(tag) for at, tag in enumerate(tags))
        text = align_ends(text) if trims else text
        return text if outline(Source(text, source.name), options) == meant else None

    changed = _reformatted(tags, formatter) if formatter else {}
    blocks = {at: text for at, text in changed.items() if "\n" in text}
    if blocks and meant is not None:
        text = written(changed)
        if text is not None:
            return text
    kept = {at: text for at, text in changed.items() if at not in blocks}
    text = written(kept)
    if text is None:
        return source.text
    for at, block in blocks.items() if meant is not None else ():
        with_block = written({**kept, at: block})
        if with_block is not None:
            text, kept = with_block, {**kept, at: block}
    return text


def _reformatted(tags: list[Tag], formatter: Formatter) -> dict[int, str]:
    """The tags whose Python *formatter* has gone over, by their place in *tags*."""
    pieces = {at: piece_of(tag) for at, tag in enumerate(tags)}
    found: dict[int, str] = {}
    for block in False, True:
        some = {at: one for at, one in pieces.items() if one and one.block is block}
        texts = [piece.text for piece in some.values()]
        formatted = formatter.format(texts, one_line=not block)
        for (at, piece), text in zip(some.items(), formatted or (), strict=False):
            code = piece.restored(text)
            if code is not None:
                found[at] = tags[at].with_code(code)
    return found
