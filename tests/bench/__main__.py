"""python -m tests.bench: the table of engines and workloads W1-W9, in one run."""

from __future__ import annotations

import argparse
import json
import subprocess
from dataclasses import asdict
from pathlib import Path

from . import (
    adapters,
    document,
    limits,
    memory,
    peers,
    startup,
    table,
    threads,
    timing,
    workloads,
)
from .model import (
    EXTRA,
    NORMAL,
    QUICK,
    RENDERING,
    TABLE,
    Effort,
    Results,
    progress,
    reference,
)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--setup", action="store_true", help="install the peers under build/ and stop"
    )
    parser.add_argument("--quick", action="store_true", help="few and coarse samples")
    parser.add_argument(
        "--only",
        type=names_of_workloads,
        default=list(TABLE),
        metavar="W1,W3",
        help=f"of {', '.join(TABLE + EXTRA)}; the last two only when named",
    )
    parser.add_argument(
        "--engines",
        type=names_of_engines,
        default=adapters.ALL,
        metavar="psp,jinja2",
        help=f"of {', '.join(name.strip('_') for name in adapters.ALL)}",
    )
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers")
    return parser.parse_args()


def names_of_workloads(text: str) -> list[str]:
    """The workloads of a comma-separated list, in the order of the table."""
    wanted = set(text.upper().split(","))
    if unknown := wanted.difference(TABLE, EXTRA):
        raise argparse.ArgumentTypeError(f"no workload {', '.join(sorted(unknown))}")
    return [name for name in TABLE + EXTRA if name in wanted]


def names_of_engines(text: str) -> list[str]:
    """The module names of a comma-separated list of engines."""
    try:
        return [adapters.full_name(name) for name in text.split(",")]
    except LookupError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def with_references(engines: list[str], names: list[str]) -> list[str]:
    """*engines* and those that the workloads *names* are related to."""
    needed = {reference(name) for name in names}
    return [
        name for name in adapters.ALL if name in needed and name not in engines
    ] + engines


def titles_of(engines: list[str], python: str) -> tuple[dict[str, str], list[str]]:
    """Names and versions of the engines that *python* has, and what it has not."""
    found, missing = {}, []
    for engine in engines:
        worker = timing.Worker(engine, python)
        worker.close()
        if "error" in worker.hello:
            missing.append(f"{engine.strip('_')} left out: {worker.hello['error']}")
        else:
            hello = worker.hello
            found[engine] = f"{hello['name']} {hello['version']}".strip()
    return found, missing


def measure(
    names: list[str], engines: list[str], effort: Effort, python: str
) -> Results:
    """The results of the workloads *names*."""
    results: Results = {}
    if rendering := [name for name in names if name in RENDERING]:
        results |= timing.rendering(engines, rendering, effort, python)
    if "W6" in names:
        results |= timing.compiling(engines, effort, python)
    if "W7" in names:
        results |= startup.starting(engines, effort, python, full=effort is NORMAL)
    if "W8" in names:
        results |= memory.holding(engines, python)
    if "W9" in names:
        results |= memory.streaming(engines, effort, python)
    if "W10" in names:
        results |= threads.threading_(engines, effort, python)
    if "W11" in names:
        results |= startup.importing(engines, effort, python)
    return results


def explain(names: list[str]) -> None:
    """Say what the columns are."""
    for name in names:
        print(f"{name:4} {workloads.TITLES[name]}")


def main() -> None:
    """Set up, or measure and print."""
    args = arguments()
    if args.setup:
        peers.setup()
        return
    python = peers.interpreter()
    wanted = with_references(args.engines, args.only)
    titles, missing = titles_of(wanted, python)
    for line in missing:
        progress(line)
    engines = [name for name in wanted if name in titles]
    effort = QUICK if args.quick else NORMAL
    results = measure(args.only, engines, effort, python)
    report(results, titles, args.only, version(python))
    if args.write:
        made = document.origin("tests.bench", version(python))
        document.write("engines", [made, "", *limits.markdown(results, titles)])
    if args.json:
        write(args.json, results, titles, version(python))


def version(python: str) -> str:
    """Which Python measures."""
    statement = (
        "import platform as p; print(p.python_implementation(), p.python_version())"
    )
    done = subprocess.run(
        [python, "-c", statement], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def report(
    results: Results, titles: dict[str, str], names: list[str], python: str
) -> None:
    """Print the table, what its columns are and what went wrong."""
    titles = titles | {"ref_cached": adapters.load("ref_cached").name}
    print(f"{python}; time or memory as a ratio, less is better\n")
    columns = {name: results[name] for name in names}
    print(*table.lines(columns, titles), "", sep="\n")
    explain(names)
    for workload, _, ratio, limit, met in limits.rows(columns):
        print(
            f"{workload:4} {ratio:>8}  {limit:14} {'met' if met == 'yes' else 'NOT MET'}"
        )
    print(*table.troubles(columns, titles), sep="\n")


def write(path: Path, results: Results, titles: dict[str, str], python: str) -> None:
    """Write every number as JSON."""
    numbers = {
        name: {engine: asdict(row) for engine, row in rows.items()}
        for name, rows in results.items()
    }
    found = {"python": python, "engines": titles, "results": numbers}
    path.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
