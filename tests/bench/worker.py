"""One engine in one process, driven over stdin and stdout by lines of JSON.

{"do": "prepare", "w": "W1"}          -> {"same": "="}, {"skip": ...} or {"error": ...}
{"do": "sample", "w": "W1", "n": 10}  -> {"cpu": s, "wall": s}, seconds per call
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from . import adapters, check, workloads
from .adapters.base import Adapter

Call = Callable[[], object]


class Skipped(Exception):
    """The workload does not apply to the engine; the message says why."""


def prepare(adapter: Adapter, w: workloads.Workload, folder: str) -> tuple[Call, str]:
    """What is to be timed, and whether its output is the expected one."""
    if w.name in adapter.skip:
        raise Skipped(adapter.skip[w.name])
    if w.name == "W6":
        source = adapter.file(w.nodes, w.escape)
        env = adapter.open(folder, w.escape)
        compile_ = adapter.compile
        return lambda: compile_(env, source), ""
    render = adapter.make(w, folder)
    return render, check.verdict(str(render()), workloads.expected(w))


def sample(call: Call, count: int) -> dict[str, float]:
    """CPU and wall seconds of one of *count* calls."""
    repeat = range(count)
    clock, cpu = time.perf_counter, time.process_time
    gc.collect()
    t0, c0 = clock(), cpu()
    for _ in repeat:
        call()
    c1, t1 = cpu(), clock()
    return {"cpu": (c1 - c0) / count, "wall": (t1 - t0) / count}


def greeting(adapter: Adapter) -> dict[str, Any]:
    """The first line: the engine's name and version, or why it cannot be had."""
    try:
        return {"name": adapter.name, "version": adapter.version()}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def serve(adapter: Adapter, reply: Callable[[dict[str, Any]], None]) -> None:
    """Answer orders until stdin ends."""
    calls: dict[str, Call] = {}
    with tempfile.TemporaryDirectory() as top:
        for line in sys.stdin:
            order = json.loads(line)
            name = order["w"]
            if order["do"] == "sample":
                reply(sample(calls[name], order["n"]))
                continue
            try:
                folder = tempfile.mkdtemp(dir=top)
                w = workloads.WORKLOADS[name]
                calls[name], same = prepare(adapter, w, folder)
                reply({"same": same})
            except Skipped as why:
                reply({"skip": str(why)})
            except Exception as error:
                reply({"error": f"{type(error).__name__}: {str(error)[:200]}"})
            gc.collect()
            gc.freeze()


def main() -> None:
    """Serve the engine named on the command line."""
    adapter = adapters.load(sys.argv[1])
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # engines that print do not disturb

    def reply(answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=out)

    reply(greeting(adapter))
    serve(adapter, reply)


if __name__ == "__main__":
    main()
