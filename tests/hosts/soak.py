"""Keep a host busy for long, and see whether it grows.

    python -m tests.hosts.soak [HOST ...] [--minutes M] [--visitors N]

Visitors send the requests of the probes over and over, rude ones go away in the middle
of theirs, and a page is edited all the while. At the end the processes of the host must
hold no more than after a third of the time. The exit status is 0 when they do not, and
no probe failed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

from .client import Client
from .probes import PROBES, NotPossible
from .rows import ROWS, Row
from .stage import Stage, staged

HOSTS = ("psp serve", "gunicorn", "uvicorn", "nginx fcgi")
REST = 3.0  # seconds in which connections and threads that nobody uses may end
#: What a process may come to hold besides: memory is taken in pieces, connections are
#: kept for a while.
MEGABYTES, THREADS, DESCRIPTORS = 4.0, 1, 8

HEAD = b"POST /%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
#: What rude visitors send before they go.
RUDE = (
    b"",
    b"\x16\x03\x01 no HTTP at all",
    b"GET /stream.psp HTTP/1.1\r\nHost: loc",
    b"GET /stream.psp HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /big.psp HTTP/1.1\r\nHost: localhost\r\n\r\n",
    HEAD % b"upload.psp" + b"x" * 1000,
    HEAD % b"form.psp",
)


class Held(NamedTuple):
    """What processes hold, each on the average: a server may start more of them."""

    processes: int
    megabytes: float
    threads: float
    descriptors: float

    def __str__(self) -> str:
        return (
            f"{self.processes} processes, each {self.megabytes:.1f} MB, "
            f"{self.threads:.1f} threads, {self.descriptors:.1f} descriptors"
        )


def held(pids: set[int]) -> Held:
    """What the processes *pids* and their children hold."""
    found = []
    for pid in pids | descendants(pids):
        folder = Path(f"/proc/{pid}")
        try:
            pages = int((folder / "statm").read_text().split()[1])
            parts = [len(os.listdir(folder / part)) for part in ("task", "fd")]
        except OSError:
            continue  # it has just ended
        found.append((pages * resource.getpagesize() / 1e6, *parts))
    return Held(
        len(found), *(sum(each) / len(found) for each in zip(*found, strict=True))
    )


def descendants(pids: set[int]) -> set[int]:
    """The processes that *pids* have started, and those have."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = file.read_text()
        except OSError:
            continue
        parents[int(file.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found: set[int] = set()
    while more := {c for c, p in parents.items() if p in pids | found} - found:
        found |= more
    return found


class Load:
    """Visitors of all kinds; ``done`` counts what they did, ``wrong`` what failed."""

    def __init__(self, client: Client, row: Row, edited: Path):
        self.client = client
        self.edited = edited
        self.end = Event()
        self.done: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()
        # Streaming waits for another request, for which no thread may be left here.
        self._probes = [p for p in PROBES if p not in row.cannot and p != "streaming"]

    def keep_up(self, visitors: int, seconds: float) -> None:
        """Have *visitors*, rude ones and an editor go on for *seconds*."""
        self.end.clear()
        kinds = [self.probe] * visitors + [self.offend, self.edit]
        threads = [Thread(target=self._repeat, args=(kind,)) for kind in kinds]
        for thread in threads:
            thread.start()
        try:
            time.sleep(seconds)
        finally:
            self.end.set()
            for thread in threads:
                thread.join()

    def _repeat(self, act: Callable[[], None]) -> None:
        while not self.end.is_set():
            try:
                act()
            except Exception as error:
                self.wrong[f"{act.__name__}: {type(error).__name__}: {error}"] += 1
            self.done[act.__name__] += 1

    def probe(self) -> None:
        """One probe."""
        name = random.choice(self._probes)
        try:
            PROBES[name](self.client)
        except NotPossible:
            pass
        except Exception as error:
            raise AssertionError(f"{name}: {error!r}"[:300]) from error

    def offend(self) -> None:
        """A request that is left in the middle, or an answer that is."""
        with self.client.connect() as connection:
            connection.settimeout(0.1)
            try:
                connection.sendall(random.choice(RUDE))
                connection.recv(random.choice((1, 1000)))
            except OSError:
                pass  # nothing came, or the server has hung up
            resets = struct.pack("ii", random.choice((0, 1)), 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, resets)

    def edit(self) -> None:
        """A page is written, asked for, and there."""
        number = self.done["edit"]
        self.edited.write_text(f"<% number = {number} %>{'.' * number}<%= number %>")
        os.utime(self.edited, ns=(number, number))
        reply = self.client.get("/edited.psp")
        if reply.status != 200:
            raise AssertionError(f"{reply.status} of an edited page")
        self.end.wait(0.2)


def soak(name: str, visitors: int, seconds: float) -> list[str]:
    """Keep one host busy and print what it holds; what was wrong."""
    row = ROWS[name]
    with staged() as stage:
        row.start(stage)
        pids = {process.pid for process in stage._processes}
        load = Load(row.client(stage), row, stage.root / "htdocs" / "edited.psp")
        load.keep_up(visitors, seconds / 3)
        early = rested(pids)
        asked = load.done.total()
        load.keep_up(visitors, seconds * 2 / 3)
        late = rested(pids)
        wrong = [f"{count} times {what}" for what, count in load.wrong.items()]
        wrong += grown(early, late) + complaints(stage)
    print(f"{name}: after {asked} requests {early}", flush=True)
    print(f"{name}: after {load.done.total()} requests {late}", flush=True)
    return [f"{name}: {what}" for what in wrong]


def rested(pids: set[int]) -> Held:
    """What is held once nobody asks for anything any more."""
    time.sleep(REST)
    return held(pids)


def grown(early: Held, late: Held) -> list[str]:
    """What has grown by more than chance."""
    limits = {
        "megabytes": MEGABYTES,
        "threads": THREADS,
        "descriptors": DESCRIPTORS,
    }
    more = {name: getattr(late, name) - getattr(early, name) for name in limits}
    return [
        f"{more[name]:.1f} {name} more in each process"
        for name, limit in limits.items()
        if more[name] > limit
    ]


def complaints(stage: Stage) -> list[str]:
    """What the server has written of errors of its own."""
    lines = stage.logs().splitlines()
    return [line for line in lines if "Exception ignored" in line][:5]


def main() -> int:
    """Soak each host in turn and print what was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.hosts.soak")
    parser.add_argument("hosts", nargs="*", default=HOSTS, metavar="HOST")
    parser.add_argument("--minutes", type=float, default=10.0, help="for each host")
    parser.add_argument("--visitors", type=int, default=6, help="at a time")
    arguments = parser.parse_args()
    wrong = []
    for name in arguments.hosts:
        wrong += soak(name, arguments.visitors, arguments.minutes * 60)
    for what in wrong:
        print(f"WRONG {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
