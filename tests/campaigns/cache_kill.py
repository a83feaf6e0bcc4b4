"""Compiled files under attack: writers killed, files cut short, bits flipped.

    python tests/campaigns/cache_kill.py --count 200

kills 200 processes while they write, cuts a compiled file at every length and flips
3,000 of its bits, signed and unsigned. All pages are then loaded by another process,
which must live and render them right. Prints what was done; exits with 1 if anything
was wrong.
"""

from __future__ import annotations

import argparse
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psp.diskcache import DiskCache
from psp.engine import Engine
from psp.loaders import FileLoader

FLIPS = 15  # for each killed writer

PAGES = {
    "small.psp": "<% for n in range(3): %><b><%= n %></b><% end %>"
    '<%@ include file="part.psp" %>',
    "part.psp": "<%! greeting = 'hello' %>[<%= greeting %>]",
    "large.psp": "<p>a long text, quick to compile</p>\n" * 10_000 + "<%= 1 + 1 %>",
}
VICTIM = "small.psp"


class Wrong(Exception):
    """A process that died, a page that came out wrong, or a file left damaged."""


# What the processes do. Each says one word a case; silence is death.


def write(folder: Path, signed: bool) -> None:
    """Keep all pages, over and over."""
    site = FileLoader(folder / "site")
    pages = [Engine(site).get_page(name) for name in PAGES]
    cache = open_cache(folder, signed)
    print("ready", flush=True)
    while True:
        for page in pages:
            cache.put(page)


def read(folder: Path, signed: bool) -> None:
    """For every line of standard input, do what it says and report."""
    logging.disable()  # a warning for every damage is what is expected
    right = render_all(Engine(FileLoader(folder / "site")))
    for line in sys.stdin:
        task, *numbers = line.split()
        if task == "load":
            print(load(folder, signed, right), flush=True)
        else:
            for number in numbers:
                damage(folder, signed, task, int(number))
                print(load(folder, signed, right), flush=True)


def load(folder: Path, signed: bool, right: dict[str, str]) -> str:
    """``cached`` or ``compiled``, for the victim, if all pages came out right."""
    cache = open_cache(folder, signed, write=False)
    if render_all(Engine(FileLoader(folder / "site"), cache=cache)) != right:
        return "wrong"
    for name in PAGES:
        kept = cache.path(name)
        if kept and Path(kept).exists() and name != VICTIM and not cache.get(name):
            return "damaged"
    return "cached" if cache.get(VICTIM) else "compiled"


def damage(folder: Path, signed: bool, task: str, number: int) -> None:
    """Cut the victim's file to *number* bytes, or flip its bit *number*."""
    data = bytearray((folder / "victim").read_bytes())
    if task == "cut":
        del data[number:]
    else:
        data[number // 8] ^= 1 << number % 8
    put_victim(folder, signed, data)


def put_victim(folder: Path, signed: bool, data: bytes | bytearray) -> None:
    path = Path(open_cache(folder, signed).path(VICTIM) or "")
    path.unlink()
    path.write_bytes(data)
    path.chmod(0o600 if signed else 0o444)


def open_cache(folder: Path, signed: bool, write: bool = True) -> DiskCache:
    key_file = folder / "key" if signed else None
    return DiskCache(folder / "cache", key_file=key_file, write=write)


def render_all(engine: Engine) -> dict[str, str]:
    return {name: engine.render(name) for name in PAGES}


# What the campaign does to them.


@contextmanager
def start(task: str, folder: Path, signed: bool) -> Iterator[subprocess.Popen[str]]:
    """A process at *task*, killed at the end."""
    command = [sys.executable, __file__, "--task", task, str(folder)]
    if signed:
        command.append("--signed")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def listen(process: subprocess.Popen[str], case: str) -> str:
    """The next word of *process*; raises Wrong if it died or has bad news."""
    assert process.stdout is not None
    word = process.stdout.readline().strip()
    if not word:
        raise Wrong(f"{case}: the process ended with {process.wait()}")
    if word in ("wrong", "damaged"):
        raise Wrong(f"{case}: {word}")
    return word


def order(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    print(line, file=process.stdin, flush=True)


def kill_writers(folder: Path, signed: bool, count: int, seed: int) -> Counter[str]:
    """Kill *count* writers, each at another moment; load all pages after each."""
    moments = random.Random(seed)
    said: Counter[str] = Counter()
    with start("read", folder, signed) as reader:
        for number in range(count):
            with start("write", folder, signed) as writer:
                listen(writer, f"writer {number}")
                time.sleep(moments.uniform(0, 0.04))
            order(reader, "load")
            said[listen(reader, f"after writer {number}")] += 1
    said["unfinished"] = sum(1 for _ in (folder / "cache").glob("*.tmp"))
    return said


def damage_file(folder: Path, signed: bool, task: str, numbers: list[int]) -> int:
    """Load all pages after each damage to the victim's file; how often that was."""
    with start("read", folder, signed) as reader:
        order(reader, " ".join([task, *map(str, numbers)]))
        for number in numbers:
            if listen(reader, f"{task} {number}") != "compiled":
                raise Wrong(f"{task} {number}: the damage went unnoticed")
    return len(numbers)


def run(folder: Path, signed: bool, count: int, step: int = 1, seed: int = 1) -> str:
    """The whole campaign in *folder*; cuts are *step* bytes apart. Raises Wrong."""
    (folder / "site").mkdir(parents=True)
    for name, text in PAGES.items():
        (folder / "site" / name).write_text(text)
    said = kill_writers(folder, signed, count, seed)
    cache = open_cache(folder, signed)
    render_all(Engine(FileLoader(folder / "site"), cache=cache))
    data = Path(cache.path(VICTIM) or "").read_bytes()
    (folder / "victim").write_bytes(data)
    cuts = damage_file(folder, signed, "cut", list(range(0, len(data), step)))
    bits = random.Random(seed).sample(range(8 * len(data)), FLIPS * count)
    flips = damage_file(folder, signed, "flip", bits)
    put_victim(folder, signed, data)
    with start("read", folder, signed) as reader:
        order(reader, "load")
        if listen(reader, "at the end") != "cached":
            raise Wrong("the undamaged file is not used")
    kind = "signed" if signed else "unsigned"
    return (
        f"{kind}: {count} writers killed ({said['cached']} times the page came from "
        f"the cache, {said['compiled']} times not; {said['unfinished']} unfinished "
        f"files left), {cuts} cuts, {flips} flipped bits: every page right"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200, help="writers to kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--task", choices=["write", "read"], help=argparse.SUPPRESS)
    parser.add_argument("--signed", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.task:
        {"write": write, "read": read}[given.task](given.folder, given.signed)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            for signed in (True, False):
                place = Path(folder, "signed" if signed else "unsigned")
                print(run(place, signed, given.count, seed=given.seed), flush=True)
        except Wrong as wrong:
            print(f"WRONG: {wrong}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
