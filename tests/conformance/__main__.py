"""Replay all cases, or those of the topics that are named: how many pass of each.

First those in ``cases``, then those in ``more``. Tiers are ways to run pages: cases
without one are replayed in the first tier only.

python -m tests.conformance [--tier auto|function|module|all] [TOPIC ...]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .harness import CASES, MORE, served
from .replay import Case, Runner, read_cases, summarise

TIERS = ("auto", "function", "module")


def main() -> int:
    """The exit status: 0 when every case has passed in each tier asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance")
    parser.add_argument("--tier", choices=(*TIERS, "all"), default="auto")
    parser.add_argument("topics", nargs="*", metavar="TOPIC")
    asked = parser.parse_args()
    failed = 0
    tiers = TIERS if asked.tier == "all" else (asked.tier,)
    for tier in tiers:
        with tempfile.TemporaryDirectory() as folder:
            with served(Path(folder), tier) as runner:
                for name, files in (("cases", CASES), ("more", MORE)):
                    print(f"tier {tier}, {name}")
                    cases: Iterable[Case] = read_cases(of_topics(files, asked.topics))
                    if tier != tiers[0]:
                        cases = filter(has_page, cases)
                    failed |= replay_all(runner, cases)
    return failed


def of_topics(files: list[Path], wanted: list[str]) -> list[Path]:
    """The *files* of the topics *wanted*, or all."""
    return [file for file in files if not wanted or file.stem in wanted]


def has_page(case: Case) -> bool:
    """Whether *case* is about a page."""
    return any(name.endswith(".psp") for name in case["files"])


def replay_all(runner: Runner, cases: Iterable[Case]) -> int:
    """Replay *cases* and print what came of it: 1 for failures, otherwise 0."""
    topics: dict[str, list[int]] = {}
    for case in cases:
        counts = topics.setdefault(case["topic"], [0, 0])
        problem = runner.run(case)
        counts[0] += 1
        if problem:
            counts[1] += 1
            print(f"FAIL {case['id']}: {problem}")
    return summarise(topics)


if __name__ == "__main__":
    sys.exit(main())
