"""Timing cases one after the other and printing them."""

import argparse
import json
import statistics
import time
from pathlib import Path

from .. import table


def best(call, rounds, seconds=0.03):
    """The least and the median CPU seconds of a call, over *rounds*."""
    times = []
    for _ in range(rounds):
        start, count, took = time.process_time(), 0, 0.0
        while took < seconds:
            call()
            count += 1
            took = time.process_time() - start
        times.append(took / count)
    return min(times), statistics.median(times)


class Study:
    """Prints tables of cases and keeps their numbers."""

    def __init__(self, rounds):
        self.rounds = rounds
        self.result = {}

    def note(self, text):
        """A line between tables."""
        print(f"\n{text}")

    def show(self, title, cases):
        """Measure *cases* and print a line each."""
        self.note(title)
        rows = self.result[title] = {}
        for name, call in cases.items():
            rows[name] = best(call, self.rounds)
            low, middle = map(table.duration, rows[name])
            print(f"  {name:58} {low:>10} {middle:>10}")


def report(doc, measure):
    """The command line of a study: measures, prints, writes JSON if asked to."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("-r", "--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, metavar="FILE")
    args = parser.parse_args()
    study = Study(args.rounds)
    measure(study)
    if args.json:
        args.json.write_text(json.dumps(study.result, indent=1) + "\n")
