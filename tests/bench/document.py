"""docs/performance.md: the tables in it are those of the last run that wrote them."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from .model import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"


def write(name: str, lines: Iterable[str], document: Path = DOCUMENT) -> None:
    """Put *lines* between the markers of *name*; ValueError where there are none."""
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found, rest = document.read_text().partition(start)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"{document} has no place for {name}")
    document.write_text(
        "".join([before, start, *(f"{x}\n" for x in lines), end, after])
    )


def origin(module: str, *versions: str) -> str:
    """How, when and on what machine the run of *module* has made a table."""
    command = " ".join(["python -m", module, *sys.argv[1:]])
    cores = f"{os.cpu_count()} cores of {processor()}"
    load = f"load {os.getloadavg()[0]:.1f}"
    system = f"{platform.system()} {platform.machine()}"
    when = time.strftime("%Y-%m-%d")
    return f"`{command}`, {when}: {', '.join(versions)}; {system}, {cores}, {load}."


def processor(file: str = "/proc/cpuinfo") -> str:
    """What the processor calls itself."""
    with open(file) as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return "an unknown processor"
