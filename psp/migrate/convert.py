"""convert_python(): Python 2 text to Python 3, as far as a machine can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .code import Code
from .edits import Edit, apply_edits, new_place, text_edits
from .imports import imports
from .membership import has_keys
from .mend import Mend
from .names import escapes, hashes, methods, moved_names
from .python2 import Converter, Unreadable
from .remarks import Remark
from .sorting import comparisons, sorts
from .strings import default_encoding, encoded, named, raised
from .views import iterators, lazy, makers, views

#: In the order in which they have their way where two want the same place.
MENDS: tuple[Callable[[Code], Iterator[Mend]], ...] = (
    default_encoding,
    named,
    raised,
    encoded,
    escapes,
    hashes,
    methods,
    sorts,
    comparisons,
    views,
    makers,
    lazy,
    has_keys,
    iterators,
    moved_names,
)

#: Passes and rounds until nothing changes; deeper nesting than that is no page's.
_MOST = 100


class Converted(NamedTuple):
    """Python 3 text, the imports that it must have, and what is to say of it."""

    text: str
    needs: tuple[str, ...]
    notes: tuple[Remark, ...]


def convert_python(
    converter: Converter,
    text: str,
    filename: str,
    *,
    page: bool = False,
    taken: frozenset[str] = frozenset(),
) -> Converted:
    """*text*, the content of *filename*, as Python 3 that converts to itself.

    *page* and *taken* are as Code has them. Raises Unreadable.
    """
    work = _Work(text, page, taken)
    for _ in range(_MOST):
        before = work.text
        work.become(converter.convert(work.text, filename))
        work.mend(MENDS)
        work.mend((imports,), rounds=1)
        if work.text == before:
            return Converted(work.text, tuple(work.needs), tuple(work.notes))
    raise Unreadable("what this is converted to does not come to rest")


class _Work:
    """A text on its way, and what has been said of it."""

    def __init__(self, text: str, page: bool, taken: frozenset[str]):
        self.text = text
        self.page = page
        self.taken = taken
        self.needs: dict[str, None] = {}
        self.notes: list[Remark] = []

    def code(self) -> Code:
        """The text with its tree; raises Unreadable if it is not Python 3."""
        try:
            return Code(self.text, page=self.page, taken=self.taken)
        except SyntaxError as error:
            message = f"not Python 3, even when converted: {error.msg}"
            raise Unreadable(message, error.lineno or 1, error.offset or 1) from None

    def become(self, text: str) -> None:
        """Go on with *text*."""
        if text != self.text:
            self._move(text_edits(self.text, text))
            self.text = text

    def mend(
        self, mends: Iterable[Callable[[Code], Iterator[Mend]]], rounds: int = _MOST
    ) -> None:
        """Do what *mends* say until they say no more."""
        for _ in range(rounds):
            code = self.code()
            chosen = _compatible(one for mend in mends for one in mend(code))
            self.needs |= {one.need: None for one in chosen if one.need}
            edits = sorted(edit for one in chosen for edit in one.edits)
            if not edits:
                return
            notes = [Remark(one.at, one.note, False) for one in chosen if one.note]
            self.notes += notes
            self._move(edits)
            self.text = apply_edits(self.text, edits)

    def _move(self, edits: list[Edit]) -> None:
        self.notes = [
            note._replace(at=new_place(edits, note.at)) for note in self.notes
        ]


def _compatible(mends: Iterable[Mend]) -> list[Mend]:
    """The first of *mends*, and every later one that wants none of their places."""
    chosen: list[Mend] = []
    edits: list[Edit] = []
    for mend in mends:
        if not any(_collide(one, other) for one in mend.edits for other in edits):
            chosen.append(mend)
            edits += mend.edits
    return chosen


def _collide(one: Edit, other: Edit) -> bool:
    """Whether two edits overlap, or insert at the same place."""
    if one[:2] == other[:2]:
        return True
    return one.start < other.end and other.start < one.end
