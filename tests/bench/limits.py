"""What psp has to reach in each workload, and the table for the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .model import Results, Row
from .table import cell, figures, place
from .workloads import TITLES

PSP, CACHED_FLOOR = "psp_", "ref_cached"


@dataclass(frozen=True)
class Limit:
    """At most *most* of what *measure* finds, in *unit*; a ratio where that is empty."""

    workload: str
    most: float
    measure: Callable[[dict[str, Row]], float | None]
    unit: str = ""
    title: str = ""


def ratio(rows: dict[str, Row]) -> float | None:
    """Of hand-written Python, in W6 of Jinja2."""
    return rows.get(PSP, Row()).ratio


def above_floor(rows: dict[str, Row]) -> float | None:
    """Milliseconds of CPU more than the least that a cache of code objects costs."""
    ours, floor = rows.get(PSP, Row()).median, rows.get(CACHED_FLOOR, Row()).median
    return None if ours is None or floor is None else (ours - floor) * 1e3


def kilobytes(rows: dict[str, Row]) -> float | None:
    """What a page takes in memory."""
    ours = rows.get(PSP, Row()).median
    return None if ours is None else ours / 1024


def growth(rows: dict[str, Row]) -> float | None:
    """Megabytes by which the process grows while it streams."""
    grown = rows.get(PSP, Row()).more.get("memory")
    return None if grown is None else grown / 2**20


LIMITS = (
    Limit("W1", 1.15, ratio),
    Limit("W2", 0.22, ratio),
    Limit("W3", 0.25, ratio),
    Limit("W4", 0.30, ratio),
    Limit("W5", 0.60, ratio),
    Limit("W6", 0.60, ratio),
    Limit("W7", 3, above_floor, "ms", "a process to its first cached page, CPU above the floor"),
    Limit("W8", 8, kilobytes, "kB"),
    Limit("W9", 1.3, ratio),
    Limit("W9", 8, growth, "MB", "the same, by how much the process grows"),
)


def rows(results: Results) -> Iterator[tuple[str, str, str, str, str]]:
    """Workload, what it is, what psp reaches, its limit, and whether that is met."""
    for limit in LIMITS:
        found = limit.measure(results.get(limit.workload, {}))
        if found is not None:
            unit = f" {limit.unit}" if limit.unit else ""
            met = "yes" if found <= limit.most else "no"
            title = limit.title or TITLES[limit.workload]
            most = f"at most {limit.most:g}{unit}"
            yield limit.workload, title, figures(found) + unit, most, met


def markdown(results: Results, titles: dict[str, str]) -> Iterator[str]:
    """What psp reaches, then all engines, as Markdown."""
    yield "| | | psp | limit | met |"
    yield "|---|---|--:|--:|---|"
    for row in rows(results):
        yield f"| {' | '.join(row)} |"
    yield ""
    names = list(results)
    yield f"| | {' | '.join(names)} |"
    yield "|---|" + "--:|" * len(names)
    for engine in sorted(titles, key=lambda engine: place(results, names, engine)):
        cells = [cell(results[name].get(engine)) for name in names]
        if any(text not in ("", "-") for text in cells):
            yield f"| {titles[engine]} | {' | '.join(cells)} |"
