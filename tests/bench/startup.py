"""W7: process start to first page. W11: import time. CPU time of whole processes."""

from __future__ import annotations

import os
import statistics
import tempfile
from dataclasses import replace

from . import adapters
from .adapters.base import Adapter
from .first import STATEMENT
from .model import (
    PACKAGE,
    ROOT,
    Effort,
    Results,
    Row,
    Rows,
    progress,
    reference,
    relate,
)
from .timing import environment

NOTHING = "python -c pass"
Command = list[str]


def run(argv: Command, env: dict[str, str]) -> float:
    """CPU seconds, user and system, of one process; RuntimeError if it fails."""
    quiet = [
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    pid = os.posix_spawn(argv[0], argv, env, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"exit status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def in_turn(cases: dict[str, Command], starts: int) -> Rows:
    """What every case takes over a process that does nothing.

    The processes are started in turn, *starts* times; a first time writes .pyc files.
    """
    env = environment() | {"PYTHONPATH": str(ROOT)}
    times: dict[str, list[float]] = {case: [] for case in cases}
    rows = {case: Row() for case in cases}
    for turn in range(starts + 1):
        for case, argv in cases.items():
            if rows[case].error:
                continue
            try:
                took = run(argv, env)
            except RuntimeError as error:
                rows[case].error = str(error)
            else:
                times[case] += [took] if turn else []
    floor = statistics.median(times.pop(NOTHING))
    del rows[NOTHING]
    for case, row in rows.items():
        if not row.error:
            row.median = max(0.0, statistics.median(times[case]) - floor)
            row.best = max(0.0, min(times[case]) - floor)
            row.more = {"process": row.median + floor}
    return rows


def applies(adapter: Adapter, workload: str) -> bool:
    """Whether a start of *workload* says something about the engine."""
    if workload == "W3":
        return adapter.skip.keys().isdisjoint({"W3", "W7"})
    return not adapter.by_hand and adapter.skip.keys().isdisjoint(
        {"W6", "W7", "W7 of W6"}
    )


def first_page(
    engines: list[str], workload: str, effort: Effort, python: str, cached: bool
) -> Rows:
    """Start and first page; *cached* for those engines that cache on disk."""
    cases = {NOTHING: [python, "-c", "pass"]}
    with tempfile.TemporaryDirectory() as top:
        for engine in engines:
            adapter = adapters.load(engine)
            if not applies(adapter, workload) or cached and not adapter.cached:
                continue
            folder, cache = os.path.join(top, engine), os.path.join(top, engine + "-c")
            os.mkdir(folder)
            os.mkdir(cache)
            statement = STATEMENT.format(PACKAGE)
            cases[engine] = [python, "-c", statement, engine, workload, folder]
            cases[engine] += [cache] if cached else []
        return in_turn(cases, effort.starts)


def starting(engines: list[str], effort: Effort, python: str, full: bool) -> Results:
    """W7: of the page W3, from the cache where there is one.

    *full* adds W7 without caches, and both with the 3000 lines of W6.
    """
    cold = first_page(engines, "W3", effort, python, cached=False)
    progress("W7: without a cache done")
    warm = first_page([*engines, "ref_cached"], "W3", effort, python, cached=True)
    progress("W7: with a cache done")
    results = {"W7": cold | warm}
    if full:
        base = {reference("W7"): cold[reference("W7")]}
        big = first_page(engines, "W6", effort, python, cached=False)
        held = first_page([*engines, "ref_cached"], "W6", effort, python, cached=True)
        results["W7 without cache"] = dict(cold)
        results["W7 of W6"] = base | big | held
        results["W7 of W6 without cache"] = base | big
        progress("W7 of W6 done")
    return {title: relate("W7", copies(rows)) for title, rows in results.items()}


def copies(rows: Rows) -> Rows:
    """*rows* that can be related to a reference of their own."""
    return {engine: replace(row) for engine, row in rows.items()}


def importing(engines: list[str], effort: Effort, python: str) -> Results:
    """W11: `import` of what a user of the engine imports; by hand it is markupsafe."""
    cases = {NOTHING: [python, "-c", "pass"]}
    for engine in engines:
        if module := adapters.load(engine).module:
            cases[engine] = [python, "-c", f"import {module}"]
    return {"W11": relate("W11", in_turn(cases, effort.starts))}
