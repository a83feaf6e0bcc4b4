"""Single pages of mod_python's dialect on a site of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psp import WSGIApplication

from .client import Answer, ask, environ_of

Serve = Callable[..., Answer]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """The answer of a site to one request for ``page.psp``."""

    def answer(files: dict[str, str], query: str = "", **options: Any) -> Answer:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        path = f"/page.psp?{query}"
        application = WSGIApplication(tmp_path, dialect="mod_python", **options)
        return ask(application, environ_of("GET", path, (), None))

    return answer


def test_a_page_finds_what_mod_python_gives_it(serve: Serve) -> None:
    page = (
        "<% from mod_python import Cookie %><% Cookie.add_cookie(req, 'a', '1') %>"
        "<%= form['q'] %> <%= type(req).__name__ %> <%= session.is_new() %>"
        " <% PSP(req, 't.html', vars={'x': '<b>'}).run() %>"
    )
    answer = serve({"page.psp": page, "t.html": "<%= x %>"}, "q=1")
    assert (answer.status, answer.text) == (200, "1 mp_request True <b>")
    assert [text.partition("=")[0] for text in answer.all("Set-Cookie")] == [
        "pysid",
        "a",
    ]


def test_it_ends_as_it_does_there(serve: Serve) -> None:
    gone = serve({"page.psp": "x<% raise apache.SERVER_RETURN(410) %>"})
    assert gone.status == 410
    moved = serve({"page.psp": "x<% psp.redirect('/n') %>"})
    assert (moved.status, moved.header("Location")) == (302, "/n")
    assert moved.text.startswith("x<p>The document has moved")
    files = {"page.psp": "x<% psp.set_error_page('err.psp') %><%= 1 / 0 %>"}
    failed = serve({**files, "err.psp": "<%= exception[1] %>"})
    assert (failed.status, failed.text) == (200, "xdivision by zero")


def test_what_failed_is_shown_to_developers_alone(serve: Serve) -> None:
    files = {"page.psp": "so far <%= 1 / 0 %>"}
    hidden = serve(files)
    assert hidden.status == 500 and "ZeroDivisionError" not in hidden.text
    broken = serve({"page.psp": "<% if %>"})
    assert broken.status == 500 and "SyntaxError" not in broken.text


def test_a_page_may_choose_the_dialect_for_itself(tmp_path: Path) -> None:
    text = (
        '<%@ page dialect="mod_python" %><%= "<b>" %><%= None %><%= psp.req is req %>'
    )
    (tmp_path / "page.psp").write_text(text)
    application = WSGIApplication(tmp_path)
    answer = ask(application, environ_of("GET", "/page.psp", (), None))
    assert answer.text == "<b>NoneTrue"
