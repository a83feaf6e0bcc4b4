"""The ratio that psp has to reach in each workload, and the table for the documentation."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Results, Row
from .table import cell, figures, place
from .workloads import TITLES

PSP = "psp_"
#: At most this, of hand-written Python, in W6 and W8 of Jinja2.
LIMITS = {
    "W1": 1.15,
    "W2": 0.22,
    "W3": 0.25,
    "W4": 0.30,
    "W5": 0.60,
    "W6": 0.60,
    "W7": 1.50,
    "W8": 1.00,
    "W9": 1.10,
}


def rows(results: Results) -> Iterator[tuple[str, str, str, str, str]]:
    """Workload, what it is, psp's ratio, its limit, and whether that is met."""
    for name, limit in LIMITS.items():
        ratio = results.get(name, {}).get(PSP, Row()).ratio
        if ratio is not None:
            met = "yes" if ratio <= limit else "no"
            yield name, TITLES[name], figures(ratio), f"at most {limit:g}", met


def markdown(results: Results, titles: dict[str, str]) -> Iterator[str]:
    """What psp reaches, then all engines, as Markdown."""
    yield "| | | ratio | limit | met |"
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
