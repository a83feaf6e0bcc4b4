"""ErrorReport: an exception, the page's line it comes from, and how it came to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from .chain import chain_of
from .excerpt import Line, Place, ReadLines, careful, excerpt, mark_line, read_lines
from .frames import Frame, Owner, Skip, build_frames, owner_of
from .messages import message_of, notes_of, suggestion_for, type_name
from .request import RequestSummary

MOST_MEMBERS = 10  # exceptions of a group that are shown
DEEPEST_GROUP = 3
MOST_SECONDS = 2.0  # that are spent on looking at variables
_PREFERRED = (Owner.PAGE, Owner.SITE, Owner.LIBRARY, Owner.PSP)


@dataclass(frozen=True, slots=True)
class Problem:
    """One exception of a chain.

    ``front`` is the place to look at first: where a syntax error is, or the innermost
    call in a page. ``link`` says how this one led to the next one outward: CAUSE,
    CONTEXT or nothing. ``members`` are those of an exception group.
    """

    type: str
    message: str
    frames: Sequence[Frame | Skip] = ()
    front: Frame | None = None
    notes: Sequence[str] = ()
    suggestion: str = ""
    link: str = ""
    members: Sequence[Problem] = ()

    @property
    def title(self) -> str:
        """The type and, if there is one, the message."""
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """Everything that is shown of an error; ``chain`` starts with what was caught.

    Each exception of the chain is the cause or the context of the one before it.
    """

    chain: Sequence[Problem]
    status: int = 500
    request: RequestSummary | None = None
    request_id: str = ""

    @property
    def problem(self) -> Problem:
        """The exception that was caught."""
        return self.chain[0]


def build_report(
    error: BaseException,
    *,
    status: int = 500,
    request: RequestSummary | None = None,
    request_id: str = "",
    read: ReadLines = read_lines,
) -> ErrorReport:
    """The report of *error*; source lines come from *read*, nothing else is read."""
    builder = _Builder(careful(read), monotonic() + MOST_SECONDS)
    chain = [builder.problem(found, link) for found, link in chain_of(error)]
    return ErrorReport(chain, status, request, request_id)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Builds problems that share a way to read files and a time to be done."""

    read: ReadLines
    deadline: float

    def problem(self, error: BaseException, link: str = "", depth: int = 0) -> Problem:
        frames = build_frames(error.__traceback__, self.read, self.deadline)
        return Problem(
            type=type_name(type(error)),
            message=message_of(error),
            frames=frames,
            front=self._syntax_frame(error) or _innermost(frames),
            notes=notes_of(error),
            suggestion=suggestion_for(error),
            link=link,
            members=self._members(error, depth),
        )

    def _members(self, error: BaseException, depth: int) -> list[Problem]:
        if not isinstance(error, BaseExceptionGroup) or depth == DEEPEST_GROUP:
            return []
        members = error.exceptions[:MOST_MEMBERS]
        return [self.problem(member, depth=depth + 1) for member in members]

    def _syntax_frame(self, error: BaseException) -> Frame | None:
        """Where a syntax error is; the code there has never run."""
        if not isinstance(error, SyntaxError) or not error.filename or not error.lineno:
            return None
        place = _syntax_place(error)
        lines = excerpt(list(self.read(place.filename)), place)
        return Frame(
            place, "", owner_of(place.filename), lines or _own_line(error, place)
        )


def _innermost(frames: Sequence[Frame | Skip]) -> Frame | None:
    """The innermost frame of the page, or else of the code nearest to its author."""
    for owner in _PREFERRED:
        for frame in reversed(frames):
            if isinstance(frame, Frame) and frame.owner is owner:
                return frame
    return None


def _syntax_place(error: SyntaxError) -> Place:
    filename, line, column = str(error.filename), error.lineno or 0, error.offset or 0
    if column < 1:
        return Place(filename, line, 0, line, 0)
    end_line = max(error.end_lineno or 0, line)
    end_column = error.end_offset or 0
    if end_line == line:
        end_column = max(end_column, column + 1)
    return Place(filename, line, column, end_line, end_column)


def _own_line(error: SyntaxError, place: Place) -> list[Line]:
    """The line that the error carries, where its file cannot be read."""
    text = (error.text or "").partition("\n")[0]
    return [mark_line(text, place.line, place)] if text else []
