"""python -m tests.bench.uploads: a 50 MiB upload, against the bare multipart library.

Both read the same body in pieces of 64 KiB and keep the file in a temporary one that
goes to disk past 64 KiB. Prints the quotient of the fastest CPU times and exits with
status 1 where it is over the limit.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from tempfile import SpooledTemporaryFile

from multipart import PushMultipartParser  # type: ignore[import-untyped]

from psp.http.forms import parse_form
from psp.http.headers import Headers
from psp.http.limits import Limits
from psp.http.request import CHUNK, Request

LIMIT = 1.2
SIZE = 50 << 20
LIMITS = Limits(body_bytes=2 * SIZE)
BODY = (
    b'--B\r\nContent-Disposition: form-data; name="f"; filename="f.bin"\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n"
    + bytes(range(256)) * (SIZE // 256)
    + b"\r\n--B--\r\n"
)


def ours() -> int:
    """Bytes of the file, as a page has it."""
    request = Request(
        method="POST",
        headers=Headers({"Content-Type": "multipart/form-data; boundary=B"}),
        stream=BytesIO(BODY),
        content_length=len(BODY),
        limits=LIMITS,
    )
    with closing(parse_form(request)) as form:
        return form["f"].file.seek(0, 2)  # type: ignore[union-attr]


def theirs() -> int:
    """The same with nothing but the library."""
    stream = BytesIO(BODY)
    parser = PushMultipartParser("B")
    with SpooledTemporaryFile(max_size=LIMITS.spool_bytes) as file:
        while data := stream.read(CHUNK):
            for event in parser.parse(data):
                if isinstance(event, (bytes, bytearray)):
                    file.write(event)
        parser.close()
        return file.seek(0, 2)


def fastest(run: Callable[[], int], best: float) -> float:
    """Seconds of CPU, or *best* where that was faster."""
    gc.collect()
    start = time.process_time()
    size = run()
    took = time.process_time() - start
    assert size == SIZE
    return min(took, best)


def main() -> int:
    """Measure in turns and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.uploads")
    parser.add_argument("--rounds", type=int, default=9)
    by_us = by_them = float("inf")
    for _ in range(parser.parse_args().rounds):
        by_us, by_them = fastest(ours, by_us), fastest(theirs, by_them)
    ratio = by_us / by_them
    print(
        f"50 MiB: {by_us * 1000:.0f} ms, the multipart library {by_them * 1000:.0f} ms: "
        f"{ratio:.2f}, at most {LIMIT}: {'met' if ratio <= LIMIT else 'NOT MET'}"
    )
    return ratio > LIMIT


if __name__ == "__main__":
    sys.exit(main())
