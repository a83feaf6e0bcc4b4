"""``from mod_python import apache``: finds this package where the real one is not.

The real one works inside Apache alone, whose ``_apache`` module it is made of.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_NAMES = "apache util psp publisher cgihandler wsgi"

#: Names under which sites import them to the modules they are.
ALIASES = {
    "mod_python.Session": "psp.modpython.session",
    "mod_python.Cookie": "psp.modpython.cookie",
    **{f"mod_python.{name}": f"psp.modpython.{name}" for name in _NAMES.split()},
}
PACKAGE = "mod_python"


class _Alias(Loader):
    """Gives a module that is there already, as it is."""

    def __init__(self, target: str) -> None:
        self._target = target

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self._target)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the import system has put the alias's there


class _Package(Loader):
    """Makes the package itself, empty but for its version."""

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["mp_version"] = "3.5.0"


class _Finder(MetaPathFinder):
    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """The module that is meant, unless Apache's own is there."""
        if fullname.partition(".")[0] != PACKAGE or "_apache" in sys.modules:
            return None
        if fullname == PACKAGE:
            return ModuleSpec(fullname, _Package(), is_package=True)
        alias = ALIASES.get(fullname)
        return ModuleSpec(fullname, _Alias(alias)) if alias else None


_finder = _Finder()


def install() -> None:
    """Make ``import mod_python`` find this package; once is enough, more do no harm."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
