"""The names that mod_python sites import.

Inside Apache this is a handler as well: ``PythonHandler psp.modpython | .psp``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

if "_apache" in sys.modules:  # its dispatcher knows no other SERVER_RETURN
    apache = import_module("mod_python.apache")
    sys.modules[f"{__name__}.apache"] = apache


def handler(req: Any) -> int:
    """Answer with the page that was asked for."""
    from .psp import handler as answer

    return answer(req)
