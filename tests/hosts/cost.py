"""What a small page costs on a host, beside the bare hello of the same host.

    python -m tests.hosts.cost [--seconds N] [--rounds N] [--write]

Prints what a CGI program takes (``tests.hosts.cgicost``), requests a second as wrk
counts them, the median of the rounds, and the time a request has more. The last lines
are ``psp fcgi`` and flup with the same pages behind the same nginx, which keeps its
connections or makes one for each request; the exit status is 0 when psp's is the slower
one in neither way. flup has what it needs for that: up to 64 threads, as it drops
connections that no thread is free for, where psp has 16, and sockets that do not wait
for more to send, which would hold it to 200 requests a second on kept connections.
"""

from __future__ import annotations

import argparse
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from statistics import median

from tests.bench import document

from . import cgicost
from .client import Client
from .recipes import Recipe
from .rows import ASGI, CHEROOT, WSGI, Row
from .stage import Stage, staged
from .webservers import start_nginx

PAGE = "<p>Hello, <%= req.args %>!</p>\n"
PATH = "/small.psp?world"
CONNECTIONS = 8

_BARE_WSGI = """
def application(environ, start_response):
    body = b"<p>Hello, " + environ["QUERY_STRING"].encode() + b"!</p>\\n"
    headers = [("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
"""
_BARE_ASGI = """
async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    body = b"<p>Hello, " + scope["query_string"] + b"!</p>\\n"
    length = str(len(body)).encode()
    headers = [(b"content-type", b"text/html"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""
_OURS = """
from psp.adapters.fcgi import FastCGI
from psp.adapters.gateway import Gateway
from psp.adapters.listening import listen
from wsgi import application

Gateway(application, listen("127.0.0.1:9000", 0o600), FastCGI, threads=16).run()
"""
_FLUP = """
import socket
from flup.server.fcgi import WSGIServer
from wsgi import application


class Server(WSGIServer):
    def _setupSocket(self):
        made = super()._setupSocket()
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


def site(environ, start_response):  # nginx has sent no PATH_INFO
    environ["PATH_INFO"], environ["SCRIPT_NAME"] = environ["SCRIPT_NAME"], ""
    return application(environ, start_response)


address = ("127.0.0.1", 9000)
Server(site, bindAddress=address, maxSpare=16, maxThreads=64).run()
"""

HOSTS = {
    "waitress": Row(WSGI, ("waitress", "8000")),
    "gunicorn": Row(WSGI, ("gunicorn", "8000")),
    "cheroot": Row(CHEROOT, ("cheroot", "8000")),
    "granian": Row(WSGI, ("granian", "8000")),
    "uvicorn": Row(ASGI, ("uvicorn", "8000")),
    "nginx http gunicorn": Row(WSGI, ("gunicorn", "8000"), ("nginx", "http")),
    "apache wsgi daemon": Row(WSGI, None, ("apache", "wsgi-daemon")),
    "apache wsgi embedded": Row(WSGI, None, ("apache", "wsgi-embedded")),
}
FASTCGI = {"psp fcgi": _OURS, "flup": _FLUP}
KEPT = {"kept": True, "closed": False}  # connections between nginx and FastCGI

#: Requests a second, of a bare hello where that is asked for and else of a page.
Measure = Callable[[bool], float]


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description="Small pages beside bare hellos.")
    parser.add_argument("--seconds", type=int, default=2, help="for each measurement")
    parser.add_argument("--rounds", type=int, default=1, help="of which medians count")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    given = parser.parse_args()
    cgi = cgicost.describe(*cgicost.measure(30))
    print(cgi)
    found = medians(measurements(given.seconds), given.rounds)
    print(f"{'':26} {'bare':>8} {'page':>8}   requests a second")
    for name, (bare, page) in found.items():
        print(f"{name:26} {bare:8.0f} {page:8.0f}", end="   ")
        print(f"{_more(bare, page):+6.0f} us a request")
    if given.write:
        python = f"CPython {platform.python_version()}"
        made = document.origin("tests.hosts.cost", python)
        document.write("hosts", [made, "", cgi, "", *_table(found)])
    slower = [
        way
        for way in KEPT
        if found[f"nginx psp fcgi, {way}"][1] < found[f"nginx flup, {way}"][1]
    ]
    return 1 if slower else 0


def measurements(seconds: int) -> dict[str, Measure]:
    """What is measured, by name, each for so many seconds."""
    made: dict[str, Measure] = {}
    for name, row in HOSTS.items():
        made[name] = lambda bare, row=row: measure(row, bare, seconds)
    for way, kept in KEPT.items():
        for name, server in FASTCGI.items():
            made[f"nginx {name}, {way}"] = lambda bare, server=server, kept=kept: (
                measure_fcgi(server, bare, seconds, kept)
            )
    return made


def medians(
    measured: dict[str, Measure], rounds: int
) -> dict[str, tuple[float, float]]:
    """Of a bare hello and of a page, by name, all of them measured in turn."""
    counted: dict[str, list[tuple[float, float]]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, measure_one in measured.items():
            counted[name].append((measure_one(True), measure_one(False)))
    return {
        name: (median(bare for bare, _ in taken), median(page for _, page in taken))
        for name, taken in counted.items()
    }


def _table(found: dict[str, tuple[float, float]]) -> list[str]:
    lines = ["| host | bare | page | more for a page, µs |", "|---|--:|--:|--:|"]
    return lines + [
        f"| {name} | {bare:.0f} | {page:.0f} | {_more(bare, page):.0f} |"
        for name, (bare, page) in found.items()
    ]


def _more(bare: float, page: float) -> float:
    """Microseconds that a request has more for the page."""
    return 1e6 / page - 1e6 / bare


def measure(row: Row, bare: bool, seconds: int) -> float:
    """Requests a second on the host *row*, of its bare hello or of a page."""
    with staged() as stage:
        stage.write("htdocs/small.psp", PAGE)
        row.start(stage) if not bare else _start_bare(stage, row)
        return ask(stage, row.port, seconds)


def measure_fcgi(server: str, bare: bool, seconds: int, kept: bool) -> float:
    """Requests a second of the FastCGI server *server* behind nginx.

    *kept* says whether nginx keeps connections.
    """
    with staged() as stage:
        stage.write("htdocs/small.psp", PAGE)
        _write_wsgi(stage, bare)
        stage.run(sys.executable, stage.write("server.py", server))
        stage.wait_for("9000")
        recipe = stage.recipe("nginx", "fcgi")
        start_nginx(stage, recipe if kept else _closing(recipe))
        return ask(stage, "80", seconds)


def _closing(recipe: Recipe) -> Recipe:
    """The same, with a connection for each request."""
    text = re.sub(r".*(keepalive 8|fastcgi_keep_conn on);\n", "", recipe.text)
    return recipe._replace(text=text)


def _start_bare(stage: Stage, row: Row) -> None:
    """Start *row* with a hello in the place of the site."""
    row.write_files(stage)
    for name, text in (("wsgi.py", _BARE_WSGI), ("asgi.py", _BARE_ASGI)):
        if name in row.files:
            stage.write(name, text)
    row._replace(files=()).start(stage)


def _write_wsgi(stage: Stage, bare: bool) -> None:
    text = _BARE_WSGI if bare else stage.recipe("file", "wsgi.py").text
    stage.write("wsgi.py", text)


def ask(stage: Stage, port: str, seconds: int) -> float:
    """Requests a second that wrk counts; RuntimeError where any was not answered."""
    reply = Client(stage.address(port)).get(PATH)
    if reply.text != "<p>Hello, world!</p>":
        raise RuntimeError(f"{reply}\n{stage.logs()[-2000:]}")
    url = f"http://127.0.0.1:{stage.port(port)}{PATH}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
    subprocess.run([*command[:-2], "-d1s", url], capture_output=True, check=True)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"Requests/sec: *([0-9.]+)", done.stdout)
    if found is None or "Non-2xx" in done.stdout:
        raise RuntimeError(f"{done.stdout}\n{stage.logs()[-2000:]}")
    return float(found[1])


if __name__ == "__main__":
    sys.exit(main())
