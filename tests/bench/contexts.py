"""python -m tests.bench.contexts: what escaping by context costs over plain HTML's.

Renders the pages of the benchmark, and compiles its longest, with ``escape`` "context"
and "html" in turns within one process. Prints the quotients of the fastest times and
exits with status 1 where a render is over the limit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from . import workloads
from .adapters.psp_ import Engine as Psp
from .worker import prepare, sample

LIMIT = 1.05
NAMES = ("W2", "W3", "W4", "W5", "W6")
CALLS = {"W5": 2000, "W4": 300, "W3": 200}


class Html(Psp):
    """The same engine with plain HTML escaping."""

    def open(self, directory, escape, cache=None):
        from psp.engine import Engine
        from psp.loaders import FileLoader
        from psp.options import DEFAULT_OPTIONS

        options = DEFAULT_OPTIONS._replace(escape="html")
        return Engine(FileLoader(directory), options=options, reload_interval=None)

    def compile(self, env, source):
        return super().compile(env, f'<%@ page escape="html" %>{source}')


def quotient(name: str, rounds: int) -> float:
    """The fastest time of *name* by context, in fastest times as HTML."""
    with tempfile.TemporaryDirectory() as top:
        calls = []
        for adapter in (Psp(), Html()):
            folder = Path(top, type(adapter).__module__ + type(adapter).__name__)
            folder.mkdir()
            calls.append(prepare(adapter, workloads.WORKLOADS[name], str(folder))[0])
        best = [float("inf")] * 2
        for _ in range(rounds):
            for i, call in enumerate(calls):
                best[i] = min(best[i], sample(call, CALLS.get(name, 1))["cpu"])
    return best[0] / best[1]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="context escaping by HTML escaping")
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    found = {name: quotient(name, rounds) for name in NAMES}
    for name, value in found.items():
        what = "compile" if name == "W6" else "render"
        print(f"{name} {what:8}{value:6.3f}")
    return int(max(v for n, v in found.items() if n != "W6") > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
