"""The modules that answer a CGI request, kept in one file for the next process.

For each module Python looks into several folders and reads a file: of a small page that
is a good part. The file lies where Python keeps compiled modules and is trusted as they
are; a module whose source has changed is not taken from it.
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib import ModuleSpec  # importlib's, without importlib
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    #: File, folders of a package, time (ns) and size of the file, marshalled code.
    Kept = tuple[str, list[str] | None, int, int, bytes]


def use_kept_modules() -> None:
    """Have modules of psp imported from the file, as far as it has them."""
    path = _file()
    if path is None:
        return
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return
    if not data.startswith(MAGIC_NUMBER):
        return
    try:
        kept = marshal.loads(memoryview(data)[len(MAGIC_NUMBER) :])
    except (EOFError, TypeError, ValueError):
        return
    sys.meta_path.insert(0, KeptModules(kept))


def keep_modules() -> None:
    """Keep the modules of psp that this process has imported, if that is possible."""
    from ..trust import write_temporary

    path = _file()
    if path is None or sys.dont_write_bytecode:
        return
    names = [name for name in sys.modules if name.partition(".")[0] == "psp"]
    specs: list[Any] = [sys.modules[name].__spec__ for name in names]
    specs = [spec for spec in specs if isinstance(spec.loader, SourceFileLoader)]
    try:
        kept = {spec.name: _kept(spec) for spec in specs}
        data = MAGIC_NUMBER + marshal.dumps(kept)
        os.replace(write_temporary(path, data, 0o644), path)
    except OSError:
        pass


class KeptModules:
    """Finds *modules*, by name, whose files are as they were."""

    def __init__(self, modules: dict[str, Kept]):
        self._modules = modules

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """The module *name*, or None (PEP 451)."""
        if name not in self._modules:
            return None
        filename, folders, changed, size, code = self._modules[name]
        try:
            found = os.stat(filename)
        except OSError:
            return None
        if found.st_mtime_ns != changed or found.st_size != size:
            return None
        spec = ModuleSpec(name, _KeptLoader(name, filename, code), origin=filename)
        spec.has_location = True
        spec.submodule_search_locations = folders
        return spec


class _KeptLoader(SourceFileLoader):
    """Loads a source file whose code is there already."""

    def __init__(self, name: str, filename: str, code: bytes):
        super().__init__(name, filename)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        """What was compiled of the file."""
        code: CodeType = marshal.loads(self._code)
        return code


def _file() -> str | None:
    """Where the modules are kept, beside what Python has compiled of this one."""
    cached = __spec__.cached
    return None if cached is None else cached.removesuffix(".pyc") + ".modules"


def _kept(spec: ModuleSpec) -> Kept:
    loader: Any = spec.loader
    found = os.stat(loader.path)  # before it is read: what changes now is not kept
    code = marshal.dumps(loader.get_code(spec.name))
    folders = spec.submodule_search_locations
    listed = None if folders is None else list(folders)
    return loader.path, listed, found.st_mtime_ns, found.st_size, code
