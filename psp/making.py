"""What an engine needs when there is something to compile."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .engine import candidates
from .errors import PageNotFound, PageSyntaxError, PageWarning
from .slot import ABSENT, complete, present

if TYPE_CHECKING:
    from .engine import Compile
    from .loaders import Loader
    from .options import PageOptions
    from .page import CompiledPage, Fingerprint, Notice
    from .slot import Slot
    from .source import Source


class Recorder:
    """Loads sources for one compilation; ``seen`` tells the state of each name."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self.seen: dict[str, Fingerprint] = {}

    def load(self, name: str) -> Source:
        """The source called *name*; that it is missing is remembered too."""
        try:
            # In this order: what changes in between is a change at the next check.
            state = self._loader.fingerprint(name)
            source = self._loader.load(name)
        except PageNotFound:
            self.seen.setdefault(name, ABSENT)
            raise
        self.seen.setdefault(name, complete(state, source))
        return source


def fill(
    slot: Slot, loader: Loader, options: PageOptions, compile: Compile | None
) -> CompiledPage | None:
    """Compile the page of *slot* and keep it there, or else why that cannot be done.

    The page, or None.
    """
    recorder = Recorder(loader)
    try:
        page = make_page(recorder, slot, options, compile)
    except PageSyntaxError as error:
        slot.keep(error, recorder.seen)
        return None
    page = page._replace(
        name=slot.name,
        dependencies=present(recorder.seen),
        options=options if page.options == options else page.options,
    )
    slot.keep(page, recorder.seen)
    if slot.source is not None:
        slot.source.shrink()
    return page


def make_page(
    recorder: Recorder, slot: Slot, options: PageOptions, compile: Compile | None
) -> CompiledPage:
    """The page of *slot* as *compile*, or else compile_page(), makes it."""
    if compile is None:
        from .compiler.pipeline import compile_page

        compile = compile_page
    source = slot.source or recorder.load(slot.name)

    def resolve(file: str, including: Source) -> Source:
        names = candidates(file, slot.name, including.name, options.dialect)
        return _load_first(recorder.load, names)

    return compile(source, resolve, options)


def _load_first(load: Callable[[str], Source], names: Iterable[str]) -> Source:
    """What *load* gives for the first of *names* that it knows; raises PageNotFound."""
    problems = []
    for name in names:
        try:
            return load(name)
        except PageNotFound as error:
            problems.append(error)
    raise PageNotFound(problems[0].name, "; ".join(map(str, problems)))


def warn(notices: Iterable[Notice]) -> None:
    """Give a PageWarning for each of *notices*."""
    for notice in notices:
        warnings.warn_explicit(
            notice.message, PageWarning, notice.filename, notice.line
        )
