"""Uploads at their worst: many at once, cut short, too large, cut anywhere.

    python -m tests.campaigns.uploads [--parallel N] [--cut N]

Against a server process of its own:

* *parallel* uploads of 10 MB at the same time: the hashes are right, and the server
  grows by less than 64 MB
* *cut* uploads whose sender goes away: no file and no descriptor is left
* one request over each limit: 400 or 413 within 3 seconds

In this process, every body that a browser has sent (``tests/http/bodies``) arrives in
two pieces, cut at every point: the same fields. Prints the counts; exits with 1 if
anything was wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from psp.http.forms import parse_form
from psp.http.headers import Headers
from psp.http.limits import DEFAULT_LIMITS, Limits
from psp.http.request import Request

BODIES = sorted((Path(__file__).parents[1] / "http/bodies").glob("*.body"))
SIZE = 10_000_000
MOST_GROWTH = 64 << 20
ANSWER_SECONDS = 3.0

PAGE = """<% import hashlib %><% form %>\\
<% for name, field in form.items(): %><% if getattr(field, "filename", None): %>\\
<% digest = hashlib.file_digest(field.file, "sha256") %><%= digest.hexdigest() %>\\
<% end %><% end %>"""


class Wrong(Exception):
    """Something that must not happen."""


def check(holds: bool, message: str) -> None:
    if not holds:
        raise Wrong(message)


class Server:
    """``psp serve`` with one page that takes uploads."""

    def __init__(self, folder: Path) -> None:
        pages = folder / "pages"
        pages.mkdir()
        (pages / "up.psp").write_text(PAGE.replace("\\\n", ""))
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "psp", "serve", str(pages), "--prod"]
        self.process = subprocess.Popen(
            [*command, f"--port={self.port}"],
            env={**os.environ, "TMPDIR": str(self.temporary)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 30
        while True:
            try:
                self.connect().close()
                return
            except OSError:
                check(time.monotonic() < end, "the server does not start")
                time.sleep(0.05)

    def connect(self) -> socket.socket:
        """A connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def ask(self, head: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of the answer."""
        with self.connect() as connection:
            try:
                connection.sendall(head.encode("latin-1") + body)
            except OSError:
                pass  # it may answer before it has everything
            data = b""
            while piece := connection.recv(65536):
                data += piece
        found = re.match(rb"HTTP/1\.[01] ([0-9]{3})", data)
        check(found is not None, f"no answer: {data[:100]!r}")
        assert found
        return int(found[1]), data.partition(b"\r\n\r\n")[2]

    def memory(self) -> int:
        """The most bytes that it has had in memory."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+([0-9]+) kB", text)[1]) * 1024  # type: ignore[index]

    def left(self) -> tuple[int, int]:
        """Descriptors that it has open, and files in its temporary folder."""
        descriptors = len(os.listdir(f"/proc/{self.process.pid}/fd"))
        return descriptors, len(os.listdir(self.temporary))


@contextmanager
def serving() -> Iterator[Server]:
    """A server, ended at the end."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.process.terminate()
            server.process.wait(30)


def multipart(*parts: bytes) -> bytes:
    """A body of the parts, each with its head."""
    return b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + b"--B--\r\n"


def file_part(data: bytes) -> bytes:
    """A part that is a file."""
    head = b'Content-Disposition: form-data; name="f"; filename="f.bin"\r\n\r\n'
    return head + data


def head(
    length: int, kind: str = "multipart/form-data; boundary=B", more: str = ""
) -> str:
    """The head of a request with a body of *length* bytes."""
    return (
        f"POST /up.psp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    )


def parallel(server: Server, count: int) -> str:
    def send(_: int) -> None:
        data = os.urandom(SIZE)
        body = multipart(file_part(data))
        status, answer = server.ask(head(len(body)), body)
        wanted = hashlib.sha256(data).hexdigest()
        check(status == 200 and answer.strip() == wanted.encode(), f"{status}")

    status, _ = server.ask(head(0))
    before = server.memory()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(send, range(count)))
    grown = server.memory() - before
    check(grown < MOST_GROWTH, f"the server has grown by {grown} bytes")
    megabytes = grown / 2**20
    return (
        f"{count} uploads of 10 MB at once: hashes right, grown by {megabytes:.0f} MB"
    )


def cut_short(server: Server, count: int) -> str:
    body = multipart(file_part(os.urandom(200_000)))

    def send(number: int) -> None:
        with server.connect() as connection:
            whole = head(len(body)).encode() + body
            connection.sendall(whole[: (number + 1) * len(whole) // (count + 1)])

    before = server.left()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(count)))
    end = time.monotonic() + 30
    while (after := server.left()) > before and time.monotonic() < end:
        time.sleep(0.2)
    check(after <= before, f"descriptors and files: {before} have become {after}")
    check(server.ask(head(0))[0] == 200, "the server does not answer any more")
    return f"{count} uploads cut short: no descriptor and no file is left"


def too_much(limits: Limits) -> Iterator[tuple[str, str, bytes]]:
    """For each limit a head and a body over it."""
    many = b"&".join(b"a=b" for _ in range(limits.fields + 1))
    yield "fields", "application/x-www-form-urlencoded", many
    part = b'Content-Disposition: form-data; name="a"\r\n\r\nb'
    yield "parts", "", multipart(*[part] * (limits.parts + 1))
    yield "files", "", multipart(*[file_part(b"")] * (limits.files + 1))
    long = b"a=" + b"b" * limits.field_bytes
    yield "field_bytes", "application/x-www-form-urlencoded", long
    yield "field_bytes", "", multipart(part + b"b" * limits.field_bytes)
    yield "body_bytes", "", multipart(file_part(b"x" * limits.body_bytes))
    wide = b"X-Wide: " + b"x" * limits.part_header_bytes + b"\r\n"
    yield "part_header_bytes", "", multipart(wide + part)
    yield (
        "part_headers",
        "",
        multipart(b"X-A: b\r\n" * (limits.part_headers + 1) + part),
    )
    boundary = "B" * (limits.boundary_bytes + 1)
    yield "boundary_bytes", f"multipart/form-data; boundary={boundary}", b"x"


def limits(server: Server) -> str:
    count = 0
    for name, kind, body in too_much(DEFAULT_LIMITS):
        start = time.monotonic()
        wanted = kind or "multipart/form-data; boundary=B"
        status, _ = server.ask(head(len(body), wanted), body)
        took = time.monotonic() - start
        check(status in (400, 413), f"{name}: {status}")
        check(took < ANSWER_SECONDS, f"{name}: answered after {took:.1f} s")
        count += 1
    return f"{count} requests over a limit: 400 or 413 within {ANSWER_SECONDS:g} s"


class Halves:
    """A stream that gives *data* in two pieces."""

    def __init__(self, data: bytes, at: int) -> None:
        self.pieces = [data[:at], data[at:]]

    def read(self, size: int, /) -> bytes:
        """The next piece, or what of it is wanted."""
        while self.pieces and not self.pieces[0]:
            self.pieces.pop(0)
        if not self.pieces:
            return b""
        piece = self.pieces[0]
        self.pieces[0] = piece[size:]
        return piece[:size]

    readline = read


def fields(kind: str, data: bytes, at: int) -> list[tuple[object, ...]]:
    """What comes out of a body that is cut *at* an offset."""
    request = Request(
        method="POST",
        headers=Headers({"Content-Type": kind}),
        stream=Halves(data, at),
        content_length=len(data),
    )
    with closing(parse_form(request)) as form:
        return [
            (name, getattr(field, "filename", None), field.type, field.value)
            for name, field in form.items()
        ]


def splits() -> str:
    points = 0
    for file in BODIES:
        kind, _, data = file.read_bytes().partition(b"\n")
        whole = fields(kind.decode("latin-1"), data, 0)
        check(bool(whole) or b"name=" not in data, f"{file.name}: no field")
        for at in range(1, len(data)):
            found = fields(kind.decode("latin-1"), data, at)
            check(found == whole, f"{file.name} cut at {at}")
        points += max(0, len(data) - 1)
    return f"{len(BODIES)} bodies of a browser cut at {points} points: the same fields"


def main() -> int:
    """Run the campaign and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.uploads")
    parser.add_argument("--parallel", type=int, default=64)
    parser.add_argument("--cut", type=int, default=1000)
    given = parser.parse_args()
    try:
        print(splits(), flush=True)
        with serving() as server:
            print(parallel(server, given.parallel), flush=True)
            print(cut_short(server, given.cut), flush=True)
            print(limits(server), flush=True)
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
