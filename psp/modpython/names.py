"""The names that every page of mod_python has without asking."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def page_names() -> dict[str, Any]:
    """Names by which pages reach mod_python's modules and the standard library."""
    import dbm
    import marshal
    import os
    import sys
    import tempfile
    import types
    from html import escape

    from . import apache, psp, session, util

    return {
        "__name__": "mod_python.psp",
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
        "escape": escape,
        "path_split": os.path.split,
        "tempdir": tempfile.gettempdir(),
        "PSP": psp.PSP,
        "PSPInterface": psp.PSPInterface,
        "parse": psp.parse,
        "parsestring": psp.parsestring,
        "handler": psp.handler,
    }
