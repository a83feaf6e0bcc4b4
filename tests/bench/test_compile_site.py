"""The benchmark of ``psp compile`` compiles every page, twice, and then none."""

from __future__ import annotations

import pytest

from . import compile_site


def test_a_small_site_is_measured() -> None:
    found = compile_site.measure(pages=20, rounds=1)
    assert len(found) == 1 and min(found[0]) > 0


@pytest.mark.parametrize(
    ("times", "met"),
    [((10.0, 5.0, 0.4), (True, True)), ((10.0, 6.0, 0.6), (False, False))],
)
def test_lines(times: tuple[float, float, float], met: tuple[bool, bool]) -> None:
    lines = compile_site.report([times], 2000).splitlines()[1:]
    assert tuple(line.endswith(": met") for line in lines) == met
