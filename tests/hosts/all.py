"""Run the same probes through every host, and print a table.

    python -m tests.hosts.all [HOST ...] [--probe PROBE ...]

A HOST is a row or the beginning of one. The exit status is 0 when no cell failed.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from .client import Client
from .probes import PROBES, NotPossible
from .rows import ROWS, Row
from .stage import staged


class Cell(NamedTuple):
    """What one probe found at one host: ``mark`` is ``+``, ``-`` or ``F``."""

    mark: str
    remark: str = ""


def run_row(row: Row, probes: list[str]) -> dict[str, Cell]:
    """What *probes* find; all have failed where the host does not start."""
    with staged() as stage:
        try:
            row.start(stage)
        except Exception as error:
            print(error)
            return dict.fromkeys(probes, Cell("F", "the host did not start"))
        client = row.client(stage)
        cells = {name: run_probe(name, client, row) for name in probes}
        if "-v" in sys.argv:
            print(stage.logs())
        return cells


def run_probe(name: str, client: Client, row: Row) -> Cell:
    """What one probe finds."""
    try:
        PROBES[name](client)
    except NotPossible as reason:
        return Cell("-", str(reason))
    except Exception as error:
        if name in row.cannot:
            return Cell("-", row.cannot[name])
        place = traceback.extract_tb(error.__traceback__)[1]
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return Cell("F", f"line {place.lineno}: {text[:200]}")
    return Cell("+")


def print_table(table: dict[str, dict[str, Cell]], probes: list[str]) -> None:
    """Probes down, hosts across, then what is to be said about single cells."""
    hosts = list(table)
    width = max(map(len, probes))
    for number, host in enumerate(hosts, 1):
        print(f"{number:{width}}  {host}")
    print(" " * width, *(f"{number:2}" for number in range(1, len(hosts) + 1)))
    for name in probes:
        print(f"{name:{width}}", *(f" {table[host][name].mark}" for host in hosts))
    for mark, title in (("-", "Not possible"), ("F", "Failed")):
        found: dict[str, list[str]] = {}
        for host in hosts:
            for name in probes:
                if table[host][name].mark == mark:
                    text = f"{name}: {table[host][name].remark}"
                    found.setdefault(text, []).append(host)
        if found:
            print(f"\n{title}")
        for text, where in found.items():
            print(f"  {', '.join(where)}: {text}")


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description="Run the probes through the hosts.")
    parser.add_argument("host", nargs="*", help="a row, or the beginning of one")
    parser.add_argument("--probe", nargs="+", choices=list(PROBES), default=[*PROBES])
    parser.add_argument("--jobs", type=int, default=2, help="hosts at the same time")
    parser.add_argument("-v", action="store_true", help="print what hosts have logged")
    given = parser.parse_args()
    names = [n for n in ROWS if n.startswith(tuple(given.host or [""]))]
    with ThreadPoolExecutor(given.jobs) as pool:
        runs = [pool.submit(run_row, ROWS[name], given.probe) for name in names]
        table: dict[str, dict[str, Cell]] = {}
        for name, run in zip(names, runs, strict=True):
            table[name] = run.result()
            marks = [cell.mark for cell in table[name].values()]
            counts = " ".join(f"{marks.count(m)}{m}" for m in "+-F")
            print(f"{name}: {counts}", flush=True)
    print_table(table, given.probe)
    cells = [cell.mark for row in table.values() for cell in row.values()]
    passed, impossible, failed = (cells.count(mark) for mark in "+-F")
    print(f"\n{len(names)} hosts, {len(given.probe)} probes: ", end="")
    print(f"{passed} passed, {impossible} not possible, {failed} failed")
    return 1 if failed or not cells else 0


if __name__ == "__main__":
    sys.exit(main())
