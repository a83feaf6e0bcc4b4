"""Whether every engine writes the expected output in every workload.

``=`` byte-identical, ``~`` identical once white space between tags, attribute order
and the spelling of empty elements are normalised, ``!`` different, ``E`` an error.
Started as ``python -m tests.bench.check [ENGINE...]``.
"""

from __future__ import annotations

import difflib
import html
import re
import sys
import tempfile

from . import adapters, workloads
from .adapters.base import Adapter


def normal(text: str) -> str:
    """*text* without the differences that say nothing."""
    text = re.sub(r"\s*/>", ">", text)
    text = re.sub(r"<\w+ [^<>]*>", sorted_attributes, text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*(<[^<>]*>)\s*", r"\1", text)
    return html.unescape(text).strip().lower()


def sorted_attributes(tag: re.Match[str]) -> str:
    """The tag with its attributes in alphabetical order."""
    return " ".join(sorted(tag[0][:-1].split())) + ">"


def verdict(got: str, want: str) -> str:
    """``=``, ``~`` or ``!``."""
    if got == want:
        return "="
    return "~" if normal(got) == normal(want) else "!"


def output(adapter: Adapter, name: str) -> str:
    """What the engine writes in workload *name*."""
    with tempfile.TemporaryDirectory() as folder:
        return str(adapter.make(workloads.WORKLOADS[name], folder)())


def one(adapter: Adapter, name: str) -> tuple[str, list[str]]:
    """The verdict on one workload, and what is wrong."""
    if name in adapter.skip:
        return "-", []
    try:
        got = output(adapter, name)
    except Exception as error:
        return "E", [f"{name}: {type(error).__name__}: {str(error)[:300]}"]
    want = workloads.expected(workloads.WORKLOADS[name])
    found = verdict(got, want)
    if found == "=":
        return found, []
    lines = difflib.unified_diff(
        want.splitlines(), got.splitlines(), "expected", name, n=1, lineterm=""
    )
    return found, list(lines)[:20]


def main(engines: list[str]) -> int:
    """Print a line of verdicts an engine; 1 if any is wrong."""
    failed = 0
    print(f"{'':30} {'  '.join(workloads.RENDERED)}")
    for engine in engines or adapters.ALL:
        adapter = adapters.load(adapters.full_name(engine))
        try:
            version = adapter.version()
        except Exception as error:
            print(f"{engine:30} not available: {error}")
            continue
        found = [one(adapter, name) for name in workloads.RENDERED]
        print(f"{adapter.name:30} {'   '.join(v for v, _ in found)}   {version}")
        for verdict_, notes in found:
            failed += verdict_ in "!E"
            for note in notes:
                print(f"    {note}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
