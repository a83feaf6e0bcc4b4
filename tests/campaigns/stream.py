"""python -m tests.campaigns.stream: a page of 50 MB streams in constant memory.

The page flushes once and goes on writing. Through the WSGI application, as a server
drives it: the time from the page's flush to the first bytes at the server, and by how
much the process grows until the last; a second page is sent by its buffer alone.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from psp import WSGIApplication

GROWTH, DELAY = 8.0, 20.0  # MB, ms
LINE = 1000  # characters

ROWS = "<% for n in range(int(form['mb']) * 1000): %><%= n %>" + "x" * LINE + "\n"
ROWS += "<% end %>"
PAGES = {
    "flushed.psp": "<head></head><% TOLD.append(NOW()) %><% psp.flush() %>" + ROWS,
    "buffered.psp": "<head></head><% TOLD.append(NOW()) %>" + ROWS,
}
CLOCK = "<%! from time import perf_counter as NOW; from tests.campaigns.stream "
CLOCK += "import TOLD %>"

#: When the page that runs flushed, or began to write.
TOLD: list[float] = []


class Server:
    """Takes a body as servers do: by ``write`` and by iteration, and keeps nothing."""

    def __init__(self) -> None:
        self.size = 0
        self.first = 0.0

    def take(self, data: bytes) -> None:
        """Some of the body."""
        if data and not self.size:
            self.first = time.perf_counter()
        self.size += len(data)

    def start(self, status: str, headers: Any, error: Any = None) -> Any:
        """``start_response`` of PEP 3333."""
        assert status == "200 OK", status
        return self.take


def ask(application: WSGIApplication, page: str, megabytes: int) -> Server:
    """The answer to one request, taken to its end."""
    from tests.campaigns import stream

    server = Server()
    stream.TOLD.clear()
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/{page}",
        "QUERY_STRING": f"mb={megabytes}",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
    }
    body = application(environ, server.start)
    for piece in body:
        server.take(piece)
    if hasattr(body, "close"):
        body.close()
    return server


def grown() -> float:
    """The most memory that the process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(megabytes: int) -> dict[str, tuple[float, float, float]]:
    """For each page: MB sent, MB grown, and ms until the first bytes."""
    from tests.campaigns import stream

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for page, text in PAGES.items():
            Path(folder, page).write_text(CLOCK + text)
        application = WSGIApplication(folder)
        for page in PAGES:
            ask(application, page, 1)
            before = grown()
            server = ask(application, page, megabytes)
            delay = (server.first - stream.TOLD[0]) * 1e3
            found[page] = server.size / 1e6, grown() - before, delay
    return found


def main() -> None:
    """Print what was sent and what it took; fail above the limits."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.stream")
    parser.add_argument("--megabytes", type=int, default=50)
    megabytes = parser.parse_args().megabytes
    well = True
    for page, (sent, growth, delay) in measure(megabytes).items():
        print(
            f"{page:13} {sent:5.1f} MB sent, {growth:4.1f} MB grown, "
            f"first bytes after {delay:5.2f} ms"
        )
        flushed = page != "flushed.psp" or delay < DELAY
        well = well and sent > megabytes and growth < GROWTH and flushed
    print(f"at most {GROWTH:g} MB, and {DELAY:g} ms behind a flush")
    if not well:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
