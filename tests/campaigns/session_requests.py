"""Requests that share a session, at their worst: races, deaths, full disks.

    python -m tests.campaigns.session_requests [--races N] [--store NAME]

For each store that outlives a process:

* ``races`` times a visitor logs out while a slow request of the same session runs, in
  both orders, with the lock and without: the session does not come back
* pages that include, fail, redirect, open the session twice or lose their visitor let
  go of the lock within 2 seconds; a holder that is killed, within 10
* a store that cannot write any more answers 5xx, and what was stored is still there

Prints the counts; exits with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import logging
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from psp import WSGIApplication
from psp.errors import LockTimeout, SessionError
from psp.session.base import Session
from psp.session.leases import LEASE_SECONDS
from psp.session.place import store_key

from . import sessions
from .sessions import SID, STORES, Wrong, check, make_session, open_store, site_of

KEY = store_key(SID)
FREE_SECONDS, DEAD_SECONDS = 2.0, 10.0

PAGES = {
    "part.psp": "<% session['part'] = 1 %>part",
    "include.psp": "<% session['n'] += 1 %><% psp.include('part.psp') %>",
    "error.psp": "<% session['seen'] = 1 %>sorry",
    "fails.psp": "<% psp.set_error_page('error.psp') %><% session['n'] += 1 %>"
    "<%= 1/0 %>",
    "redirect.psp": "<% session['n'] += 1 %><% psp.redirect('/part.psp') %>",
    "second.psp": "<% session['n'] += 1 %><% again = psp.include('part.psp') %>",
    "raises.psp": "<% session['n'] += 1 %><% raise ValueError(1) %>",
    "streams.psp": "<% session['n'] += 1 %>" + "<% for i in range(200): %>"
    "<%= 'x' * 4096 %><% psp.flush() %><% end %>",
    "change.psp": "<% session['n'] = 'changed' %>changed",
    "read.psp": "no session",
}


def logs_out(store: Any) -> None:
    """What a page that logs out does."""
    session = Session(None, store, sid=SID)
    session.invalidate()
    session.commit()
    session.close()


def is_slow(store: Any, locked: bool, opened: Event, go_on: Event) -> None:
    """A request that has read the session, and changes it late."""
    session = Session(None, store, sid=SID)
    try:
        session.load()
        if not locked:
            session.unlock()
        opened.set()
        go_on.wait(0.05)
        session["late"] = 1
        with suppress(SessionError):
            session.commit()
    finally:
        session.close()


def race(store: Any, locked: bool, logout_first: bool) -> None:
    """One race; afterwards the session must be gone."""
    make_session(store)
    opened, go_on = Event(), Event()
    slow = Thread(target=is_slow, args=(store, locked, opened, go_on))
    if logout_first:
        leaves = Thread(target=logs_out, args=(store,))
        leaves.start()
        slow.start()
        leaves.join()
    else:
        slow.start()
        opened.wait(60)
        logs_out(store)
    go_on.set()
    slow.join()


def logouts(name: str, folder: Path, races: int) -> str:
    store = open_store(name, folder)
    back = 0
    for turn in range(races):
        race(store, locked=turn % 2 == 0, logout_first=turn % 4 > 1)
        back += store.load(KEY) is not None
        store.delete(KEY)
    store.close()
    check(not back, f"{back} sessions came back")
    return f"{races} logouts against slow requests: 0 sessions came back"


class Visitor:
    """Asks the pages of a site, always with the same session."""

    def __init__(self, name: str, folder: Path) -> None:
        root = folder / "pages"
        root.mkdir()
        for page, text in PAGES.items():
            (root / page).write_text(text)
        self.application = WSGIApplication(str(root), session=site_of(name, folder))
        self.store: Any = self.application.handler.sessions

    def ask(self, page: str, pieces: int = 1 << 30) -> str:
        """The status of *page*, of whose body the visitor takes some *pieces*."""
        told: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": f"/{page}",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_COOKIE": f"pysid={SID}",
            "wsgi.url_scheme": "http",
            "wsgi.input": None,
        }
        body = self.application(environ, lambda status, *_: told.append(status))
        with suppress(Exception):  # an answer that is cut short says so by one
            for _, _ in zip(range(pieces), body, strict=False):
                pass
        close = getattr(body, "close", None)
        if close:
            close()
        return told[0]


def seconds_until_free(store: Any, most: float) -> float:
    """How long it takes to get the lock; Wrong if that is more than *most*."""
    start = time.monotonic()
    while time.monotonic() - start <= most:
        with suppress(LockTimeout), store.lock(KEY, object()):
            return time.monotonic() - start
    raise Wrong(f"still locked after {most:g} s")


def endings(name: str, folder: Path, races: int) -> str:
    visitor = Visitor(name, folder)
    store = open_store(name, folder, lock_seconds=0.05)
    slowest = 0.0
    pages = ["include", "fails", "redirect", "second", "raises", "streams"]
    for page in pages:
        make_session(store)
        status = visitor.ask(f"{page}.psp", pieces=2)
        check(status[:3] in ("200", "302", "500"), f"{page}: {status}")
        slowest = max(slowest, seconds_until_free(store, FREE_SECONDS))
        store.delete(KEY)
    visitor.store.close()
    store.close()
    return f"{len(pages)} endings: the lock was free after {slowest:.2f} s at most"


def deaths(name: str, folder: Path, races: int) -> str:
    store = open_store(name, folder, lock_seconds=0.05)
    with sessions.start("hold", name, folder) as holder:
        assert holder.stdout
        check(holder.stdout.readline() == "held\n", "the lock was not to be had")
        with suppress(LockTimeout), store.lock(KEY, object()):
            raise Wrong("two holders at once")
        holder.kill()
    took = seconds_until_free(store, DEAD_SECONDS)
    store.close()
    return f"a holder was killed: the lock was free after {took:.2f} s"


def fullness(name: str, folder: Path, races: int) -> str:
    """Run in a process of its own: no file may grow there any more."""
    visitor = Visitor(name, folder)
    make_session(visitor.store)
    before = visitor.store.load(KEY)
    with nothing_can_be_written(name, visitor.store):
        status = visitor.ask("change.psp")
        check(status.startswith("5"), f"a change that was lost: {status}")
        check(visitor.ask("read.psp") == "200 OK", "a page without a session fails")
    after = visitor.store.load(KEY)
    check(after == before, f"{before} has become {after}")
    check(visitor.ask("change.psp") == "200 OK", "it does not work again")
    visitor.store.close()
    return "nothing could be written: 5xx, and the record is as it was"


class nothing_can_be_written:
    """While this lasts, the store has no room."""

    def __init__(self, name: str, store: Any) -> None:
        self.name, self.store = name, store

    def __enter__(self) -> None:
        if self.name == "redis":
            self.store._client.config_set("maxmemory", 1)
        elif self.name == "sql":
            self._read_only("on")
        else:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def __exit__(self, *_: object) -> None:
        if self.name == "redis":
            self.store._client.config_set("maxmemory", 0)
        elif self.name == "sql":
            self._read_only("off")
        else:
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)

    def _read_only(self, switch: str) -> None:
        import sqlalchemy

        engine = self.store._engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
            own.execute(sqlalchemy.text("SET default_transaction_read_only = off"))
            change = f"ALTER SYSTEM SET default_transaction_read_only = {switch}"
            own.execute(sqlalchemy.text(change))
            own.execute(sqlalchemy.text("SELECT pg_reload_conf()"))
        engine.dispose()
        time.sleep(0.3)  # the server reads its settings by itself


def hold(name: str, folder: Path) -> None:
    """Hold the lock for ever, as long at a time as sites do."""
    store = open_store(name, folder, lease_seconds=LEASE_SECONDS)
    with store.lock(KEY, object()):
        print("held", flush=True)
        while True:
            time.sleep(60)


Attack = Callable[[str, Path, int], str]
ATTACKS: list[Attack] = [logouts, endings, deaths]


def run(name: str, folder: Path, races: int) -> Iterator[str]:
    """Attacks one store; a line for each attack. Raises Wrong."""
    for attack in ATTACKS:
        place = folder / attack.__name__
        place.mkdir()
        yield f"{name}: {attack(name, place, races)}"
    place = folder / "fullness"
    place.mkdir()
    yield f"{name}: {sessions.finish(sessions.start('fill', name, place)).strip()}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--races", type=int, default=100)
    parser.add_argument("--store", action="append", choices=STORES)
    given = parser.parse_args()
    logging.disable()
    try:
        for name in given.store or STORES:
            with tempfile.TemporaryDirectory() as folder:
                for line in run(name, Path(folder), given.races):
                    print(line, flush=True)
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
