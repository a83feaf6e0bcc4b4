"""The ``req`` of an application: with what only a server's configuration can tell."""

from __future__ import annotations

from ..http import exchange
from .settings import CONTENT, Settings, extension_of


class mp_request(exchange.mp_request):
    """``req`` where directives are in force: what pages and handlers are given."""

    _settings: Settings

    @property
    def extension(self) -> str | None:
        """The extension that the handlers were chosen by; None if it was not that."""
        found = extension_of(self.filename)
        chosen = (CONTENT, found.lower()) in self._settings.handlers
        return found if chosen or not found else None

    @property
    def the_request(self) -> str:
        """The request line, that of the first request in an internal redirect."""
        return super().the_request if self.prev is None else self.prev.the_request

    def get_addhandler_exts(self) -> str:
        """The extensions mapped to mod_python, without their dots, each with a blank
        behind it.
        """
        return "".join(f"{name} " for name in self._settings.extensions())


__all__ = ["mp_request"]
