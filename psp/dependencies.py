"""What a page was made from, and whether all of that is still as it was."""

from __future__ import annotations

import time

from .errors import PageNotFound
from .loaders import text_digest
from .page import Fingerprint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .loaders import Loader
    from .source import Source

#: The state of a file that was looked for and not found; no file has this size.
ABSENT = Fingerprint(0, -1, 0, b"")

# A file written twice within one tick of its file system's clock keeps its time, so
# the time of a file younger than the coarsest tick (2 s, FAT) is not relied on.
_TICK = 2_000_000_000
_TOO_YOUNG = -1


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
        self.seen.setdefault(name, _complete(state, source))
        return source


def current(
    loader: Loader, dependencies: Mapping[str, Fingerprint]
) -> Mapping[str, Fingerprint] | None:
    """The fingerprints of *dependencies* now, or None if the content of any changed."""
    now = {name: _state(loader, name, known) for name, known in dependencies.items()}
    if any(now[name].digest != known.digest for name, known in dependencies.items()):
        return None
    return now


def present(dependencies: Mapping[str, Fingerprint]) -> dict[str, Fingerprint]:
    """Those of *dependencies* that are files, not the lack of one."""
    return {name: state for name, state in dependencies.items() if state != ABSENT}


def _state(loader: Loader, name: str, known: Fingerprint) -> Fingerprint:
    """The state of *name*; its content is read only if it cannot be *known*."""
    try:
        state = loader.fingerprint(name)
        if state.digest:
            return state
        if state[:3] == known[:3]:
            return known
        return _complete(state, loader.load(name))
    except PageNotFound:
        return ABSENT


def _complete(state: Fingerprint, source: Source) -> Fingerprint:
    """*state* with its digest, and without a time that cannot be relied on."""
    digest = state.digest or text_digest(source)
    young = abs(time.time_ns() - state.mtime_ns) < _TICK
    return state._replace(
        mtime_ns=_TOO_YOUNG if young else state.mtime_ns, digest=digest
    )
