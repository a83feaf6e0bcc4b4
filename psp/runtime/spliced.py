"""Where in an included file an error is, when the file shares its includer's code."""

from __future__ import annotations

from itertools import islice
from types import TracebackType

from ..abi import SPLICED, SPLICED_LINES


def add_places(error: BaseException, files: tuple[str, ...]) -> None:
    """Note on *error* each place in an included file that its traceback passes."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        place = _place(trace)
        if place is not None:
            index, line = divmod(place, SPLICED_LINES)
            note = f'  in the included file "{files[index]}", line {line}'
            if note not in getattr(error, "__notes__", ()):
                error.add_note(note)
        trace = trace.tb_next


def _place(trace: TracebackType) -> int | None:
    """What the end column of a frame's instruction hides, if it does."""
    if trace.tb_lasti < 0:
        return None
    positions = trace.tb_frame.f_code.co_positions()
    found = next(islice(positions, trace.tb_lasti // 2, None), None)
    end = found[3] if found else None
    return end - SPLICED if end is not None and end >= SPLICED else None
