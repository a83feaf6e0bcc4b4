"""W8: memory of a thousand templates. W9: 50 MB of output. A fresh process a case.

Started as ``python -m tests.bench.memory ENGINE [stream|whole]``, prints JSON.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable

from . import adapters, templates, workloads
from .model import PACKAGE, ROOT, Effort, Results, Row, Rows, progress, relate
from .timing import environment

COUNT = 1000
Numbers = dict[str, float]


def resident() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def peak() -> int:
    """The most bytes this process had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def hold_many(engine: str) -> Numbers:
    """Bytes each of COUNT different templates takes, and seconds it compiles."""
    adapter = adapters.load(engine)
    nodes = [templates.small_template(i) for i in range(COUNT + 10)]
    sources = [adapter.file(n, True) for n in nodes]
    with tempfile.TemporaryDirectory() as folder:
        env = adapter.open(folder, True)
        late = range(COUNT, COUNT + 10)
        held = [adapter.compile_another(env, sources[i], i) for i in late]
        gc.collect()
        before, start = resident(), time.process_time()
        held += [adapter.compile_another(env, sources[i], i) for i in range(COUNT)]
        took = time.process_time() - start
        gc.collect()
        return {"value": (resident() - before) / COUNT, "compile": took / COUNT}


class Meter:
    """Counts what a page writes and notes when it began to."""

    def __init__(self) -> None:
        self.chunks = self.size = 0
        self.first = 0.0
        self.start = time.perf_counter()

    def write(self, chunk: str | bytes) -> None:
        """Take *chunk* as a server would."""
        if not self.chunks:
            self.first = time.perf_counter() - self.start
        self.chunks += 1
        self.size += len(chunk)


def push(
    source: Iterable[str] | Callable[[Callable[[str], object]], object], meter: Meter
):
    """All chunks of *source*, an iterator or a function that takes `write`."""
    if callable(source):
        source(meter.write)
    else:
        for chunk in source:
            meter.write(chunk)


def write_much(engine: str, mode: str) -> Numbers:
    """Seconds for the 50 MB of W9, to its first byte, and bytes over the start."""
    adapter, w = adapters.load(engine), workloads.WORKLOADS["W9"]
    with tempfile.TemporaryDirectory() as folder:
        if mode == "whole":
            render = adapter.make(w, folder)
        else:
            env = adapter.open(folder, w.escape)
            template = adapter.get(env, adapter.write(folder, w))
        before, meter = resident(), Meter()
        if mode == "whole":
            meter.write(render())
        else:
            push(adapter.stream(template, w.context), meter)
        total = time.perf_counter() - meter.start
        if meter.size < 40_000_000:
            raise RuntimeError(f"only {meter.size} characters came")
        return {
            "value": total,
            "first": meter.first,
            "chunks": meter.chunks,
            "memory": peak() - before,
        }


def spawn(python: str, *args: str) -> Row:
    """The row that a fresh process measures."""
    done = subprocess.run(
        [python, "-m", f"{PACKAGE}.memory", *args],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return Row(error=(done.stderr.strip().splitlines() or ["died"])[-1][:200])
    numbers = json.loads(done.stdout.splitlines()[-1])
    value = numbers.pop("value")
    return Row(median=value, best=value, more=numbers)


def holding(engines: list[str], python: str) -> Results:
    """W8, against Jinja2."""
    rows = {}
    for engine in engines:
        adapter = adapters.load(engine)
        if not adapter.by_hand and "W8" not in adapter.skip:
            rows[engine] = spawn(python, engine)
    progress("W8 done")
    return {"W8": relate("W8", rows)}


def streaming(engines: list[str], effort: Effort, python: str) -> Results:
    """W9: the best of a few runs; engines that cannot stream make the page whole."""
    rows: Rows = {}
    for _ in range(effort.repeats):
        for engine in engines:
            adapter = adapters.load(engine)
            if "W9" in adapter.skip or adapter.by_hand and not adapter.streams:
                continue
            row = spawn(python, engine, "stream" if adapter.streams else "whole")
            old = rows.get(engine)
            if old is None or row.error or (row.best or 0) < (old.best or 0):
                rows[engine] = row
        progress("W9: a run of each done")
    return {"W9": relate("W9", rows)}


if __name__ == "__main__":
    case = sys.argv[1:]
    print(json.dumps(hold_many(*case) if len(case) == 1 else write_much(*case)))
