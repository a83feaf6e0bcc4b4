"""Coverage of pages, line by line, with ``plugins = ["psp.contrib.coverage"]``.

Compiled pages carry their own positions, so that measuring needs no translation: the
plugin only claims the files and says which of their lines can run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dis import get_instructions
from itertools import dropwhile
from types import CodeType
from typing import Any

from coverage import CoveragePlugin, FileReporter, FileTracer

from ..engine import Engine
from ..loaders import FileLoader
from ..options import DIALECTS


class PagePlugin(CoveragePlugin):
    """Claims files with the extensions of pages.

    Options: ``extensions`` (default ``.psp``, more separated by blanks), ``dialect``
    (default ``psp``), ``root`` (the document root; default: the folder of each page).
    """

    def __init__(self, extensions: str = ".psp", dialect: str = "psp", root: str = ""):
        self._extensions = tuple(extensions.split())
        self._dialect = dialect
        self._root = root

    def file_tracer(self, filename: str) -> FileTracer | None:
        """A tracer for pages, None for anything else."""
        return _PageTracer(filename) if filename.endswith(self._extensions) else None

    def file_reporter(self, filename: str) -> FileReporter:
        """What is known of the lines of the page *filename*."""
        return _PageReporter(filename, self._dialect, self._root)


class _PageTracer(FileTracer):
    def __init__(self, filename: str):
        self._filename = filename

    def source_filename(self) -> str:
        return self._filename


class _PageReporter(FileReporter):
    def __init__(self, filename: str, dialect: str, root: str):
        super().__init__(filename)
        self._dialect = dialect
        self._root = root or os.path.dirname(filename)

    def lines(self) -> set[int]:
        """The lines that have code of their own; PageSyntaxError if it has none."""
        options = DIALECTS[self._dialect]
        engine = Engine(FileLoader(self._root), options=options, reload_interval=None)
        name = os.path.relpath(self.filename, self._root)
        page = engine.get_page(name.replace(os.sep, "/"))
        codes = (page.code, *page.declarations)
        return {line for code in codes for line in _lines(code, self.filename)}


#: What every function starts with, on the line of its header.
_PROLOGUE = ("RESUME", "MAKE_CELL", "COPY_FREE_VARS", "RETURN_GENERATOR", "POP_TOP")


def _lines(code: CodeType, filename: str) -> Iterator[int]:
    """The lines of *filename* that have instructions in *code* and its functions."""
    if code.co_filename == filename:
        body = dropwhile(lambda i: i.opname in _PROLOGUE, get_instructions(code))
        for instruction in body:
            place = instruction.positions
            if place is not None and place.lineno:
                yield place.lineno
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _lines(const, filename)


def coverage_init(registry: Any, options: dict[str, str]) -> None:
    """Called by coverage."""
    registry.add_file_tracer(PagePlugin(**options))
