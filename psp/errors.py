"""Every exception and warning of the package.

Those of requests, sessions and settings are made in ``refusals`` when something asks
for one here. Exceptions of page code are not here: they pass through untouched.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .refusals import BadMultipart as BadMultipart
    from .refusals import BadSignature as BadSignature
    from .refusals import ForgedRequest as ForgedRequest
    from .refusals import FormError as FormError
    from .refusals import HTTPError as HTTPError
    from .refusals import LockTimeout as LockTimeout
    from .refusals import ProtocolError as ProtocolError
    from .refusals import Redirect as Redirect
    from .refusals import SessionError as SessionError
    from .refusals import SessionUnavailable as SessionUnavailable
    from .refusals import SettingsError as SettingsError
    from .refusals import TooLarge as TooLarge
    from .source import Source, Span


class PspError(Exception):
    """The base of everything this package raises by itself."""


class PageWarning(Warning):
    """A page does something that is nearly always a slip; it runs all the same."""


class PageSyntaxError(PspError, SyntaxError):
    """A page cannot be compiled.

    ``filename``, ``lineno``, ``offset`` and ``text`` are the page's own, so that
    Python prints the line and its caret. ``kind`` is what Python itself called it:
    SyntaxError, IndentationError or TabError.
    """

    kind = "SyntaxError"

    @classmethod
    def at(cls, source: Source, span: Span, message: str) -> PageSyntaxError:
        """The error *message* for the characters *span* of *source*."""
        start = source.position(span.start)
        end = source.position(max(span.end, span.start + 1))
        text = source.line(start.line)
        end_column = end.column if end.line == start.line else len(text) + 1
        details = (
            source.filename,
            start.line,
            start.column,
            text.encode("utf-8", "replace").decode() + "\n",
            start.line,
            max(end_column, start.column + 1),
        )
        return cls(message, details)

    @property
    def location(self) -> str:
        """``file:line:column``, the way compilers and editors spell places."""
        return f"{self.filename}:{self.lineno or 1}:{self.offset or 1}"


class DirectiveError(PageSyntaxError):
    """A directive that is unknown, misspelt or in the wrong place."""


class BlockError(PageSyntaxError):
    """A block that is not closed, closed twice, or continued where nothing is open."""


class IncludeError(PageSyntaxError):
    """An included file or layout that is missing, unreadable or includes itself."""


class PageNotFound(PspError, LookupError):
    """No page of that name; ``name`` is the name that was asked for."""

    def __init__(self, name: str, message: str | None = None):
        super().__init__(message or f"no page named {name!r}")
        self.name = name


class ParameterError(PspError, TypeError):
    """A page is not given what it declares by ``<%@ param %>``, or something else."""


def __getattr__(name: str) -> Any:
    if name.startswith("_"):  # import looks for __path__
        raise AttributeError(name)
    from . import refusals

    if name not in refusals.NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals().update((known, getattr(refusals, known)) for known in refusals.NAMES)
    return globals()[name]
