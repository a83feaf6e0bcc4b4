"""W1-W6: rendering and cold compilation, interleaved over worker processes."""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
from typing import Any

from .model import PACKAGE, ROOT, Effort, Results, Row, Rows, progress, reference

Round = dict[str, float]  # seconds of each engine, measured within moments


class Worker:
    """A process that holds one engine; gone ones answer with an error."""

    def __init__(self, engine: str, python: str):
        self.engine = engine
        self.process = subprocess.Popen(
            [python, "-m", f"{PACKAGE}.worker", engine],
            cwd=ROOT,
            env=environment(),
            text=True,
            bufsize=1,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.hello = self.answer()

    def answer(self) -> dict[str, Any]:
        """The next line of the worker."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": "worker died"}

    def ask(self, **order: object) -> dict[str, Any]:
        """The answer to *order*."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        except OSError:
            return {"error": "worker died"}
        return self.answer()

    def calls_in(self, workload: str, seconds: float) -> int:
        """How many calls of *workload* take about *seconds*."""
        self.ask(do="sample", w=workload, n=1)
        count, took = 1, self.ask(do="sample", w=workload, n=1).get("wall", 1.0)
        while took * count < seconds / 8 and count < 10**7:
            count *= 4
            took = self.ask(do="sample", w=workload, n=count).get("wall", 1.0)
        return max(1, round(seconds / max(took, 1e-9)))

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def environment() -> dict[str, str]:
    """The environment of measured processes: hashes fixed, .pyc files written."""
    env = dict(os.environ, PYTHONHASHSEED="0")
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


def measure(
    engines: list[str], names: list[str], effort: Effort, python: str
) -> Results:
    """The rows of *names*, which are of W1-W6.

    A round takes one sample of every engine in random order; the ratio is the median
    over rounds of sample by the reference's sample. The workers are started anew a
    few times, so that one unlucky memory layout does not decide.
    """
    rounds: dict[str, list[Round]] = {name: [] for name in names}
    rows: Results = {name: {} for name in names}
    rng = random.Random(1)
    for generation in range(effort.processes):
        workers = [Worker(engine, python) for engine in engines]
        try:
            for name in names:
                ready = prepare(workers, name, effort.slice, rows[name])
                for _ in range(max(1, effort.rounds // effort.processes)):
                    rng.shuffle(ready)
                    rounds[name].append(one_round(ready, name))
                progress(f"{name}: pass {generation + 1} of {effort.processes}")
        finally:
            for worker in workers:
                worker.close()
    for name in names:
        summarise(rows[name], rounds[name], reference(name))
    return rows


def prepare(
    workers: list[Worker], name: str, seconds: float, rows: Rows
) -> list[tuple[Worker, int]]:
    """The workers that can do *name*, each with its calls per sample."""
    ready = []
    for worker in workers:
        answer = worker.hello
        if "error" not in answer:
            answer = worker.ask(do="prepare", w=name)
        if "same" not in answer:
            rows[worker.engine] = Row(**answer)
            continue
        rows[worker.engine] = Row(same=answer["same"])
        ready.append((worker, worker.calls_in(name, seconds)))
    return ready


def one_round(ready: list[tuple[Worker, int]], name: str) -> Round:
    """One sample of every engine."""
    found = {}
    for worker, count in ready:
        answer = worker.ask(do="sample", w=name, n=count)
        if "cpu" in answer:
            found[worker.engine] = answer["cpu"]
    return found


def summarise(rows: Rows, rounds: list[Round], base: str) -> None:
    """Write medians and ratios into *rows*."""
    for engine, row in rows.items():
        times = [r[engine] for r in rounds if engine in r]
        if not times:
            continue
        row.median, row.best = statistics.median(times), min(times)
        ratios = [r[engine] / r[base] for r in rounds if engine in r and base in r]
        if ratios:
            row.ratio = statistics.median(ratios)


def rendering(
    engines: list[str], names: list[str], effort: Effort, python: str
) -> Results:
    """W1-W5, against hand-written Python."""
    return measure(engines, names, effort, python)


def compiling(engines: list[str], effort: Effort, python: str) -> Results:
    """W6, against Jinja2: half the rounds, since one call takes long."""
    rounds, processes = max(4, effort.rounds // 2), min(2, effort.processes)
    fewer = Effort(rounds, processes, effort.slice, effort.starts, effort.repeats)
    return measure(engines, ["W6"], fewer, python)
