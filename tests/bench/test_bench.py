"""What the benchmark compares is the same page, and cached pages start light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from . import adapters, check, limits, workloads
from .limits import PSP
from .model import PACKAGE, ROOT, Row

#: What a process that only runs cached pages has no use for.
HEAVY = (
    "ply",
    "psp.lexer",
    "psp.compiler",
    "argparse",
    "ast",
    "inspect",
    "dataclasses",
)

START = """
import sys
from {package}.first import main
main("psp_", "W3", sys.argv[1], sys.argv[2])
loaded = set(sys.modules)
print(*(name for name in {heavy} if name in loaded))
"""


@pytest.mark.parametrize("name", workloads.RENDERED)
def test_every_workload_renders_as_expected(name: str) -> None:
    got = check.output(adapters.load("psp_"), name)
    assert got == workloads.expected(workloads.WORKLOADS[name])


def test_the_streamed_page_is_the_whole_page(tmp_path: Path) -> None:
    adapter, small = adapters.load("psp_"), {"rows": range(5000)}
    workload = workloads.WORKLOADS["W9"]
    env = adapter.open(str(tmp_path), workload.escape)
    template = adapter.get(env, adapter.write(str(tmp_path), workload))
    chunks: list[bytes] = []
    adapter.stream(template, small)(chunks.append)
    want = "".join(workloads.pieces(workload.nodes, small, workload.escape))
    assert b"".join(chunks).decode() == want
    assert len([chunk for chunk in chunks if chunk]) > 1


def start(*args: str) -> str:
    code = START.format(package=PACKAGE, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *args],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_cached_page_starts_without_the_compiler(tmp_path: Path) -> None:
    pages, cache = tmp_path / "pages", tmp_path / "cache"
    pages.mkdir()
    cache.mkdir()
    compiled = start(str(pages), str(cache))
    assert "psp.compiler" in compiled
    assert start(str(pages), str(cache)) == ""


def test_a_ratio_meets_its_limit_or_not() -> None:
    good, bad = {PSP: Row(ratio=0.2)}, {PSP: Row(ratio=0.26)}
    found = list(limits.rows({"W2": good, "W3": bad, "W4": {}}))
    assert [(row[0], row[2], row[4]) for row in found] == [
        ("W2", "0.2", "yes"),
        ("W3", "0.26", "no"),
    ]


def test_limits_that_are_no_ratios() -> None:
    results = {
        "W7": {PSP: Row(median=0.015), "ref_cached": Row(median=0.013)},
        "W8": {PSP: Row(median=9 * 1024.0)},
        "W9": {PSP: Row(ratio=1.2, more={"memory": 3.0 * 2**20})},
    }
    found = [(row[0], *row[2:]) for row in limits.rows(results)]
    assert found == [
        ("W7", "2 ms", "at most 3 ms", "yes"),
        ("W8", "9 kB", "at most 8 kB", "no"),
        ("W9", "1.2", "at most 1.3", "yes"),
        ("W9", "3 MB", "at most 8 MB", "yes"),
    ]


def test_the_tables_of_the_documentation() -> None:
    results = {
        "W3": {
            "ref_list": Row(median=2.0, ratio=1.0, same="="),
            PSP: Row(median=1.0, ratio=0.5, same="="),
        }
    }
    lines = list(limits.markdown(results, {"ref_list": "by hand", PSP: "psp 1"}))
    assert lines[-4:] == ["| | W3 |", "|---|--:|", "| psp 1 | 0.5 |", "| by hand | 1 |"]
