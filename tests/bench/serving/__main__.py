"""python -m tests.bench.serving: requests per second and CPU per request, by wrk.

Every server is started once with one worker process and stays up; then, round after
round, wrk (one thread, four connections) visits every URL of every server in random
order. The ratio is requests/s against the server's own bare hello of the same round;
"over hello" is the CPU time of the server's processes per request, over that of hello.
Last come the lines that psp has to reach (lines.py).
"""

from __future__ import annotations

import argparse
import html
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .. import adapters, document, peers, workloads
from ..model import progress
from . import apache, lines, others, wsgi
from .lines import Numbers, Results
from .server import NAME, Place, Server

#: What ``--write`` has measured: what the lines are about.
WRITTEN = "gunicorn sync,waitress,psp serve,mod_python"
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def wrk(server: Server, path: str, seconds: int, connections: int) -> Numbers:
    """One visit of wrk; RuntimeError if it has nothing to say."""
    before = server.cpu()
    done = subprocess.run(
        [
            *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"),
            server.url(path),
        ],
        capture_output=True,
        text=True,
    )
    used, out = server.cpu() - before, done.stdout
    total = re.search(r"(\d+) requests in", out)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    if not total or not rate:
        raise RuntimeError(f"wrk {server.name} {path}: {(out + done.stderr)[-400:]}")
    bad = re.search(r"Non-2xx.*?(\d+)", out)
    return {
        "rate": float(rate[1]),
        "cpu": used / max(int(total[1]), 1),
        "p50": latency(out, "50"),
        "p99": latency(out, "99"),
        "bad": int(bad[1]) if bad else 0,
    }


def latency(out: str, quantile: str) -> float:
    """A latency of wrk's report in seconds."""
    found = re.search(quantile + r"%\s+([\d.]+)(us|ms|s)", out)
    return float(found[1]) * UNITS[found[2]] if found else 0.0


def started(place: Place, wanted: list[str]) -> Iterator[Server]:
    """The servers that run here, each with the URLs that answer."""

    def want(name: str) -> bool:
        return not wanted or any(part in name for part in wanted)

    for room in (wsgi, apache, others):
        for server in room.servers(place, want):
            if server.wait():
                server.urls = [path for path in server.urls if answers(server, path)]
                yield server
            else:
                progress(f"{server.name} did not start: {server.complaint()}")
                server.stop()


def answers(server: Server, path: str) -> bool:
    """Whether *path* can be had; says so if it is not the expected page."""
    try:
        got = server.get(path)
    except OSError as error:
        progress(f"{server.name} {path}: {error} {server.complaint()}")
        return False
    if html.unescape(got).strip() != html.unescape(wanted_body(path)).strip():
        progress(f"{server.name} {path}: unexpected output {got[:120]!r}...")
    return True


def wanted_body(path: str) -> str:
    """What a URL is to answer with, up to white space around it."""
    if "page" in path:
        return workloads.expected(workloads.WORKLOADS["W3"])
    return f"<p>Hello, {workloads.escaped(NAME if 'tiny' in path else 'World')}!</p>"


def measure(
    servers: list[Server], rounds: int, seconds: int, connections: int
) -> Results:
    """What wrk finds, round after round."""
    results: Results = {}
    rng = random.Random(1)
    for server in servers:
        for path in server.urls:
            wrk(server, path, server.warm, connections)
    for turn in range(rounds):
        rng.shuffle(servers)
        for server in servers:
            hello = None
            for path in server.urls:
                got = wrk(server, path, seconds, connections)
                hello = hello or got
                got["ratio"] = got["rate"] / hello["rate"]
                got["over"] = got["cpu"] - hello["cpu"]
                results.setdefault(server.name, {}).setdefault(path, []).append(got)
        progress(f"round {turn + 1} of {rounds} done")
    return results


def show(results: Results) -> None:
    """Print a line a URL, medians over rounds."""
    titles = ("req/s", "ratio", "us CPU", "over hello", "ms p50", "ms p99")
    print(f"\n{'':42} {'URL':16}" + "".join(f"{title:>11}" for title in titles))
    for name, urls in sorted(results.items()):
        for path, runs in urls.items():
            middle = {key: statistics.median(r[key] for r in runs) for key in runs[0]}
            cells = f"{middle['rate']:11.0f}{middle['ratio']:11.3f}"
            cells += f"{middle['cpu'] * 1e6:11.1f}{middle['over'] * 1e6:11.1f}"
            cells += f"{middle['p50'] * 1e3:11.2f}{middle['p99'] * 1e3:11.2f}"
            bad = sum(run["bad"] for run in runs)
            note = f"  {bad:.0f} answers were errors" if bad else ""
            print(f"{name:42} {path.partition('?')[0]:16}{cells}{note}")
    print()
    for title, ratio, limit, met in lines.rows(results):
        print(
            f"{title:50} {ratio:>8}  {limit:14} {'met' if met == 'yes' else 'NOT MET'}"
        )


def markdown(results: Results, python: str) -> Iterator[str]:
    """The lines, and the CPU of every page over its server's hello, for the docs."""
    yield document.origin("tests.bench.serving", *versions(python))
    yield ""
    yield from lines.table(results)
    yield ""
    yield "| server | page | CPU, µs | over hello, µs |"
    yield "|---|---|--:|--:|"
    for server, urls in sorted(results.items()):
        for path in urls:
            cpu = lines.cpu(results, server, path) * 1e6
            over = lines.over(results, server, path) * 1e6
            page = path.partition("?")[0]
            yield f"| {server} | `{page}` | {cpu:.0f} | {over:.0f} |"


def versions(python: str) -> Iterator[str]:
    """Names and versions of what serves, as *python* has them."""
    names = ("gunicorn", "waitress", "Jinja2", "MarkupSafe")
    code = (
        "import platform, importlib.metadata as m; print(platform.python_version(),"
        f" *(m.version(n) for n in {names}))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    found = done.stdout.split()
    yield from map(" ".join, zip(("CPython", *names), found, strict=False))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.serving", description=__doc__
    )
    parser.add_argument("--servers", default="", help="parts of names: uwsgi,mod_")
    parser.add_argument("--engines", default="jinja2")
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--quick", action="store_true", help="3 rounds")
    parser.add_argument(
        "--write",
        action="store_true",
        help=f"put the tables of {WRITTEN} into docs/performance.md",
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    """Start, measure, stop, print."""
    args = arguments()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed")
    engines = [adapters.full_name(name) for name in args.engines.split(",")]
    wanted = (args.servers or (WRITTEN if args.write else "")).split(",")
    rounds = 3 if args.quick else args.rounds
    up: list[Server] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as top:
        os.chmod(top, 0o755)
        place = Place(top, peers.interpreter(), engines)
        try:
            for server in started(place, list(filter(None, wanted))):
                up.append(server)
            results = measure(list(up), rounds, args.seconds, args.connections)
        finally:
            for server in up:
                server.stop()
    show(results)
    if args.write:
        document.write("serving", markdown(results, place.python))
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
