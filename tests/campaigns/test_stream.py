"""A small page of the campaign of streams."""

from __future__ import annotations

import tracemalloc

from . import stream


def test_what_is_streamed_is_not_kept() -> None:
    stream.measure(1)
    tracemalloc.start()
    try:
        found = stream.measure(12)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most / 2**20 < stream.GROWTH
    assert all(sent > 12 for sent, *_ in found.values())
