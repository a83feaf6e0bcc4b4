"""Session stores under attack: many writers, killed writers, damage, made-up ids.

    python -m tests.campaigns.sessions [--runs N] [--kills N] [--flips N] [--count N]

For each store that outlives a process:

* ``runs`` times, four processes with hash seeds of their own count one session up to
  100 together
* ``kills`` processes are killed while they write; what they said was written is there
* a record, and all files of the store, are cut at every length, and have one bit of
  each copy flipped, ``flips`` times: the session comes out whole or not at all;
  another one can be kept, or is refused with a SessionError
* ids that a visitor has chosen, well-formed and not, are never those of a session
* ``count`` visitors with made-up ids ask for a page that only reads; no record is made

Prints the counts; exits with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from werkzeug.test import Client

from psp import WSGIApplication
from psp.errors import SessionError
from psp.session.base import Session, SessionData, SessionStore, make_store
from psp.session.place import store_key
from psp.session.record import pack_record, unpack_record
from psp.session.serializer import JSON
from psp.session.store import REMOTE
from tests.session import servers

STORES = ["sqlite", "file", "dbm", "sql", "redis"]  # "sql" is PostgreSQL
PROCESSES = 4
GOAL = 100
SID = "0123456789abcdef" * 2
KEY = "ab" * 32
OTHER = "cd" * 32
RECORD = SessionData(0.0, 0.0, 1e9, JSON.dumps({"n": 1, "text": "x" * 200}))


CHOSEN = (
    "0" * 32,
    "f" * 32,
    "0123456789abcdef" * 2,
    "deadbeef" * 4,
    "0123456789ABCDEF" * 2,
    "0" * 31,
    "0" * 33,
    "0" * 64,
    "0" * 4000,
    "",
    " ",
    "0",
    "null",
    "undefined",
    "-1",
    "../../../../etc/passwd",
    "..%2f..%2f",
    "/" + "0" * 31,
    "0" * 31 + "/",
    "0" * 31 + "g",
    "0" * 31 + "%00",
    "%30" * 32,
    "'" + "0" * 31,
    "' OR '1'='1",
    "*" * 32,
    "\u00bd" * 32,
    "\uff10" * 32,
    '"' + "0" * 32 + '"' + "x",
    KEY,
)


class Counts(NamedTuple):
    """How much of each attack."""

    runs: int = 20
    kills: int = 50
    flips: int = 1000
    count: int = 100_000
    step: int = 1  # bytes between two cuts


class Wrong(Exception):
    """A store that did what no store may do."""


def site_of(name: str, folder: Path) -> dict[str, str]:
    """The settings of a site whose sessions are those of *folder*."""
    if name not in REMOTE:
        return {"store": name, "path": str(folder / "sessions")}
    urls = {"redis": servers.redis_url, "sql": servers.postgres_url}
    variable = f"PSP_TEST_{name}"  # tells the processes that this one starts
    url = os.environ[variable] = os.environ.get(variable) or urls[name]()
    own = f"t{sha256(bytes(folder)).hexdigest()[:12]}"
    return {"store": name, "url": url, "name": own}


def open_store(
    name: str, folder: Path, lock_seconds: float = 60, lease_seconds: float = 2
) -> Any:
    """The store *name* of *folder*, patient enough for a busy machine.

    Where leases outlive who is killed they are short: hundreds are killed.
    """
    options: dict[str, Any] = {**site_of(name, folder)}
    if name in REMOTE:
        options["lease_seconds"] = lease_seconds
    return make_store(options.pop("store"), lock_seconds=lock_seconds, **options)


def check(holds: bool, message: str) -> None:
    if not holds:
        raise Wrong(message)


# What the processes do.


def count_up(store: SessionStore, times: int) -> None:
    """Add 1 to a session, *times* times, as requests do."""
    for _ in range(times):
        session = Session(None, store, sid=SID)
        session["n"] += 1
        session.commit()
        session.close()


def write(store: SessionStore) -> None:
    """Count a session up for ever; say each number once it is stored."""
    while True:
        session = Session(None, store, sid=SID)
        session["n"] += 1
        session["ballast"] = "x" * random.randrange(10_000)
        session.commit()
        session.close()
        print(session["n"], flush=True)


def start(task: str, name: str, folder: Path, *more: str) -> subprocess.Popen[str]:
    """A process that does *task*, with a hash seed of its own."""
    words = ["--task", task, "--store", name, "--folder", str(folder), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.campaigns.sessions", *words],
        env={**os.environ, "PYTHONHASHSEED": str(random.randrange(1 << 32))},
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """What *process* prints; Wrong if it fails."""
    text = process.communicate()[0]
    check(process.returncode == 0, f"{process.args} ended with {process.returncode}")
    return text


def make_session(store: SessionStore) -> None:
    """The session ``SID``, with 0 in it."""
    key = Session(None, store, sid=SID)._place_of(SID)._key
    data = JSON.dumps({"n": 0})
    now = time.time()
    check(store.save(key, SessionData(now, now, 1e6, data)) is not None, "not stored")


def value(store: SessionStore) -> int:
    """The number in the session, which must be there."""
    session = Session(None, store, sid=SID)
    check(not session.is_new(), "the session is gone or cannot be read")
    session.close()
    return int(session["n"])


# The attacks.


def count_together(name: str, folder: Path, counts: Counts) -> str:
    for run in range(counts.runs):
        place = folder / f"count{run}"
        place.mkdir()
        store = open_store(name, place)
        make_session(store)
        times = str(GOAL // PROCESSES)
        processes = [
            start("count", name, place, "--times", times) for _ in range(PROCESSES)
        ]
        for process in processes:
            finish(process)
        found = value(store)
        store.close()
        check(found == GOAL, f"{found} instead of {GOAL}")
    return f"{counts.runs} runs of {PROCESSES} processes: {GOAL} each"


def kill_writers(name: str, folder: Path, counts: Counts) -> str:
    folder = folder / "kill"
    folder.mkdir()
    store = open_store(name, folder)
    make_session(store)
    said, unsaid = 0, 0
    for _ in range(counts.kills):
        with start("write", name, folder) as process:
            assert process.stdout
            line = process.stdout.readline()
            time.sleep(random.random() * 0.1)
            process.kill()
            lines = [line, *process.stdout]
        said = max(int(line) for line in lines if line.endswith("\n"))
        found = value(store)
        check(said <= found <= said + 1, f"said {said}, stored {found}")
        unsaid += found - said
        said = found
    store.close()
    return (
        f"{counts.kills} writers killed: every one of {said} values there, "
        f"{unsaid} of them not yet acknowledged"
    )


def damaged(data: bytes, counts: Counts) -> Iterator[bytes]:
    """*data* cut at every length, then with a bit flipped."""
    for length in range(0, len(data), counts.step):
        yield data[:length]
    for bit in random.choices(range(8 * len(data)), k=counts.flips if data else 0):
        copy = bytearray(data)
        copy[bit // 8] ^= 1 << bit % 8
        yield bytes(copy)


def damage(name: str, folder: Path, counts: Counts) -> str:
    """Run in a process of its own, whose death would tell."""
    packed = pack_record(KEY, RECORD._replace(version=7), JSON.mark)
    bad = [unpack_record(KEY, data, JSON.mark) for data in damaged(packed, counts)]
    check(not any(bad), "a damaged record was believed")
    origin = folder / "origin"
    origin.mkdir()
    store = open_store(name, origin)
    stored = store.save(KEY, RECORD)
    if name in REMOTE:
        return damage_in_server(store, packed, len(bad), counts)
    store.close()
    total = survived = refused = 0
    for file in sorted(path for path in origin.rglob("*") if path.is_file()):
        for data in damaged(file.read_bytes(), counts):
            copy = folder / "copy"
            shutil.copytree(origin, copy)
            (copy / file.relative_to(origin)).write_bytes(data)
            store = open_store(name, copy)
            found = store.load(KEY)
            check(found in (None, stored), f"{file.name}: {found}")
            refused += not keeps(store)
            store.close()
            shutil.rmtree(copy)
            total += 1
            survived += found is not None
    return (
        f"{len(bad)} records and {total} files damaged, "
        f"{survived} of which could be read all the same, {refused} not written"
    )


def keeps(store: Any) -> bool:
    """Whether another session can be kept; only SessionError may say that it cannot."""
    try:
        check(store.save(OTHER, RECORD) is not None, "a new session is not kept")
    except SessionError:
        return False
    check(store.load(OTHER) is not None, "what was kept is lost")
    return True


def damage_in_server(store: Any, packed: bytes, bad: int, counts: Counts) -> str:
    """The same where a server keeps the records."""
    total = 0
    for data in damaged(packed, counts):
        put(store, data)
        check(store.load(KEY) is None, "a damaged record was believed")
        total += 1
    store.close()
    return f"{bad} records and {total} in the server damaged, 0 of which could be read"


def put(store: Any, data: bytes) -> None:
    """Put *data* where the record is, past the store."""
    if hasattr(store, "_client"):
        store._client.hset(store._of(KEY), "record", data)
        return
    table = store._sessions
    with store._connect() as connection:
        connection.execute(table.update().values(record=data))


def choose_ids(name: str, folder: Path, counts: Counts) -> str:
    root = folder / "writes"
    root.mkdir()
    (root / "page.psp").write_text("<% session['n'] = 1 %><%= session.id() %>")
    kept = folder / "chosen"
    kept.mkdir()
    application = WSGIApplication(str(root), session=site_of(name, kept))
    store: Any = application.handler.sessions
    given: set[str] = set()
    for number, chosen in enumerate(CHOSEN, 1):
        client = Client(application)
        client.set_cookie("pysid", chosen)
        with client.get("/page.psp") as answer:
            cookie = answer.headers.get("Set-Cookie", "")
            check(answer.status_code == 200, f"{chosen!r}: {answer.status}")
            check(
                bool(re.match("pysid=[0-9a-f]{32};", cookie)), f"{chosen!r}: {cookie}"
            )
            check(answer.text not in (*CHOSEN, *given), f"{chosen!r} was adopted")
            given.add(answer.text)
        check(len(store.keys()) == number, f"{chosen!r}: {len(store.keys())} records")
    check(not any(map(store.load, map(store_key, CHOSEN))), "one has been stored")
    store.close()
    return f"{len(CHOSEN)} chosen or malformed ids: none was adopted"


def make_up_ids(name: str, folder: Path, counts: Counts) -> str:
    root = folder / "pages"
    root.mkdir()
    (root / "page.psp").write_text("<%= repr(session.get('n')) %>")
    kept = folder / "ids"
    kept.mkdir()
    site = site_of(name, kept)
    application = WSGIApplication(str(root), session=site)
    store: Any = application.handler.sessions
    before = contents(store)
    for _ in range(counts.count):
        visit(application, f"pysid={secrets.token_hex(16)}")
    check(contents(store) == before, "a record was made")
    store.close()
    return f"{counts.count} made-up ids: no record"


def visit(application: Callable[..., Any], cookie: str) -> None:
    """Ask for the page with *cookie*."""

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        check(status == "200 OK", status)
        check("Set-Cookie" not in dict(headers), "an id was sent")

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/page.psp",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_COOKIE": cookie,
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
    }
    body = application(environ, start_response)
    check(b"".join(body).strip() == b"None", "the session is not empty")
    if hasattr(body, "close"):  # PEP 3333: not every body has one
        body.close()


def contents(store: Any) -> list[str]:
    """What tells the state of a store from any other: keys, and names of files."""
    if hasattr(store, "folder"):
        return sorted(str(path) for path in Path(store.folder).rglob("*/*"))
    return sorted(store.keys())


ATTACKS = [count_together, kill_writers, choose_ids, make_up_ids]


def run(name: str, folder: Path, counts: Counts) -> Iterator[str]:
    """Attacks one store; a line for each attack. Raises Wrong."""
    for attack in ATTACKS:
        yield f"{name}: {attack(name, folder, counts)}"
    words = ["--flips", str(counts.flips), "--step", str(counts.step)]
    yield f"{name}: {finish(start('damage', name, folder, *words)).strip()}"


def main() -> int:
    from . import session_requests

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for field, default in Counts._field_defaults.items():
        parser.add_argument(f"--{field}", type=int, default=default)
    parser.add_argument("--store", action="append", choices=STORES)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--times", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    counts = Counts(*(getattr(given, field) for field in Counts._fields))
    names = given.store or STORES
    if given.task == "damage":
        print(damage(names[0], given.folder, counts))
    elif given.task == "hold":
        session_requests.hold(names[0], given.folder)
    elif given.task == "fill":
        logging.disable()
        print(session_requests.fullness(names[0], given.folder, 0))
    elif given.task == "count":
        count_up(open_store(names[0], given.folder), given.times)
    elif given.task == "write":
        write(open_store(names[0], given.folder))
    else:
        return campaign(names, counts)
    return 0


def campaign(names: list[str], counts: Counts) -> int:
    try:
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                for line in run(name, Path(folder), counts):
                    print(line, flush=True)
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
