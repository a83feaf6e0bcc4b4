"""Replay all cases, or those of the topics that are named: how many pass of each.

First those in ``cases``, then those in ``more``.

python -m tests.conformance [--tier auto|function|module|all] [TOPIC ...]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .harness import CASES, MORE, served
from .replay import Runner, read_cases, summarise

TIERS = ("auto", "function", "module")


def main() -> int:
    """The exit status: 0 when every case has passed in each tier asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("--tier", choices=(*TIERS, "all"), default="auto")
    parser.add_argument("topics", nargs="*", metavar="TOPIC")
    asked = parser.parse_args()
    failed = 0
    for tier in TIERS if asked.tier == "all" else (asked.tier,):
        with tempfile.TemporaryDirectory() as folder:
            with served(Path(folder), tier) as runner:
                for name, files in (("cases", CASES), ("more", MORE)):
                    print(f"tier {tier}, {name}")
                    failed |= replay_all(runner, files, asked.topics)
    return failed


def replay_all(runner: Runner, found: list[Path], wanted: list[str]) -> int:
    """Replay the topics *wanted* of *found*, or all, and print what came of it.

    1 for failures, otherwise 0.
    """
    files = [file for file in found if not wanted or file.stem in wanted]
    topics: dict[str, list[int]] = {}
    for case in read_cases(files):
        counts = topics.setdefault(case["topic"], [0, 0])
        problem = runner.run(case)
        counts[0] += 1
        if problem:
            counts[1] += 1
            print(f"FAIL {case['id']}: {problem}")
    return summarise(topics)


if __name__ == "__main__":
    sys.exit(main())
