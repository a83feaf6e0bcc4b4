"""python -m tests.hosts.nodes: two servers behind nginx, sessions in Redis, one dies.

Visitors count their visits, each in a session of its own, while one of the two servers
is killed with ``kill -9``. No request fails but those that the dead server was working
on, and no session is lost: each counts on from where it was. Prints the counts; exits
with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread

from tests.session import servers

from .recipes import read_recipes
from .stage import Stage, staged
from .webservers import start_nginx

PAGE = (
    "<% session['n'] = session.get('n', 0) + 1 %><%= session['n'] %> <%= os.getpid() %>"
)
SETTINGS = """
document_root = "htdocs"
cache_dir = "cache"
key_file = "key/psp"

[session]
store = "redis"
url = "{url}"
name = "nodes"
"""
NODES = ("8001", "8002")
WORKERS = 8  # requests that one server works on at once
BEFORE, AFTER = 2.0, 14.0  # seconds of load; a lease of the dead one runs out meanwhile


class Visitor(Thread):
    """Asks for the page again and again, always with the same session."""

    def __init__(self, address: tuple[str, int], end: Event):
        super().__init__()
        self.address, self.end = address, end
        self.cookie = ""
        self.seen: list[int] = []  # the numbers of the answers
        self.served: set[str] = set()  # by which processes
        self.failed: list[tuple[float, str]] = []  # when each was sent, and what came

    def run(self) -> None:
        while not self.end.is_set():
            sent = time.monotonic()
            try:
                self.ask()
            except (OSError, HTTPException, ValueError) as error:
                self.failed.append((sent, repr(error)))

    def ask(self) -> None:
        """One request; ValueError where the answer is an error."""
        connection = HTTPConnection(*self.address, timeout=30)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        try:
            connection.request("GET", "/visits.psp", headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(f"{answer.status} {answer.reason}")
        if cookie := answer.getheader("Set-Cookie"):
            self.cookie = cookie.partition(";")[0]
        number, process = text.split()
        self.seen.append(int(number))
        self.served.add(process)


def start(stage: Stage) -> list[int]:
    """Start the servers and nginx; the process ids of the servers."""
    (stage.root / "psp.toml").write_text(SETTINGS.format(url=servers.redis_url()))
    (stage.root / "htdocs/visits.psp").write_text("<%! import os %>" + PAGE)
    pids = []
    for node in NODES:
        command = [sys.executable, "-m", "psp", "serve", "--prod"]
        config = ["--config", stage.root / "psp.toml", "--port", str(stage.port(node))]
        pids.append(stage.run(*command, *config).pid)
    for node in NODES:
        stage.wait_for(node)
    start_nginx(stage, read_recipes()["nginx", "nodes"])
    return pids


def judge(visitors: list[Visitor], killed: float) -> list[str]:
    """What was wrong."""
    wrong = []
    failed = [found for visitor in visitors for found in visitor.failed]
    late = [what for sent, what in failed if sent > killed]
    wrong += [f"failed after the death: {what}" for what in late]
    if len(failed) > WORKERS:
        wrong.append(f"{len(failed)} requests failed, more than one server works on")
    for visitor in visitors:
        steps = [b - a for a, b in zip(visitor.seen, visitor.seen[1:], strict=False)]
        # What was lost on the way, or asked twice, may have been counted.
        extra = sum(step - 1 for step in steps)
        if min(steps, default=1) < 1 or extra > 2:
            wrong.append(f"a session has lost its count: {visitor.seen[-10:]}")
        if not visitor.seen or visitor.seen[0] != 1:
            wrong.append("a session did not begin with 1")
    if not any(len(visitor.served) > 1 for visitor in visitors):
        wrong.append("only one server has answered")
    return wrong


def main() -> int:
    """Run the scene and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.hosts.nodes")
    parser.add_argument("--visitors", type=int, default=12)
    count = parser.parse_args().visitors
    with staged() as stage:
        pids = start(stage)
        end = Event()
        visitors = [Visitor(stage.address(), end) for _ in range(count)]
        for visitor in visitors:
            visitor.start()
        time.sleep(BEFORE)
        killed = time.monotonic()
        before = sum(len(visitor.seen) for visitor in visitors)
        os.kill(pids[0], signal.SIGKILL)
        time.sleep(AFTER)
        end.set()
        for visitor in visitors:
            visitor.join()
        stage._processes[0].wait()
    wrong = judge(visitors, killed)
    answers = sum(len(visitor.seen) for visitor in visitors)
    failed = sum(len(visitor.failed) for visitor in visitors)
    print(
        f"{count} visitors, {before} answers, then one of two servers killed, "
        f"{answers - before} answers more; {failed} requests failed with it"
    )
    print(*wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
