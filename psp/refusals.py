"""What is said of pages that cannot be compiled, of requests, sessions and settings.

Everybody takes them from ``psp.errors``, and that is where they say they are from.
"""

from __future__ import annotations

from .errors import PspError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .source import Source, Span


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


class ParameterError(PspError, TypeError):
    """A page is not given what it declares by ``<%@ param %>``, or something else."""


class HTTPError(PspError):
    """Ends the response with ``status``; raised by pages and by the request parsers.

    ``headers`` is a list of (name, value) pairs to send with it, ``advice`` what the
    visitor may be told; ``message`` is for the log.
    """

    status = 500
    advice = ""

    def __init__(
        self,
        status: int | None = None,
        message: str = "",
        headers: list[tuple[str, str]] | None = None,
    ):
        super().__init__(message)
        self.message = message
        if status is not None:
            self.status = status
        self.headers = headers or []


class Redirect(HTTPError):
    """Ends the response with a redirect to ``location`` (status 3xx)."""

    status = 302

    def __init__(self, location: str, status: int = 302):
        super().__init__(status, f"redirect to {location}", [("Location", location)])
        self.location = location


class ForgedRequest(HTTPError):
    """A request that should have come from a page of this site, and may not have."""

    status = 403
    advice = (
        "This request did not come from a page of this site, or the page has been open "
        "for too long. Go back, reload the page, and send it again."
    )


class FormError(HTTPError):
    """A request body or query string that cannot be read as a form (400)."""

    status = 400


class BadMultipart(FormError):
    """A multipart body that breaks RFC 7578, or ends too early (400)."""


class BrokenBody(FormError, OSError):
    """A body that the server cannot read to its end (400): chunks that are none, a
    visitor who has left. It is an OSError for pages that look out for mod_python's.
    """


class TooLarge(FormError):
    """More fields, parts, files or bytes than the site allows (413)."""

    status = 413


class ResponseCut(PspError):
    """A page failed after its headers were sent; the server should drop the line."""


class SessionError(PspError):
    """A session that cannot be loaded or saved."""


class BadSignature(SessionError):
    """Signed data whose signature does not hold."""


class SessionUnavailable(SessionError):
    """Sessions whose store does not answer (503)."""


class LockTimeout(SessionUnavailable):
    """A session that stayed locked by another request for too long (503)."""


class SettingsError(PspError):
    """A setting that is unknown or has the wrong type; says the file and the line."""


class ProtocolError(PspError):
    """What a web server sent is not of the protocol that was agreed on."""


NAMES = tuple(name for name, made in globals().items() if isinstance(made, type))
for _name in NAMES:
    globals()[_name].__module__ = PspError.__module__
