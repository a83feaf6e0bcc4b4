"""The handlers for CGI programs and for WSGI applications."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest

from .client import Site

MakeSite = Callable[..., Site]

CGI = "AddHandler mod_python .cgi\nPythonHandler mod_python.cgihandler"


@pytest.fixture
def run(make_site: MakeSite) -> MakeSite:
    """A site with one CGI program."""

    def made(code: str) -> Site:
        return make_site({"bin/prog.py": code}, CGI)

    return made


def test_a_program_prints_headers_and_body(run: MakeSite) -> None:
    code = (
        "import os, sys\n"
        "print('Status: 404 Gone fishing')\nprint('Content-Type: text/x-odd')\n"
        "print('Set-Cookie: a=1')\nprint('Set-Cookie: b=2')\nprint()\n"
        "print(os.environ['REQUEST_METHOD'], os.environ['QUERY_STRING'], __name__)\n"
        "print(os.getcwd().rpartition('/')[2], sys.stdin.read())\n"
        "sys.stdout.flush()\nsys.stdout.buffer.write(b'\\xff')\n"
    )
    answer = run(code).ask("POST", "/bin/prog.cgi?q", body="é".encode())
    assert answer.status == 404 and answer.header("Content-Type") == "text/x-odd"
    assert answer.all("Set-Cookie") == ["a=1", "b=2"]
    assert answer.body == "POST q prog\nbin é\n".encode() + b"\xff"


def test_the_process_is_as_it_was_afterwards(run: MakeSite) -> None:
    before = sys.stdin, sys.stdout, dict(os.environ), os.getcwd()
    code = "import os\nprint('X-A: 1\\n')\nos.environ['LEFT'] = 'x'\n1 / 0\n"
    assert "ZeroDivisionError" in run(code).get("/bin/prog.cgi").text
    assert (sys.stdin, sys.stdout, dict(os.environ), os.getcwd()) == before


def test_a_program_may_exit_and_redirect(run: MakeSite) -> None:
    answer = run("import sys\nprint('Location: /x\\n')\nsys.exit(3)\n").get(
        "/bin/prog.cgi"
    )
    assert answer.status == 302 and answer.header("Location") == "/x"


def test_a_program_runs_afresh_each_time(run: MakeSite) -> None:
    code = "print('X-A: 1\\n')\nprint(globals().get('seen', 'first'))\nseen = 'again'"
    site = run(code)
    assert {site.get("/bin/prog.cgi").text for _ in range(2)} == {"first\n"}


def test_a_missing_program_is_a_404(run: MakeSite) -> None:
    assert run("").get("/bin/none.cgi").status == 404


APP = """
def application(environ, start_response):
    write = start_response("201 Made", [("Content-Type", "text/x"), ("X-A", "1")])
    write(b"written ")
    keys = "SCRIPT_NAME PATH_INFO QUERY_STRING REQUEST_METHOD HTTP_X_B".split()
    yield repr([environ[key] for key in keys]).encode()
    yield environ["wsgi.input"].read()

class Closing:
    closed = 0
    def __init__(self, environ, start_response):
        start_response("200 OK", [])
    def __iter__(self):
        yield b"%d" % Closing.closed
    def close(self):
        Closing.closed += 1

def failing(environ, start_response):
    import sys
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-A", "1")])
    try:
        1 / 0
    except ZeroDivisionError:
        start_response("503 Busy", [("Content-Type", "text/x")], sys.exc_info())
    return [b"sorry"]
"""


@pytest.fixture
def mount(make_site: MakeSite) -> MakeSite:
    """A site with one WSGI application in a folder."""

    def made(name: str, *lines: str) -> Site:
        text = ["SetHandler mod_python", "PythonHandler mod_python.wsgi", *lines]
        if name:
            text.append(f"PythonOption mod_python.wsgi.application {name}")
        files = {"app/.htaccess": "\n".join(text), "app/wsgi_app.py": APP}
        return make_site(files)

    return made


def test_an_application_answers_below_its_base(mount: MakeSite) -> None:
    site = mount("wsgi_app", "PythonOption mod_python.wsgi.base_uri /app")
    answer = site.ask("PUT", "/app/x/%C3%A9?q=1", [("X-B", "b")], body=b"body")
    assert answer.status == 201 and answer.header("X-A") == "1"
    wanted = ["/app", "/x/Ã©", "q=1", "PUT", "b"]
    assert answer.text == f"written {wanted!r}body"


def test_without_a_base_the_whole_path_is_the_applications(mount: MakeSite) -> None:
    answer = mount("wsgi_app").get("/app/x", [("X-B", "")])
    assert "['', '/app/x', '', 'GET', '']" in answer.text


def test_outside_of_the_base_nothing_answers(mount: MakeSite) -> None:
    site = mount("wsgi_app", "PythonOption mod_python.wsgi.base_uri /other")
    assert site.get("/app/x").status == 404
    slash = mount("wsgi_app", "PythonOption mod_python.wsgi.base_uri /app/")
    assert "must not end with" in slash.get("/app/x").text


def test_an_application_is_closed_and_may_change_its_mind(mount: MakeSite) -> None:
    site = mount("wsgi_app::Closing")
    assert [site.get("/app/x").text for _ in range(2)] == ["0", "1"]
    answer = mount("wsgi_app::failing").get("/app/x")
    assert (answer.status, answer.text) == (503, "sorry")
    assert answer.header("X-A") is None
    assert answer.header("Content-Type") == "text/x"


def test_no_application_is_an_error_a_missing_one_a_404(mount: MakeSite) -> None:
    assert "KeyError" in mount("").get("/app/x").text
    assert mount("wsgi_app::none").get("/app/x").status == 404
