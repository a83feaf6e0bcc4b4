"""The table of a run: engines down, workloads across, ratios within."""

from __future__ import annotations

from collections.abc import Iterable

from .model import HAND_WRITTEN, Results, Row, reference

NAME_WIDTH, WIDTH = 30, 9


def duration(seconds: float | None) -> str:
    """*seconds* with three figures and a unit."""
    if seconds is None:
        return "-"
    for limit, factor, unit in ((1e-6, 1e9, "ns"), (1e-3, 1e6, "us"), (1, 1e3, "ms")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def amount(workload: str, value: float | None) -> str:
    """A number of *workload* in its unit."""
    if workload == "W8" and value is not None:
        return f"{value / 1024:.3g} kB"
    return duration(value)


def cell(row: Row | None) -> str:
    """The ratio, marked where the output was not the expected one."""
    if row is None:
        return ""
    if row.same == "!" or row.error:
        return "wrong" if row.same else "error"
    if row.ratio is None:
        return "-"
    return figures(row.ratio) + ("~" if row.same == "~" else "")


def figures(ratio: float) -> str:
    """*ratio* with three figures at most, never with an exponent."""
    if ratio >= 100:
        return f"{ratio:.0f}"
    return f"{ratio:.3g}" if ratio >= 0.0095 else f"{ratio:.5f}"


def place(results: Results, workloads: Iterable[str], engine: str) -> tuple[float, ...]:
    """Where *engine* stands: by the page W3 first, then by the others in turn."""
    order = sorted(workloads, key=lambda name: (name != "W3", name))
    rows = (results[name].get(engine, Row()) for name in order)
    return tuple(float("inf") if row.ratio is None else row.ratio for row in rows)


def lines(results: Results, titles: dict[str, str]) -> Iterable[str]:
    """The table; *titles* are what the engines are called, with their versions."""
    names = list(results)
    yield f"{'':{NAME_WIDTH}}" + "".join(f"{name:>{WIDTH}}" for name in names)
    for engine in sorted(titles, key=lambda e: place(results, names, e)):
        cells = [cell(results[name].get(engine)) for name in names]
        if any(text not in ("", "-") for text in cells):
            row = "".join(f"{text:>{WIDTH}}" for text in cells)
            yield f"{titles[engine]:{NAME_WIDTH}.{NAME_WIDTH}}{row}"
    yield from legend(results)


def legend(results: Results) -> Iterable[str]:
    """What stands behind the number 1 of each workload."""
    for title, engine in (("hand-written", HAND_WRITTEN), ("Jinja2", None)):
        parts = []
        for name in results:
            base = reference(name)
            if (base == HAND_WRITTEN) == (engine is not None) and name != "W10":
                value = results[name].get(base, Row()).median
                parts.append(f"{name} {amount(name, value)}")
        if parts:
            yield f"1 is {title}: {', '.join(parts)}"


def troubles(results: Results, titles: dict[str, str]) -> Iterable[str]:
    """Engines that are missing altogether, and what else went wrong, once each."""
    seen = set()
    for rows in results.values():
        for engine, row in rows.items():
            trouble = f"{titles.get(engine, engine)}: {row.error}"
            if row.error and trouble not in seen:
                seen.add(trouble)
                yield trouble
