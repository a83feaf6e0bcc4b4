"""Frames of a traceback, for people: whose code, which characters, what it held."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, islice
from types import (
    BuiltinFunctionType,
    FrameType,
    FunctionType,
    ModuleType,
    TracebackType,
)
from typing import NamedTuple

from ..abi import PREFIX
from .excerpt import Line, Place, ReadLines, characters, excerpt
from .values import Variable, describe_all

LONGEST_CYCLE = 12  # frames of a recursion that are recognised as one round
FEWEST_ROUNDS = 4  # before they are folded
FIRST, LAST = 20, 40  # frames that are kept of a traceback that is still too long
MOST_VARIABLES = 40

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_INSTALLED = tuple(
    os.path.join(sysconfig.get_path(name), "")
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
)


# What a name of this kind holds is no news; it would hide the variables that are.
_CODE = (ModuleType, FunctionType, BuiltinFunctionType, type)


class Owner(Enum):
    """Whose code a frame runs."""

    PAGE = "page"
    SITE = "site"
    LIBRARY = "library"
    PSP = "psp"


@dataclass(frozen=True, slots=True)
class Frame:
    """One call: where it stood, in which function, with what in its variables.

    ``function`` is empty for the page itself. Frames of psp have no variables.
    """

    place: Place
    function: str
    owner: Owner
    lines: Sequence[Line] = ()
    variables: Sequence[Variable] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """Frames that are left out, and why."""

    message: str


class _Call(NamedTuple):
    frame: FrameType
    instruction: int
    line: int


def build_frames(
    traceback: TracebackType | None, read: ReadLines, deadline: float
) -> list[Frame | Skip]:
    """The frames of *traceback*, outermost first, recursion folded.

    Looking at variables ends at *deadline*, of ``time.monotonic``.
    """
    calls = _calls(traceback)
    keys = [(call.frame.f_code, call.instruction) for call in calls]
    return [
        item if isinstance(item, Skip) else _build(calls[item], read, deadline)
        for item in _shorten(_fold(keys))
    ]


def owner_of(filename: str) -> Owner:
    """Whose code lies in *filename*; what is not Python's is a page's."""
    if filename.startswith("<frozen "):
        return Owner.LIBRARY
    if not filename.endswith((".py", ".pyc")):
        return Owner.PAGE
    path = os.path.abspath(filename)
    if path.startswith(_OURS):
        return Owner.PSP
    return Owner.LIBRARY if path.startswith(_INSTALLED) else Owner.SITE


def _calls(traceback: TracebackType | None) -> list[_Call]:
    calls = []
    while traceback is not None:
        frame = traceback.tb_frame
        # Instructions that the compiler made up have no line, whatever typeshed says.
        line = traceback.tb_lineno or frame.f_code.co_firstlineno
        calls.append(_Call(frame, traceback.tb_lasti, line))
        traceback = traceback.tb_next
    return calls


def _fold(keys: Sequence[Hashable]) -> list[int | Skip]:
    """The indices of *keys* with rounds of a recursion shown once."""
    items: list[int | Skip] = []
    at = 0
    while at < len(keys):
        length, rounds = _cycle(keys, at)
        items += range(at, at + length)
        if rounds > 1:
            what = "This call" if length == 1 else f"These {length} calls"
            items.append(Skip(f"{what} repeated {rounds - 1} more times"))
        at += length * rounds
    return items


def _cycle(keys: Sequence[Hashable], at: int) -> tuple[int, int]:
    """How long the round is that starts *at*, and how often it comes there."""
    for length in range(1, LONGEST_CYCLE + 1):
        rounds, one = 1, keys[at : at + length]
        while keys[at + rounds * length : at + (rounds + 1) * length] == one:
            rounds += 1
        if rounds >= FEWEST_ROUNDS:
            return length, rounds
    return 1, 1


def _shorten(items: list[int | Skip]) -> list[int | Skip]:
    left_out = len(items) - FIRST - LAST
    if left_out <= 1:
        return items
    return [*items[:FIRST], Skip(f"{left_out} calls left out"), *items[-LAST:]]


def _build(call: _Call, read: ReadLines, deadline: float) -> Frame:
    code = call.frame.f_code
    owner = owner_of(code.co_filename)
    lines = list(read(code.co_filename))
    place = _place(call, lines)
    named = () if owner is Owner.PSP else _variables(call.frame, owner)
    return Frame(
        place=place,
        function="" if _is_page_level(code.co_name, owner) else code.co_name,
        owner=owner,
        lines=excerpt(lines, place),
        variables=describe_all(named, deadline),
    )


def _place(call: _Call, lines: Sequence[str]) -> Place:
    """The characters that were running, as far as the compiled code says (PEP 657)."""
    code, line = call.frame.f_code, call.line
    at = max(call.instruction, 0) // 2
    nothing = (None, None, None, None)
    start_line, end_line, start, end = next(
        islice(code.co_positions(), at, None), nothing
    )
    if start_line != line or end_line is None or start is None or end is None:
        return Place(code.co_filename, line, 0, line, 0)
    if not line <= end_line <= len(lines):
        return Place(code.co_filename, line, start + 1, end_line, end + 1)
    start = characters(lines[line - 1], start)
    end = characters(lines[end_line - 1], end)
    return Place(code.co_filename, line, start, end_line, end)


def _is_page_level(function: str, owner: Owner) -> bool:
    return owner is Owner.PAGE and (function[:1] == "<" or function.startswith(PREFIX))


def _variables(frame: FrameType, owner: Owner) -> Iterator[tuple[str, object]]:
    """What the frame's names hold now, those of its own code first."""
    found = dict(frame.f_locals)
    if owner is Owner.PAGE:
        found = _page_names(frame, found)
    shown = (
        (name, value)
        for name, value in found.items()
        if not name.startswith(("__", PREFIX)) and not isinstance(value, _CODE)
    )
    return islice(shown, MOST_VARIABLES)


def _page_names(frame: FrameType, local: dict[str, object]) -> dict[str, object]:
    """The variables of page code, which may be globals.

    Those of a function are the ones it uses; the page itself has them all.
    """
    everything = {**frame.f_globals, **local}
    names = [*frame.f_code.co_names, *local]
    if _is_page_level(frame.f_code.co_name, Owner.PAGE):
        names += everything
    return {name: everything[name] for name in names if name in everything}


def grouped(items: Sequence[Frame | Skip]) -> Iterator[Frame | Skip | list[Frame]]:
    """*items* with neighbouring frames of psp itself gathered in lists."""
    for ours, group in groupby(items, _is_ours):
        if ours:
            yield [item for item in group if isinstance(item, Frame)]
        else:
            yield from group


def _is_ours(item: Frame | Skip) -> bool:
    return isinstance(item, Frame) and item.owner is Owner.PSP
