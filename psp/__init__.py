"""psp: Python Server Pages.

HTML with Python in it, compiled once and run on any host. The names below are
imported when they are first used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .adapters.asgi import ASGIApplication
    from .adapters.wsgi import WSGIApplication
    from .cache import MemoryCache
    from .diskcache import DiskCache
    from .engine import Engine, Template
    from .errors import (
        BlockError,
        DirectiveError,
        FormError,
        HTTPError,
        IncludeError,
        PageNotFound,
        PageSyntaxError,
        PageWarning,
        PspError,
        Redirect,
        SessionError,
        SettingsError,
        TooLarge,
    )
    from .handler import PageHandler
    from .loaders import ChainLoader, DictLoader, FileLoader, PackageLoader
    from .options import MOD_PYTHON, PSP, PageOptions
    from .source import Source

__version__ = "0.1.0"

_HOMES = {
    "adapters.asgi": ("ASGIApplication",),
    "adapters.wsgi": ("WSGIApplication",),
    "cache": ("MemoryCache",),
    "diskcache": ("DiskCache",),
    "engine": ("Engine", "Template"),
    "errors": (
        "BlockError",
        "DirectiveError",
        "FormError",
        "HTTPError",
        "IncludeError",
        "PageNotFound",
        "PageSyntaxError",
        "PageWarning",
        "PspError",
        "Redirect",
        "SessionError",
        "SettingsError",
        "TooLarge",
    ),
    "handler": ("PageHandler",),
    "loaders": ("ChainLoader", "DictLoader", "FileLoader", "PackageLoader"),
    "options": ("MOD_PYTHON", "PSP", "PageOptions"),
    "source": ("Source",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
