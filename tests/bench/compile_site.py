"""python -m tests.bench.compile_site: a whole site compiled, in one process and in two.

Wall time of ``psp compile`` over distinct pages of 2 kB; each round compiles with one
process, with two, and once more with nothing changed. Two processes need two cores
that nobody else uses: the load is told.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from . import adapters, document, templates
from .model import ROOT, progress
from .timing import environment

SPEED_UP, UNCHANGED = 1.7, 0.05


def fill(folder: Path, count: int) -> None:
    """Write *count* pages, a folder for every hundred."""
    adapter = adapters.load("psp_")
    for number in range(count):
        place = folder / f"part{number // 100}"
        place.mkdir(exist_ok=True)
        page = adapter.file(templates.small_template(number), True)
        (place / f"page{number}.psp").write_text(page)


def compile_all(site: Path, cache: Path, jobs: int, python: str) -> tuple[int, float]:
    """How many pages ``psp compile`` has compiled, and the seconds that it took."""
    command = [python, "-m", "psp", "compile", str(site), "--out", str(cache)]
    before = os.times().elapsed
    done = subprocess.run(
        [*command, f"--jobs={jobs}"],
        cwd=site,
        env=environment()
        | {"PYTHONPATH": str(ROOT), "XDG_DATA_HOME": f"{cache.parent}/key"},
        capture_output=True,
        text=True,
    )
    took = os.times().elapsed - before
    found = re.search(r"compiled (\d+), unchanged \d+, failed 0", done.stdout)
    if done.returncode or not found:
        raise SystemExit(done.stdout + done.stderr)
    return int(found[1]), took


def measure(
    pages: int, rounds: int, python: str = sys.executable
) -> list[tuple[float, float, float]]:
    """Seconds with one process, with two, and with nothing to do, round by round."""
    found = []
    with tempfile.TemporaryDirectory(prefix="bench-") as top:
        site = Path(top, "site")
        site.mkdir()
        fill(site, pages)
        for turn in range(rounds):
            cache = [Path(top, f"cache{turn}-{jobs}") for jobs in (1, 2)]
            counts, times = zip(
                compile_all(site, cache[0], 1, python),
                compile_all(site, cache[1], 2, python),
                compile_all(site, cache[0], 1, python),
                strict=True,
            )
            if counts != (pages, pages, 0):
                raise SystemExit(f"compiled {counts} of {pages} pages")
            found.append(times)
            progress(
                f"round {turn + 1} of {rounds}: " + "%.2f s, %.2f s, %.2f s" % times
            )
    return found


def report(found: list[tuple[float, float, float]], pages: int) -> str:
    """The two ratios, medians over rounds, and whether they are good enough."""
    one, two, again = (statistics.median(column) for column in zip(*found, strict=True))
    faster = statistics.median(row[0] / row[1] for row in found)
    rest = statistics.median(row[2] / row[0] for row in found)
    return (
        f"{pages} pages: {one:.2f} s in one process, {two:.2f} s in two, "
        f"{again:.2f} s with nothing changed; load {os.getloadavg()[0]:.1f}\n"
        f"two processes: {faster:.2f} times faster, at least {SPEED_UP}: "
        f"{'met' if faster >= SPEED_UP else 'NOT MET'}\n"
        f"nothing changed: {rest:.1%} of the first run, at most {UNCHANGED:.0%}: "
        f"{'met' if rest <= UNCHANGED else 'NOT MET'}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.compile_site", description=__doc__
    )
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--write", action="store_true", help="put the lines into docs/performance.md"
    )
    args = parser.parse_args()
    told = report(measure(args.pages, args.rounds), args.pages)
    print(told)
    if args.write:
        made = document.origin("tests.bench.compile_site")
        document.write("compiling", [made, "", *(f"    {line}" for line in told.splitlines())])


if __name__ == "__main__":
    main()
