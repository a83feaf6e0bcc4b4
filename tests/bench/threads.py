"""W10: renders of W3 per second from one and from several threads.

With a global interpreter lock the ratio stays near one; a free-threaded build shows
whether an engine shares what it should not. Wall-clock time: needs idle cores.
Started as ``python -m tests.bench.threads REPEATS ENGINE...``, prints JSON.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable

from . import adapters, workloads
from .model import PACKAGE, ROOT, Effort, Results, Row, progress
from .timing import environment

THREADS, SECONDS = 2, 0.2


def rate(render: Callable[[], str], threads: int) -> float:
    """Renders per second of *threads* threads together."""
    counts = [0] * threads
    start, stop = threading.Barrier(threads + 1), threading.Event()

    def work(number: int) -> None:
        start.wait()
        while not stop.is_set():
            for _ in range(20):
                render()
            counts[number] += 20

    pool = [threading.Thread(target=work, args=(i,)) for i in range(threads)]
    for thread in pool:
        thread.start()
    start.wait()
    begin = time.perf_counter()
    time.sleep(SECONDS)
    stop.set()
    for thread in pool:
        thread.join()
    return sum(counts) / (time.perf_counter() - begin)


def child(repeats: int, engines: list[str]) -> dict[str, list[float] | str]:
    """Rates of each engine from one and from several threads, or why there are none."""
    w = workloads.WORKLOADS["W3"]
    found: dict[str, list[float] | str] = {}
    with tempfile.TemporaryDirectory() as top:
        for engine in engines:
            try:
                render = adapters.load(engine).make(w, tempfile.mkdtemp(dir=top))
                render()
            except Exception as error:
                found[engine] = f"{type(error).__name__}: {error}"
                continue
            runs = [[rate(render, n) for n in (1, THREADS)] for _ in range(repeats)]
            found[engine] = [
                statistics.median(column) for column in zip(*runs, strict=False)
            ]
    return found


def threading_(engines: list[str], effort: Effort, python: str) -> Results:
    """W10: the ratio is of an engine's two rates, not to the reference."""
    able = [e for e in engines if "W3" not in adapters.load(e).skip]
    done = subprocess.run(
        [python, "-m", f"{PACKAGE}.threads", str(effort.repeats), *able],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    rows = {}
    for engine, found in json.loads(done.stdout.splitlines()[-1]).items():
        if isinstance(found, str):
            rows[engine] = Row(error=found)
            continue
        one, many = found
        more = {"one": one, "many": many}
        rows[engine] = Row(median=1 / one, best=1 / one, ratio=many / one, more=more)
    progress("W10 done")
    return {"W10": rows}


if __name__ == "__main__":
    print(json.dumps(child(int(sys.argv[1]), sys.argv[2:])))
