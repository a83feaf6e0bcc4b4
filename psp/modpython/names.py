"""The names that every page of mod_python has without asking."""

from __future__ import annotations

import os
from functools import cache
from typing import Any


def _path_split(path: str) -> tuple[str, str]:
    """The folder of *path*, with a slash behind it, and the name in it."""
    head, tail = os.path.split(path)
    return f"{head}/", tail


@cache
def page_names() -> dict[str, Any]:
    """Names by which pages reach mod_python's modules and the standard library."""
    import builtins
    import dbm
    import marshal
    import sys
    import tempfile
    import types

    from . import apache, psp, session, util
    from .install import install

    install()
    return {
        "__name__": "mod_python.psp",
        "__package__": "mod_python",
        "__doc__": None,
        "__builtins__": vars(builtins),
        "__mp_info__": None,
        "__mp_path__": [],
        "apache": apache,
        "util": util,
        "Session": session,
        "os": os,
        "sys": sys,
        "types": types,
        "tempfile": tempfile,
        "marshal": marshal,
        "dbm": dbm,
        "escape": psp.escape,
        "path_split": _path_split,
        "tempdir": tempfile.gettempdir(),
        "PSP": psp.PSP,
        "PSPInterface": psp.PSPInterface,
        "parse": psp.parse,
        "parsestring": psp.parsestring,
        "handler": psp.handler,
    }
