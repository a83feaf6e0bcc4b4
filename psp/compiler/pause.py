"""A pause of the cyclic garbage collector while a page is compiled.

A tree of tens of thousands of nodes, none of them garbage, makes the collector walk
it again and again: a quarter of the time of a large page.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_pauses = 0
_resume = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """Within it, in any thread, nothing is collected; pauses may overlap."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _pauses, _resume
    with _lock:
        if not _pauses:
            _resume = gc.isenabled()
            gc.disable()
        _pauses += 1


def _leave() -> None:
    global _pauses
    with _lock:
        _pauses -= 1
        if not _pauses and _resume:
            gc.enable()
