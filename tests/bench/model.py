"""What a measurement is, how much effort it gets, and what it is compared with."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "tests.bench"  # as seen from ROOT

RENDERING = ("W1", "W2", "W3", "W4", "W5")
TABLE = (*RENDERING, "W6", "W7", "W8", "W9")
EXTRA = ("W10", "W11")

HAND_WRITTEN, JINJA2 = "ref_list", "jinja2_"


@dataclass(frozen=True)
class Effort:
    """How often things are measured.

    ``rounds``     samples of each engine in W1-W5
    ``processes``  generations of workers that share the rounds
    ``slice``      seconds a sample takes
    ``starts``     processes started for each engine in W7 and W11
    ``repeats``    runs of each engine in W9 and W10
    """

    rounds: int
    processes: int
    slice: float
    starts: int
    repeats: int


NORMAL = Effort(rounds=16, processes=4, slice=0.04, starts=11, repeats=3)
QUICK = Effort(rounds=4, processes=2, slice=0.02, starts=5, repeats=1)


@dataclass
class Row:
    """One engine in one workload: seconds in general, bytes in W8.

    ``same`` is ``=`` where the output was the expected one, ``~`` where it was so up
    to white space and spelling, ``!`` where it was not. Where there is no number,
    ``error`` says what went wrong or ``skip`` why the workload does not apply.
    """

    median: float | None = None
    best: float | None = None
    ratio: float | None = None
    same: str = ""
    error: str = ""
    skip: str = ""
    more: dict[str, float] = field(default_factory=dict)


Rows = dict[str, Row]  # by the engine's module name
Results = dict[str, Rows]  # by workload


def reference(workload: str) -> str:
    """The engine whose number is 1: hand-written Python has nothing to compile."""
    return JINJA2 if workload in ("W6", "W8") else HAND_WRITTEN


def relate(workload: str, rows: Rows) -> Rows:
    """*rows* with the ratios of their medians to the reference's."""
    base = rows.get(reference(workload), Row()).median
    for row in rows.values():
        if base and row.median is not None:
            row.ratio = row.median / base
    return rows


def progress(message: str) -> None:
    """Say on stderr how far a run is."""
    print(message, file=sys.stderr, flush=True)
