"""A request is taken from a WSGI environ as far as somebody looks at it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from psp import WSGIApplication
from psp.adapters.wsgi import request_of
from psp.errors import HTTPError

ROOT = Path(__file__).resolve().parents[2]

ENVIRON: dict[str, Any] = {
    "REQUEST_METHOD": "POST",
    "SCRIPT_NAME": "/caf\xc3\xa9",
    "PATH_INFO": "/\xc3\xbc.psp",
    "QUERY_STRING": "a=1",
    "CONTENT_LENGTH": "3",
    "CONTENT_TYPE": "text/plain",
    "SERVER_NAME": "example.org",
    "SERVER_PORT": "8080",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "10.0.0.1",
    "REMOTE_PORT": "99",
    "HTTP_ACCEPT": "*/*",
    "HTTP_PROXY": "http://evil.example/",
    "wsgi.url_scheme": "https",
    "wsgi.input": io.BytesIO(b"abc"),
}


def test_every_member_comes_from_the_environ() -> None:
    request = request_of(ENVIRON)
    assert (request.method, request.path) == ("POST", "/ü.psp")
    assert (request.script_name, request.query) == ("/café", "a=1")
    assert (request.server_name, request.server_port) == ("example.org", 8080)
    assert (request.remote_addr, request.remote_port) == ("10.0.0.1", 99)
    assert (request.scheme, request.protocol) == ("https", "HTTP/1.1")
    assert (request.raw_uri, request.input_terminated) == ("", False)
    assert request.uri == "/caf%C3%A9/%C3%BC.psp?a=1"
    assert request.body.read() == b"abc"
    assert sorted(request.headers.keys()) == [
        "Accept",
        "Content-Length",
        "Content-Type",
    ]


def test_what_is_missing_has_the_usual_value() -> None:
    request = request_of({"wsgi.input": io.BytesIO()})
    assert (request.method, request.path, request.query) == ("GET", "/", "")
    assert (request.server_name, request.server_port) == ("localhost", 80)
    assert (request.remote_addr, request.remote_port) == ("", 0)
    assert (request.scheme, request.protocol) == ("http", "HTTP/1.0")


def test_a_member_is_made_once_and_can_be_set() -> None:
    request = request_of(ENVIRON)
    assert request.headers is request.headers
    request.query = "b=2"
    assert request.query == "b=2"


def test_another_name_is_no_member() -> None:
    with pytest.raises(AttributeError, match="'WSGIRequest' has no attribute 'cookie'"):
        request_of(ENVIRON).cookie  # noqa: B018


def test_a_length_that_is_no_number_is_refused_at_once() -> None:
    with pytest.raises(HTTPError) as caught:
        request_of(ENVIRON | {"CONTENT_LENGTH": "+3"})
    assert caught.value.status == 400


#: What a worker that serves compiled pages has no use for.
HEAVY = ("ply", "psp.lexer", "psp.compiler", "click", "argparse", "psp.debug.page")

WORKER = f"""
import io, sys
from psp.adapters.wsgi import WSGIApplication
site = WSGIApplication(sys.argv[1], cache_dir=sys.argv[2], key_file=sys.argv[3])
environ = {{"PATH_INFO": "/a.psp", "wsgi.input": io.BytesIO()}}
print(b"".join(site(environ, lambda status, headers: None)).decode())
print(*(name for name in {HEAVY} if name in sys.modules))
"""


def test_a_worker_with_compiled_pages_starts_without_the_compiler(
    tmp_path: Path,
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.psp").write_text("<%= 6 * 7 %>")
    folders = [str(tmp_path / name) for name in ("site", "cache", "key")]

    def worker() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", WORKER, *folders],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    assert "psp.compiler" in worker()
    assert worker() == ["42"]


@pytest.mark.parametrize(("length", "left"), [(5000, 0), (20_000, 20_000)])
def test_what_a_page_leaves_of_a_body_is_read_up_to_the_limit(
    tmp_path: Path, length: int, left: int
) -> None:
    (tmp_path / "page.psp").write_text("there")
    body = io.BytesIO(b"x" * length)
    application = WSGIApplication(tmp_path, limits={"body_bytes": 10_000})
    environ = EnvironBuilder("/page.psp", method="POST", input_stream=body)
    environ.content_length = length
    answer = run_wsgi_app(application, environ.get_environ())
    assert (b"".join(answer[0]), len(body.read())) == (b"there", left)
