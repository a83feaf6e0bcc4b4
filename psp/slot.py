"""What an engine holds of one page, and whether all it was made from is as it was."""

from __future__ import annotations

import time
from _thread import RLock  # threading's, without the rest of it

from .errors import PageNotFound
from .loaders import text_digest
from .page import CompiledPage, Fingerprint
from .runtime.run import LoadedPage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .errors import PageSyntaxError
    from .loaders import Loader
    from .runtime.interface import Maker
    from .source import Source

#: The state of a file that was looked for and not found; no file has this size.
ABSENT = Fingerprint(0, -1, 0, b"")

# A file written twice within one tick of its file system's clock keeps its time, so
# the time of a file younger than the coarsest tick (2 s, FAT) is not relied on.
_TICK = 2_000_000_000
_TOO_YOUNG = -1

FOREVER = float("inf")  # a time that never comes

_PLACE = (
    "msg",
    "filename",
    "lineno",
    "offset",
    "text",
    "end_lineno",
    "end_offset",
)


class Slot:
    """One page in one process: its code or why it has none, and when to look again.

    ``source``        the text, for a page that no loader knows
    ``dependencies``  what the code, or the failure to make it, depends on
    ``until``         the time, by ``monotonic``, up to which all of this holds

    Everything is changed under ``lock`` only. It is re-entrant: declarations run under
    it, and may well ask for their own page.
    """

    __slots__ = ("name", "source", "lock", "until", "dependencies", "loaded", "_made")

    def __init__(self, name: str, source: Source | None = None) -> None:
        self.name = name
        self.source = source
        self.lock = RLock()
        self.until = -FOREVER
        self.dependencies: Mapping[str, Fingerprint] | None = None
        self.loaded: LoadedPage | None = None
        self._made: CompiledPage | PageSyntaxError | None = None

    def keep(
        self,
        made: CompiledPage | PageSyntaxError,
        dependencies: Mapping[str, Fingerprint],
    ) -> None:
        """Hold the page that was compiled, or why it could not be."""
        self.loaded = None
        self.dependencies = dependencies
        self._made = made if isinstance(made, CompiledPage) else _copy(made)

    def page(self) -> CompiledPage:
        """The compiled page; raises a fresh PageSyntaxError if there is none."""
        if isinstance(self._made, CompiledPage):
            return self._made
        assert self._made is not None, "a slot is filled before it is looked into"
        raise _copy(self._made)

    def load(self, maker: Maker) -> LoadedPage:
        """The page with its declarations run, which happens once.

        *maker* compiles it for whatever names it may be given.
        """
        if self.loaded is None:
            self.loaded = LoadedPage(self.page(), maker, self)
        return self.loaded


def _copy(error: PageSyntaxError) -> PageSyntaxError:
    """*error* without its traceback, which would keep the frames of the compiler
    alive and grow with every thread that raises it.
    """
    kind = type(error)
    copy = kind.__new__(kind, *error.args)  # __init__ may want something else
    copy.__dict__.update(error.__dict__)
    for field in _PLACE:
        setattr(copy, field, getattr(error, field))
    if error.__cause__ is not None:
        copy.__cause__ = error.__cause__.with_traceback(None)
    return copy


def current(
    loader: Loader, dependencies: Mapping[str, Fingerprint]
) -> Mapping[str, Fingerprint] | None:
    """The fingerprints of *dependencies* now, or None if the content of any changed."""
    now = {name: _state(loader, name, known) for name, known in dependencies.items()}
    if any(now[name].digest != known.digest for name, known in dependencies.items()):
        return None
    return now


def present(dependencies: Mapping[str, Fingerprint]) -> Mapping[str, Fingerprint]:
    """Those of *dependencies* that are files, not the lack of one."""
    if ABSENT not in dependencies.values():
        return dependencies
    return {name: state for name, state in dependencies.items() if state != ABSENT}


def _state(loader: Loader, name: str, known: Fingerprint) -> Fingerprint:
    """The state of *name*; its content is read only if it cannot be *known*."""
    try:
        state = loader.fingerprint(name)
        if state.digest:
            return state
        if state[:3] == known[:3]:
            return known
        return complete(state, loader.load(name))
    except PageNotFound:
        return ABSENT


def complete(state: Fingerprint, source: Source) -> Fingerprint:
    """*state* with its digest, and without a time that cannot be relied on."""
    digest = state.digest or text_digest(source)
    young = abs(time.time_ns() - state.mtime_ns) < _TICK
    return state._replace(
        mtime_ns=_TOO_YOUNG if young else state.mtime_ns, digest=digest
    )
