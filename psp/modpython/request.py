"""The ``req`` of an application: with what only a server's configuration can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..http import exchange

if TYPE_CHECKING:
    from .settings import Settings


class mp_request(exchange.mp_request):
    """``req`` where directives are in force: what pages and handlers are given."""

    _settings: Settings

    def get_addhandler_exts(self) -> str:
        """The extensions mapped to mod_python, without their dots, each with a blank
        behind it.
        """
        return "".join(f"{name} " for name in self._settings.extensions())


__all__ = ["mp_request"]
