"""What a small page costs on a host, beside the bare hello of the same host.

    python -m tests.hosts.cost [--seconds N]

Prints what a CGI program takes (``tests.hosts.cgicost``), requests a second as wrk
counts them, and the time a request has more. The last
lines are ``psp fcgi`` and flup, both with the same pages behind the same nginx; the
exit status is 0 when psp's is not the slower one.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys

from . import cgicost
from .client import Client
from .rows import ASGI, CHEROOT, WSGI, Row
from .stage import Stage, staged

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
from flup.server.fcgi import WSGIServer
from wsgi import application


def site(environ, start_response):  # nginx has sent no PATH_INFO
    environ["PATH_INFO"], environ["SCRIPT_NAME"] = environ["SCRIPT_NAME"], ""
    return application(environ, start_response)


address = ("127.0.0.1", 9000)
WSGIServer(site, bindAddress=address, maxSpare=16, maxThreads=16).run()
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
NGINX = Row(server=("nginx", "fcgi"))


def main() -> int:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description="Small pages beside bare hellos.")
    parser.add_argument("--seconds", type=int, default=2, help="for each measurement")
    seconds = parser.parse_args().seconds
    print(cgicost.describe(*cgicost.measure(30)))
    print(f"{'':22} {'bare':>8} {'page':>8}   requests a second")
    for name, row in HOSTS.items():
        bare, page = (measure(row, bare, seconds) for bare in (True, False))
        _print(name, bare, page)
    bare, page = (measure_fcgi(_OURS, bare, seconds) for bare in (True, False))
    _print("nginx psp fcgi", bare, page)
    theirs, flup = (measure_fcgi(_FLUP, bare, seconds) for bare in (True, False))
    _print("nginx flup", theirs, flup)
    return 0 if page >= flup else 1


def measure(row: Row, bare: bool, seconds: int) -> float:
    """Requests a second on the host *row*, of its bare hello or of a page."""
    with staged() as stage:
        stage.write("htdocs/small.psp", PAGE)
        row.start(stage) if not bare else _start_bare(stage, row)
        return ask(stage, row.port, seconds)


def measure_fcgi(server: str, bare: bool, seconds: int) -> float:
    """Requests a second of the FastCGI server *server* behind nginx."""
    with staged() as stage:
        stage.write("htdocs/small.psp", PAGE)
        _write_wsgi(stage, bare)
        stage.run(sys.executable, stage.write("server.py", server))
        stage.wait_for("9000")
        NGINX.start(stage)
        return ask(stage, "80", seconds)


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


def _print(name: str, bare: float, page: float) -> None:
    more = 1e6 / page - 1e6 / bare
    print(f"{name:22} {bare:8.0f} {page:8.0f}   {more:+6.0f} us a request", flush=True)


if __name__ == "__main__":
    sys.exit(main())
