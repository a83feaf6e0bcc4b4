"""What reads the bytes of strangers, under made-up and mutated input.

    python -m tests.campaigns.parsers [--count N] [--parser NAME] [--only hypothesis]

For the parsers of URL-encoded forms, multipart bodies, cookies, header options, URL
paths and JSON bodies: *count* inputs made by hypothesis from the pieces of their
grammar, *count* mutated by atheris, where that is installed, and inputs built to be
slow, at one size and at ten times that size. No exception but the documented ones, and
ten times the input takes less than fifteen times the time.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from psp.errors import HTTPError
from psp.http.cookies import parse_cookies
from psp.http.forms import MOD_PYTHON_RULES, PSP_RULES, parse_form
from psp.http.headers import Headers
from psp.http.jsonbody import read_json
from psp.http.limits import Limits
from psp.http.multiparts import parse_options
from psp.http.paths import DocumentRoot
from psp.http.request import Request

ROOMY = Limits(*(10**9 for _ in Limits._fields))._replace(spool_bytes=1 << 16)
SIZE, TIMES, SLOWEST = 8_000, 10, 15.0
#: Below this many seconds a time says nothing about how it grows.
LEAST = 0.002
LONG = 0.05  # seconds
AGAIN = 2  # measurements of what seems slow


class Parser(NamedTuple):
    """How to run one parser, and what its input is made of."""

    run: Callable[[bytes], object]
    pieces: tuple[bytes, ...]


def form(data: bytes, kind: str) -> None:
    """Read *data* as a form, by the rules of both dialects, with room for all of it."""
    for rules in (PSP_RULES, MOD_PYTHON_RULES):
        request = Request(
            method="POST",
            query=data[:100].decode("latin-1"),
            headers=Headers({"Content-Type": kind}),
            stream=BytesIO(data),
            content_length=len(data),
            limits=ROOMY,
        )
        with contextlib.suppress(HTTPError):
            with contextlib.closing(parse_form(request, rules=rules)) as found:
                for name, field in found.items():
                    repr((name, field))


def url_encoded(data: bytes) -> None:
    form(data, "application/x-www-form-urlencoded")


def multipart(data: bytes) -> None:
    form(data, "multipart/form-data; boundary=B")


def cookie(data: bytes) -> None:
    with contextlib.suppress(HTTPError):
        parse_cookies(data.decode("latin-1"), ROOMY)


def options(data: bytes) -> None:
    parse_options(data.decode("latin-1"))


def path(data: bytes) -> None:
    with contextlib.suppress(HTTPError):
        _root().find("/" + data.decode("utf-8", "surrogateescape"))


def json(data: bytes) -> None:
    headers = Headers({"Content-Type": "application/json"})
    request = Request(
        method="POST",
        headers=headers,
        stream=BytesIO(data),
        content_length=len(data),
        limits=ROOMY,
    )
    with contextlib.suppress(HTTPError):
        read_json(request)


_roots: list[DocumentRoot] = []


def _root() -> DocumentRoot:
    """A document root that is never found to have anything."""
    if not _roots:
        _roots.append(DocumentRoot(tempfile.mkdtemp(prefix="psp-parsers-")))
    return _roots[0]


HEAD = b'Content-Disposition: form-data; name="a"'
PARSERS = {
    "url_encoded": Parser(
        url_encoded, (b"a", b"=", b"&", b";", b"%", b"%41", b"+", b"%u", b"\0", b"\xff")
    ),
    "multipart": Parser(
        multipart,
        (
            b"--B\r\n",
            b"--B--\r\n",
            b"\r\n",
            b"--B",
            b"-",
            b"\r",
            HEAD + b"\r\n\r\n",
            HEAD + b'; filename="f"\r\nContent-Type: text/plain\r\n\r\n',
            b"x",
            b"\0\xff",
        ),
    ),
    "cookie": Parser(
        cookie, (b"a", b"=", b";", b" ", b'"', b"\\", b"\\101", b"$Path", b",", b"\xff")
    ),
    "options": Parser(
        options,
        (
            b"form-data",
            b";",
            b" ",
            b"name",
            b"=",
            b'"',
            b"\\",
            b"*0*",
            b"utf-8''",
            b"%41",
        ),
    ),
    "path": Parser(
        path, (b"a", b"/", b"..", b".", b"\\", b"%2f", b"\0", b"\xff", b"//", b"~")
    ),
    "json": Parser(
        json, (b"[", b"]", b"{", b"}", b'"', b":", b",", b"1", b"\\u12", b"e", b" ")
    ),
}


def by_hypothesis(parser: Parser, count: int) -> None:
    """Run *parser* on *count* inputs made of its pieces and of anything."""
    made = st.lists(st.sampled_from(parser.pieces) | st.binary(max_size=5), max_size=40)

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(made)
    def run(pieces: list[bytes]) -> None:
        parser.run(b"".join(pieces))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run()


def by_atheris(name: str, count: int) -> int:
    """Let atheris mutate *count* inputs in a process of its own; its exit status."""
    command = [sys.executable, "-m", "tests.campaigns.parsers", "--fuzz", name]
    done = subprocess.run(
        [*command, "--count", str(count)], capture_output=True, text=True
    )
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-4000:])
    return done.returncode


def fuzz(name: str, count: int) -> None:
    """What that process does; it ends with the process."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]

    run = PARSERS[name].run
    atheris.instrument_all() if count > 50_000 else None
    with tempfile.TemporaryDirectory() as corpus:
        for number, piece in enumerate(PARSERS[name].pieces):
            with open(f"{corpus}/{number}", "wb") as file:
                file.write(piece)
        atheris.Setup([sys.argv[0], f"-runs={count}", "-max_len=400", corpus], run)
        atheris.Fuzz()


def growth(parser: Parser) -> tuple[float, bytes]:
    """The most that ten times an input takes in times of it, and of which input."""
    worst = (0.0, b"")
    for unit in units(parser.pieces):
        ratio = quotient(parser, unit)
        for _ in range(AGAIN):
            if ratio >= SLOWEST / 2:  # or something else was using the machine
                ratio = min(ratio, quotient(parser, unit))
        worst = max(worst, (ratio, unit))
    return worst


def quotient(parser: Parser, unit: bytes) -> float:
    """What *unit* repeated takes, in times of a tenth of it."""
    small = max(took(parser.run, unit * (SIZE // len(unit))), LEAST)
    return took(parser.run, unit * (TIMES * SIZE // len(unit))) / small


def units(pieces: tuple[bytes, ...]) -> Iterator[bytes]:
    """What is repeated: each piece, and each pair of them."""
    yield from pieces
    for first in pieces:
        yield from (first + second for second in pieces if first != second)


def took(run: Callable[[bytes], object], data: bytes) -> float:
    """Seconds of CPU, the least of three or of one that takes long enough to tell.

    The garbage collector has its own laws.
    """
    found: list[float] = []
    gc.collect()
    gc.disable()
    while len(found) < 3 and max(found, default=0) < LONG:
        start = time.process_time()
        run(data)
        found.append(time.process_time() - start)
    gc.enable()
    return min(found)


def main() -> int:
    """Run the campaign and print what came of it; 1 if anything did."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.parsers")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--parser", action="append", choices=PARSERS)
    parser.add_argument("--only", choices=["hypothesis"])
    parser.add_argument("--fuzz", choices=PARSERS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.fuzz:
        fuzz(given.fuzz, given.count)
        return 0
    with_atheris = given.only is None and find_spec("atheris") is not None
    failed = 0
    for name in given.parser or PARSERS:
        by_hypothesis(PARSERS[name], given.count)
        told = f"{given.count} by hypothesis"
        if with_atheris:
            failed |= by_atheris(name, given.count)
            told += f", {given.count} by atheris"
        ratio, unit = growth(PARSERS[name])
        failed |= ratio >= SLOWEST
        print(
            f"{name}: {told}: no exception but the documented; ten times the input "
            f"takes at most {ratio:.1f} times the time ({unit!r} repeated)",
            flush=True,
        )
    return failed


if __name__ == "__main__":
    sys.exit(main())
