"""Modules of a site: found in given folders, loaded again when their file changes.

Byte code is neither read nor written: its time stamps are too coarse to tell two
changes within a second apart.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from importlib import import_module as import_ordinary
from importlib.util import module_from_spec, spec_from_file_location
from threading import Lock, RLock
from types import ModuleType
from typing import NamedTuple

from ..errors import SettingsError

Stamp = tuple[int, int, int]


class _Loaded(NamedTuple):
    """A module and the state of the file it was made of."""

    module: ModuleType
    stamp: Stamp


class ModuleFiles:
    """The modules that were loaded by file name; shared by threads."""

    def __init__(self) -> None:
        self._loaded: dict[str, _Loaded] = {}
        self._locks: dict[str, RLock] = {}
        self._mutex = Lock()

    def load(
        self, file: str, name: str, *, autoreload: bool = True, shared: bool = False
    ) -> ModuleType:
        """The module *name* made of *file*, made anew if that has changed.

        *shared* modules are what an ``import`` statement finds as well, unless it has
        found another of that name. OSError if there is no such file; what the module
        raises passes through, and the one of before is kept.
        """
        with self._mutex:
            lock = self._locks.setdefault(file, RLock())
        with lock:
            known = self._loaded.get(file) or (shared and _imported(name, file)) or None
            if known is not None and not autoreload:
                return known.module
            stamp = _stamp(file)
            if known is not None and known.stamp == stamp:
                self._loaded[file] = known
                return known.module
            module = _execute(file, name, shared)
            self._loaded[file] = _Loaded(module, stamp)
            return module


_files = ModuleFiles()


_paths: set[str] = set()


def set_path(expression: str) -> None:
    """Make ``sys.path`` the list that a PythonPath *expression* gives, once.

    Another time the same text changes nothing. SettingsError if it is no list.
    """
    if expression in _paths:
        return
    found = eval(expression, {"sys": sys, "os": os})
    if not isinstance(found, list):
        raise SettingsError(f"PythonPath is a list, not {found!r}")
    _paths.add(expression)
    sys.path[:] = found


def load_file(file: str, *, autoreload: bool = True) -> ModuleType:
    """The module made of *file*, which no ``import`` finds: it is named by its path."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", file)
    return _files.load(file, name, autoreload=autoreload)


def load_module(
    name: str, folders: Iterable[str] | None = None, *, autoreload: bool = True
) -> ModuleType:
    """The module *name* from the first of *folders* that has it, as it is now.

    Without *folders* from ``sys.path``. ImportError if there is none.
    """
    parent, _, _ = name.rpartition(".")
    if parent:
        load_module(parent, folders, autoreload=autoreload)
    file = _find(name, sys.path if folders is None else folders)
    if file is not None:
        return _files.load(file, name, autoreload=autoreload, shared=True)
    if folders is None:
        return import_ordinary(name)
    raise ModuleNotFoundError(f"No module named {name!r} in {list(folders)}", name=name)


def _find(name: str, folders: Iterable[str]) -> str | None:
    """The Python file of *name*; None if it is of another kind, or not there.

    The folders are looked at each time: what ``importlib`` remembers of them may be
    older than the file.
    """
    path = name.replace(".", os.sep)
    for folder in folders:
        for file in (f"{path}{os.sep}__init__.py", f"{path}.py"):
            full = os.path.join(os.path.abspath(folder), file)
            if os.path.isfile(full):
                return full
    return None


def _stamp(file: str) -> Stamp:
    found = os.stat(file)
    return found.st_mtime_ns, found.st_size, found.st_ino


def _imported(name: str, file: str) -> _Loaded | None:
    """The module that an ``import`` statement has made of *file* before."""
    module = sys.modules.get(name)
    if module is None or getattr(module, "__file__", None) != file:
        return None
    return _Loaded(module, _stamp(file))


def _execute(file: str, name: str, shared: bool) -> ModuleType:
    """A fresh module made of *file*; of a failed one nothing stays behind."""
    spec = spec_from_file_location(name, file)
    assert spec is not None
    module = module_from_spec(spec)
    with open(file, "rb") as source:
        code = compile(source.read(), file, "exec", dont_inherit=True)
    before = sys.modules.get(name)
    replaces = shared and getattr(before, "__file__", file) == file
    if replaces:
        sys.modules[name] = module
    try:
        exec(code, module.__dict__)
    except BaseException:
        if replaces and before is not None:
            sys.modules[name] = before
        elif replaces:
            del sys.modules[name]
        raise
    return module
