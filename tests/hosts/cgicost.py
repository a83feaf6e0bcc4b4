"""What a CGI program takes for a compiled page, beside a Python that does nothing.

    python -m tests.hosts.cgicost [--starts N]

CPU time of whole processes by the kernel's count, started in turn: the program that
``psp cgi --script`` prints, and ``python -I -S -c pass``. The exit status is 0 when the
program takes at most twice as long.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.model import ROOT
from tests.bench.startup import run

PAGE = "<p>Hello, <%= req.args %>!</p>\n"
LIMIT = 2.0
NOTHING = [sys.executable, "-I", "-S", "-c", "pass"]
VARIABLES = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "HTTP_HOST": "localhost",
    "QUERY_STRING": "world",
    "REMOTE_ADDR": "127.0.0.1",
    "REQUEST_METHOD": "GET",
    "REQUEST_URI": "/small.psp?world",
    "SCRIPT_NAME": "/small.psp",
    "SERVER_PROTOCOL": "HTTP/1.1",
}


def main() -> int:
    """Measure, print a line, and tell whether the limit is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=30, help="of each process")
    nothing, program = measure(parser.parse_args().starts)
    print(describe(nothing, program), flush=True)
    return 0 if program <= LIMIT * nothing else 1


def describe(nothing: float, program: float) -> str:
    """Both times, in seconds, as a line of a report."""
    return (
        f"psp cgi --script: {program * 1e3:.1f} ms CPU a request, "
        f"python -I -S -c pass: {nothing * 1e3:.1f} ms, "
        f"{program / nothing:.2f} times (limit {LIMIT:g})"
    )


def measure(starts: int) -> tuple[float, float]:
    """The median of CPU seconds of a process that does nothing, and of the program."""
    with tempfile.TemporaryDirectory() as folder:
        program = make_site(Path(folder))
        env = {**VARIABLES, "HOME": folder, "PATH": os.environ["PATH"]}
        answer = subprocess.run([program], env=env, capture_output=True, check=True)
        if b"<p>Hello, world!</p>" not in answer.stdout:
            raise RuntimeError(answer.stdout.decode())
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(starts + 2):  # the first ones write what the others find
            for command, taken in zip((NOTHING, [program]), times, strict=True):
                took = run(command, env)
                if turn > 1:
                    taken.append(took)
    return statistics.median(times[0]), statistics.median(times[1])


def make_site(folder: Path) -> str:
    """A site in *folder*, none of whose files has just been written; its program."""
    (folder / "htdocs").mkdir()
    page, config = folder / "htdocs" / "small.psp", folder / "psp.toml"
    page.write_text(PAGE)
    config.write_text('document_root = "htdocs"\n')
    for file in (page, config):
        os.utime(file, (time.time() - 60,) * 2)
    command = [sys.executable, "-m", "psp", "cgi", "--config", config, "--script"]
    printed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    )
    program = folder / "program"
    program.write_text(printed.stdout)
    program.chmod(0o755)
    return str(program)


if __name__ == "__main__":
    sys.exit(main())
