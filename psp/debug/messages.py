"""What an exception says of itself, in words for people."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice
from types import TracebackType

from ..abi import PREFIX
from ..errors import PageSyntaxError

MOST = 4000  # characters of a message
_OURS = __name__.partition(".")[0]
_UNSAID = ("builtins", "__main__", _OURS)


def type_name(kind: type[BaseException]) -> str:
    """The class name as Python prints it, without a module that only we know.

    Classes of pages live in no importable module, and inside the function that the
    page was made into.
    """
    name = kind.__qualname__.rpartition("<locals>.")[2]
    module = kind.__module__
    if module not in sys.modules or module.partition(".")[0] in _UNSAID:
        return name
    return f"{module}.{name}"


def message_of(error: BaseException) -> str:
    """What the exception says, without its place; never raises."""
    try:
        if isinstance(error, SyntaxError) and error.msg:
            return _cut(str(error.msg))
        return _cut(str(error))
    except Exception as reason:
        return f"(its message cannot be shown: {type(reason).__name__})"


def notes_of(error: BaseException) -> list[str]:
    """The notes of PEP 678, as text."""
    notes = getattr(error, "__notes__", None)
    if not isinstance(notes, list | tuple):
        return []
    return [_cut(note) for note in notes if isinstance(note, str)]


def python_kind(error: SyntaxError) -> type[SyntaxError]:
    """The class that Python itself would have raised for a page that is wrong."""
    found: BaseException | None = error
    if isinstance(error, PageSyntaxError):
        found = error.__cause__
    for kind in (TabError, IndentationError):
        if isinstance(found, kind):
            return kind
    return SyntaxError


def suggestion_for(error: BaseException) -> str:
    """The existing name that was probably meant, or nothing."""
    name = getattr(error, "name", None)
    if not isinstance(name, str):
        return ""
    try:
        if isinstance(error, NameError):
            near = _closest(name, _names_seen(error.__traceback__), 0.7)
            return near or _closest(name, dir(builtins), 0.8)
        if isinstance(error, AttributeError):
            return _closest(name, dir(error.obj), 0.7)
    except Exception:
        pass
    return ""


def _names_seen(traceback: TracebackType | None) -> list[str]:
    """The names of its own that the innermost frame of *traceback* could have used."""
    if traceback is None:
        return []
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    frame = traceback.tb_frame
    return [*frame.f_locals, *frame.f_globals]


def _closest(name: str, names: Iterable[str], likeness: float) -> str:
    """The one of *names* that is most like *name*, if one is like it at all."""
    candidates = [
        other
        for other in islice(names, 1000)
        if isinstance(other, str)
        and not other.startswith(PREFIX)
        and (name.startswith("_") or not other.startswith("_"))
    ]
    matches = get_close_matches(name, candidates, n=1, cutoff=likeness)
    return matches[0] if matches and matches[0] != name else ""


def _cut(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST]}…"
