"""psp doctor: a live site examined, in order and out of order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from psp.doctor.visitor import Visitor

from .conftest import Run
from .test_serve import Serve, serve  # noqa: F401

Write = Callable[[str, str], Path]
SOURCE = '<% name = "secret" %><p><%= name %></p>'


@contextmanager
def answering(
    answer: Callable[[str, str], tuple[int, dict[str, str], bytes]],
) -> Iterator[str]:
    """The URL of a server that answers method and path so, and hides no body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.command, self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def found_in(output: str) -> set[str]:
    """The kinds of the findings that are printed."""
    return set(re.findall(r"^([a-z-]+): ", output, re.MULTILINE))


def test_a_site_in_order(run: Run, serve: Serve, write: Write, folder: Path) -> None:  # noqa: F811
    write("site/index.psp", SOURCE + '<a href="more/other.psp?a=b#c">more</a>')
    write("site/more/other.psp", SOURCE)
    write("site/more/other.psp~", SOURCE)
    write("site/.git/HEAD", "ref: refs/heads/main\n")
    write("site/style.css", "p { color: red }")
    server = serve("site")
    examined = run("doctor", server.url, "--root", "site", "--plant")
    assert examined.output.endswith("\n0 findings\n")
    assert examined.exit_code == 0
    assert not list(folder.glob("site/psp-doctor*"))
    from_outside = run("doctor", server.url)
    assert "psp; 2 pages, " in from_outside.output
    assert from_outside.exit_code == 0, from_outside.output


def test_development_is_found(run: Run, serve: Serve, write: Write) -> None:  # noqa: F811
    write("site/index.psp", SOURCE)
    server = serve("--dev", "site")
    examined = run("doctor", server.url, "--root", "site", "--plant")
    assert found_in(examined.output) == {"debug"}
    assert "To mend debug: psp serve --prod" in examined.output
    assert examined.exit_code == 1


def test_trust_in_everybody_is_found(run: Run, serve: Serve, write: Write) -> None:  # noqa: F811
    write("site/index.psp", SOURCE)
    write("own.toml", 'document_root = "site"\ntrusted_proxies = ["127.0.0.0/8"]')
    server = serve("--config", "own.toml")
    examined = run("doctor", server.url, "--config", "own.toml", "--plant")
    assert found_in(examined.output) == {"forwarded"}
    for name in ("For", "Host", "Proto"):
        assert f"a visitor's own X-Forwarded-{name} is believed" in examined.output


def test_a_server_that_sends_files_as_they_are(run: Run, write: Write) -> None:
    files = {
        "/": b'<a href="page.psp">page</a>',
        "/page.psp": SOURCE.encode(),
        "/page.psp.bak": SOURCE.encode(),
        "/.git/HEAD": b"ref: refs/heads/main\n",
        "/psp.toml": b'document_root = "."\n',
    }

    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        kind = "text/html" if path == "/" else "application/octet-stream"
        status = 200 if path in files else 404
        return status, {"Content-Type": kind}, files.get(path, b"")

    with answering(answer) as url:
        examined = run("doctor", url)
    assert found_in(examined.output) == {
        *("source", "backup", "repository", "settings", "head")
    }
    assert "source: /page.psp is sent as it is written" in examined.output
    assert "head: HEAD / is answered with a body" in examined.output


def test_the_same_answer_to_everything_is_no_leak(run: Run) -> None:
    html = b"<script>t = '<%= name %>'</script><p>&lt;% import os %&gt;</p>"

    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        body = b"" if method == "HEAD" else html
        return 200, {"Content-Type": "text/html"}, body

    with answering(answer) as url:
        examined = run("doctor", url)
    assert found_in(examined.output) == set()


def test_cookies_and_errors(run: Run) -> None:
    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        if path == "/":
            return 200, {"Set-Cookie": "pysid=1; Path=/"}, b""
        return 404, {}, b"Traceback (most recent call last):"

    with answering(answer) as url:
        examined = run("doctor", url)
    kinds = found_in(examined.output)
    assert kinds == {"cookie-httponly", "cookie-samesite", "debug"}


def test_a_url_as_people_write_it(run: Run) -> None:
    asked = []

    def answer(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        asked.append(path)
        return 404, {}, b""

    with answering(answer) as url:
        assert run("doctor", f"{url}für uns/").exit_code == 0
    assert asked[0] == "/f%C3%BCr%20uns/"
    assert Visitor("http://bücher.example:81/").netloc == "xn--bcher-kva.example:81"


def test_what_cannot_be_examined(run: Run, folder: Path) -> None:
    assert run("doctor", "ftp://example.org/").exit_code == 2
    assert run("doctor", "http://127.0.0.1:1/").exit_code == 1
    refused = run("doctor", "http://127.0.0.1:1/", "--plant")
    assert refused.exit_code == 2
    assert "--plant needs --root or --config" in refused.output
