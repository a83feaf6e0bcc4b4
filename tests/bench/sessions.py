"""python -m tests.bench.sessions: what a session costs a page, in each store.

CPU and wall time of a request in this process for a page that reads its session, and
for one that changes it, over the same page without one. Redis and PostgreSQL are
started where they are installed; what they do themselves shows in the wall time only.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from psp import WSGIApplication

from ..campaigns.sessions import STORES, site_of
from .worker import sample

PAGES = {
    "none.psp": "<p>Hello</p>",
    "read.psp": "<p>Hello<%= session.get('name', '') %></p>",
    "write.psp": "<p>Hello<% session['n'] = session.get('n', 0) + 1 %></p>",
}


class Visitor:
    """Asks the pages of a site, once it has a session."""

    def __init__(self, folder: Path, session: dict[str, str]):
        self.application = WSGIApplication(
            str(folder), session=session, reload_interval="never"
        )
        self.cookie = ""
        cookies = [v for k, v in self.ask("write.psp") if k == "Set-Cookie"]
        self.cookie = cookies[0].partition(";")[0]

    def ask(self, page: str) -> list[tuple[str, str]]:
        """The headers of the answer."""
        told: list[Any] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": f"/{page}",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_COOKIE": self.cookie,
            "wsgi.url_scheme": "http",
            "wsgi.input": None,
        }
        body = self.application(environ, lambda *answer: told.extend(answer))
        b"".join(body)
        if hasattr(body, "close"):
            body.close()
        assert told[0] == "200 OK", told
        return list(told[1])


def measure(name: str, rounds: int, calls: int) -> dict[str, tuple[float, float]]:
    """The least CPU and wall seconds of a request for each page."""
    best = {page: (float("inf"), float("inf")) for page in PAGES}
    with tempfile.TemporaryDirectory() as top:
        pages = Path(top, "pages")
        pages.mkdir()
        for page, text in PAGES.items():
            (pages / page).write_text(text)
        session = {"store": name} if name == "memory" else site_of(name, Path(top))
        visitor = Visitor(pages, session)
        for _ in range(rounds):
            for page in PAGES:
                took = sample(lambda page=page: visitor.ask(page), calls)
                cpu, wall = best[page]
                best[page] = min(cpu, took["cpu"]), min(wall, took["wall"])
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sessions")
    parser.add_argument("--store", action="append", choices=["memory", *STORES])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=200)
    given = parser.parse_args()
    print(f"{'store':8} {'read: CPU':>10} {'wall':>8} {'write: CPU':>11} {'wall':>8}")
    for name in given.store or ["memory", *STORES]:
        found = measure(name, given.rounds, given.calls)
        cpu, wall = found["none.psp"]
        read, write = found["read.psp"], found["write.psp"]
        print(
            f"{name:8} {read[0] / cpu:10.2f} {read[1] / wall:8.2f}"
            f" {write[0] / cpu:11.2f} {write[1] / wall:8.2f}",
            flush=True,
        )
    print("times of the same page without a session")


if __name__ == "__main__":
    main()
