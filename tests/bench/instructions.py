"""python -m tests.bench.instructions: machine instructions of one render of W3.

Counted by valgrind's callgrind, so the number says the same on a busy machine. Two
runs that differ in their renders alone cancel what start and compilation take.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile

from . import adapters, peers, workloads
from .model import PACKAGE, ROOT
from .timing import environment

#: Renders before counting, enough for the interpreter to have specialised the code.
WARM = 50
COUNTED = 200


def render(engine: str, workload: str, times: int) -> None:
    """What runs under valgrind."""
    with tempfile.TemporaryDirectory() as folder:
        call = adapters.load(engine).make(workloads.WORKLOADS[workload], folder)
        for _ in range(times):
            call()


def statement(engine: str, workload: str, times: int) -> str:
    """The program that renders *times* times."""
    call = f"render({engine!r}, {workload!r}, {times})"
    return f"from {PACKAGE}.instructions import render; {call}"


def render_once(python: str, engine: str, workload: str) -> None:
    """Have every .pyc file written before instructions are counted."""
    program = [python, "-c", statement(engine, workload, 1)]
    subprocess.run(program, cwd=ROOT, env=environment(), check=True)


def instructions(python: str, engine: str, workload: str, times: int) -> int:
    """Instructions of a whole process that renders *times* times."""
    with tempfile.NamedTemporaryFile() as out:
        callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}"]
        done = subprocess.run(
            [*callgrind, python, "-c", statement(engine, workload, times)],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        raise SystemExit(done.stderr)
    return int(found[1])


def main() -> int:
    """Print the number for each engine asked for."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {PACKAGE}.instructions", description=__doc__
    )
    parser.add_argument("--engines", default="psp", metavar="psp,jinja2")
    parser.add_argument("--workload", default="W3", choices=workloads.WORKLOADS)
    args = parser.parse_args()
    if not shutil.which("valgrind"):
        print("valgrind is not installed", file=sys.stderr)
        return 1
    python = peers.interpreter()
    for name in args.engines.split(","):
        engine = adapters.full_name(name)
        render_once(python, engine, args.workload)
        less = instructions(python, engine, args.workload, WARM)
        more = instructions(python, engine, args.workload, WARM + COUNTED)
        print(f"{name} {args.workload}: {(more - less) // COUNTED} instructions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
