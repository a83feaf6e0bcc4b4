"""Every exception and warning of the package.

A page that is there and compiled meets none of those in ``refusals``, which are made
when something asks for one here. Exceptions of page code pass through untouched.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .refusals import BadMultipart as BadMultipart
    from .refusals import BadSignature as BadSignature
    from .refusals import BlockError as BlockError
    from .refusals import BrokenBody as BrokenBody
    from .refusals import DirectiveError as DirectiveError
    from .refusals import ForgedRequest as ForgedRequest
    from .refusals import FormError as FormError
    from .refusals import HTTPError as HTTPError
    from .refusals import IncludeError as IncludeError
    from .refusals import LockTimeout as LockTimeout
    from .refusals import PageSyntaxError as PageSyntaxError
    from .refusals import PageWarning as PageWarning
    from .refusals import ParameterError as ParameterError
    from .refusals import ProtocolError as ProtocolError
    from .refusals import Redirect as Redirect
    from .refusals import ResponseCut as ResponseCut
    from .refusals import SessionError as SessionError
    from .refusals import SessionUnavailable as SessionUnavailable
    from .refusals import SettingsError as SettingsError
    from .refusals import TooLarge as TooLarge


class PspError(Exception):
    """The base of everything this package raises by itself."""


class PageNotFound(PspError, LookupError):
    """No page of that name; ``name`` is the name that was asked for."""

    def __init__(self, name: str, message: str | None = None):
        super().__init__(message or f"no page named {name!r}")
        self.name = name


def __getattr__(name: str) -> Any:
    if name.startswith("_"):  # import looks for __path__
        raise AttributeError(name)
    from . import refusals

    if name not in refusals.NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals().update((known, getattr(refusals, known)) for known in refusals.NAMES)
    return globals()[name]
