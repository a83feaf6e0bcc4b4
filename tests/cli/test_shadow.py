"""psp shadow: a site served by a real server, compared with pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run
from .test_serve import Serve, serve  # noqa: F401

Write = Callable[[str, str], Path]


@pytest.fixture
def old(serve: Serve, write: Write) -> str:  # noqa: F811
    """The URL of the old site."""
    write("old/index.psp", '<p>Start</p><a href="list.psp?n=2&amp;m=1">list</a>')
    write("old/list.psp", "<ul><li class='a' id=b>One  of\n <%= req.args %></ul>")
    write("old/form.psp", "<p><%= form.getfirst('name', '') %></p>")
    write("old/go.psp", "<% psp.redirect('/list.psp') %>")
    write("old/style.css", "p { color: red }")
    return serve("old").url


@pytest.fixture
def new(write: Write, old: str) -> str:
    """The folder of the new pages, which are the same but for how they are written."""
    write(
        "new/index.psp", '<p>\nStart</p><!-- new --><a href="list.psp?n=2&m=1">list</a>'
    )
    write("new/list.psp", '<UL><LI ID="b" class="a">One of <%= req.args %></UL>')
    for name in ("form.psp", "go.psp", "style.css"):
        write(f"new/{name}", Path("old", name).read_text())
    return "new"


def test_pages_that_links_lead_to(run: Run, old: str, new: str) -> None:
    compared = run("shadow", old, new)
    assert compared.output == "2 requests, 0 differ\n"
    assert compared.exit_code == 0


def test_differences_are_shown(run: Run, old: str, new: str, write: Write) -> None:
    write("new/list.psp", "<% req.content_type = 'text/plain' %><ul><li>Two</ul>")
    compared = run("shadow", old, new)
    assert compared.exit_code == 1
    assert "GET /list.psp?n=2&m=1\n    content-type " in compared.output
    assert compared.output.endswith("2 requests, 1 differ\n")
    write("new/list.psp", "<ul><li class=a id=b>Two of <%= req.args %></ul>")
    compared = run("shadow", old, new)
    assert "    -One of n=2&m=1\n    +Two of n=2&m=1\n" in compared.output
    assert run("shadow", old, new, "--ignore", "(One|Two)").exit_code == 0
    write("new/list.psp", "<% psp.redirect('/') %>")
    assert "    status 200, now 302\n" in run("shadow", old, new).output


def test_a_file_of_requests(run: Run, old: str, new: str, write: Write) -> None:
    write(
        "asked", "# these\nGET /go.psp\nPOST /form.psp name=Ada&x=1\nGET /style.css\n"
    )
    assert run("shadow", old, new, "--requests", "asked").output == (
        "3 requests, 0 differ\n"
    )
    write("new/go.psp", "<% psp.redirect('/form.psp') %>")
    write("new/form.psp", "<p>nobody</p>")
    write("new/style.css", "p { color: blue }")
    compared = run("shadow", old, new, "--requests", "asked").output
    assert "location '/list.psp', now '/form.psp'" in compared
    assert "    -Ada\n    +nobody\n" in compared
    assert "    -p { color: red }\n    +p { color: blue }\n" in compared


def test_an_access_log(run: Run, old: str, new: str, write: Write) -> None:
    write(
        "access.log",
        '1.2.3.4 - - [21/Nov/2026:07:00:00 +0000] "GET /list.psp?n=1 HTTP/1.1" 200 5 '
        '"http://a/" "Mozilla \\"x\\""\n'
        '1.2.3.4 - ada [21/Nov/2026:07:00:01 +0000] "POST /form.psp HTTP/1.1" 200 5\n'
        '1.2.3.4 - - [21/Nov/2026:07:00:02 +0000] "HEAD /none.psp HTTP/1.0" 404 -\n'
        '1.2.3.4 - - [21/Nov/2026:07:00:03 +0000] "GET /list.psp?n=1 HTTP/1.1" 200 5\n'
        '1.2.3.4 - - [21/Nov/2026:07:00:04 +0000] "-" 408 - "-" "-"\n'
        '1.2.3.4 - - [21/Nov/2026:07:00:05 +0000] "\\x16\\x03\\x01" 400 226\n',
    )
    compared = run("shadow", old, new, "--requests", "access.log")
    assert compared.output == "2 requests, 0 differ\n"


def test_odd_paths(run: Run, old: str, new: str, write: Write) -> None:
    write("asked", "GET /list.psp?ü\nGET //x.example/list.psp\nGET /%6cist.psp/é\n")
    compared = run("shadow", old, new, "--requests", "asked")
    assert compared.output == "3 requests, 0 differ\n"


def test_what_cannot_be_compared(run: Run, folder: Path, write: Write) -> None:
    write("asked", "GET /\nnonsense\n")
    write("new/index.psp", "")
    assert run("shadow", "http://127.0.0.1:1/", "new").exit_code == 1
    assert run("shadow", "gopher://x/", "new").exit_code == 2
    assert run("shadow", "http://x/", "new", "--ignore", "(").exit_code == 2


def test_a_line_that_is_no_request(run: Run, old: str, new: str, write: Write) -> None:
    write("asked", "GET /\nnonsense\n")
    compared = run("shadow", old, new, "--requests", "asked")
    assert compared.exit_code == 1
    assert "line 2 is no request: 'nonsense'" in compared.output
