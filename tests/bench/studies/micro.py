"""Micro-benchmarks behind the choices of a page compiler.

python -m tests.bench.studies.micro [TOPIC ...] [-p PROCESSES] [-r ROUNDS] [--json FILE]

Each topic runs in fresh processes; within a process its cases are timed in turn,
round after round. Shown: the minimum, the median over processes of each process's
median, and that as a ratio to the topic's first case.
"""

import argparse
import importlib
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .. import table
from ..model import PACKAGE, ROOT, progress
from ..timing import environment
from .topics import TOPICS

for _part in ("emitting", "names", "values", "compared"):
    try:
        importlib.import_module("." + _part, __package__)
    except ImportError as error:
        progress(f"left out: {error}")


def calls_in(seconds, call):
    """About how many calls take *seconds*."""
    count, took = 1, 0.0
    while took < seconds / 4 and count < 10**6:
        start = time.perf_counter()
        for _ in range(count):
            call()
        took = time.perf_counter() - start
        count *= 4
    return max(1, int(seconds * count / 4 / took))


def run_here(name, rounds, seconds=0.01):
    """The least and the median seconds of each case of a topic."""
    cases = TOPICS[name]()
    plan = []
    for case, call in cases.items():
        call()
        plan.append((case, call, calls_in(seconds, call)))
    times = {case: [] for case in cases}
    rng = random.Random(int.from_bytes(os.urandom(4), "big"))
    clock = time.process_time
    for _ in range(rounds):
        rng.shuffle(plan)
        for case, call, count in plan:
            repeat = range(count)
            start = clock()
            for _ in repeat:
                call()
            times[case].append((clock() - start) / count)
    return {case: [min(t), statistics.median(t)] for case, t in times.items()}


def run_apart(name, processes, rounds):
    """The topic's rows over fresh *processes*."""
    runs = []
    for _ in range(processes):
        done = subprocess.run(
            [sys.executable, "-m", f"{PACKAGE}.studies.micro", name, "--here"]
            + ["-r", str(rounds)],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        runs.append(json.loads(done.stdout))
    return {
        case: (
            min(run[case][0] for run in runs),
            statistics.median(run[case][1] for run in runs),
        )
        for case in runs[0]
    }


def show(name, rows):
    """Print a topic."""
    doc = (TOPICS[name].__doc__ or "").strip().partition("\n")[0]
    print(f"\n{name}  {doc}".rstrip())
    first = next(iter(rows.values()))[1]
    for case, (low, middle) in rows.items():
        times = f"{table.duration(low):>10} {table.duration(middle):>10}"
        print(f"  {case:46} {times} {middle / first:7.3g}", flush=True)


def main():
    """Run the topics named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=", ".join(TOPICS))
    parser.add_argument("-p", "--processes", type=int, default=3)
    parser.add_argument("-r", "--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.here:
        print(json.dumps(run_here(args.topics[0], args.rounds)))
        return
    if unknown := set(args.topics).difference(TOPICS):
        parser.error(f"no such topic: {', '.join(sorted(unknown))}")
    found = {}
    for name in args.topics or TOPICS:
        found[name] = run_apart(name, args.processes, args.rounds)
        show(name, found[name])
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
