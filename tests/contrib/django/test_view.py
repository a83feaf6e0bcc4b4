"""A folder of pages as a view of a Django project."""

from __future__ import annotations

import io
from asyncio import run
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponseBase
from django.test import AsyncRequestFactory, Client, RequestFactory
from django.urls import path, re_path

from psp.contrib.django import page_view
from psp.contrib.django.view import View

from .conftest import Configure

WHERE = (
    "<%= req.uri %> <%= req.path_info %> <%= req.args %> <%= form.getfirst('a', '') %>"
)


@pytest.fixture
def view(pages: Path) -> View:
    """The view of the folder."""
    return page_view(pages, reload_interval=0, static_types={".txt": "text/plain"})


@pytest.fixture
def client(view: View, configure: Configure) -> Client:
    """Asks the view, which is below ``/shop/``."""
    urls = (re_path(r"^shop/(?P<path>.*)$", view),)
    guards = ["django.middleware.csrf.CsrfViewMiddleware"]
    configure(ROOT_URLCONF=urls, MIDDLEWARE=guards)
    return Client(enforce_csrf_checks=True)


def test_a_page_knows_where_it_is(pages: Path, client: Client) -> None:
    (pages / "café.psp").write_text(WHERE)
    answer = client.get("/shop/caf%C3%A9.psp/%C3%BC?a=%26")
    assert answer.text == "/shop/café.psp/ü /ü a=%26 &amp;"
    assert answer["Content-Type"] == "text/html; charset=utf-8"


def test_folders_and_what_is_not_there(pages: Path, client: Client) -> None:
    (pages / "sub").mkdir()
    (pages / "sub/index.psp").write_text("index")
    moved = client.get("/shop/sub")
    assert (moved.status_code, moved["Location"]) == (301, "/shop/sub/")
    assert client.get("/shop/sub/").text == "index"
    for hidden in ("nothing.psp", "_x.psp", "../secret", "%2e%2e/secret"):
        assert client.get(f"/shop/{hidden}").status_code == 404


def test_forms_and_uploads(pages: Path, client: Client) -> None:
    (pages / "form.psp").write_text(
        "<%= form['a'] %> <%= len(form['f'].value) if 'f' in form else '' %>"
    )
    assert client.post("/shop/form.psp", {"a": "ü"}).text == "ü "
    file = SimpleUploadedFile("x.bin", bytes(3_000_000))
    answer = client.post("/shop/form.psp", {"a": "b", "f": file})
    assert answer.text == "b 3000000"


def test_a_body_that_django_has_read_already(pages: Path, view: View) -> None:
    (pages / "form.psp").write_text("<%= form['a'] %>")
    request = RequestFactory().post(
        "/form.psp", "a=b", content_type="application/x-www-form-urlencoded"
    )
    assert request.POST == {"a": ["b"]}
    assert text_of(view(request, "form.psp")) == "b"


def text_of(answer: HttpResponseBase) -> str:
    return b"".join(answer).decode()  # type: ignore[call-overload]


def test_a_body_in_chunks_is_there_as_the_server_has_put_it_together(
    pages: Path, view: View
) -> None:
    (pages / "p.psp").write_text("<%= req.read().decode() %>")
    environ = RequestFactory().get("/p.psp").environ  # type: ignore[attr-defined]
    environ |= {"REQUEST_METHOD": "POST", "HTTP_TRANSFER_ENCODING": "chunked"}
    environ |= {"wsgi.input": io.BytesIO(b"all"), "wsgi.input_terminated": True}
    environ.pop("CONTENT_LENGTH", None)
    assert view(WSGIRequest(environ), "p.psp").text == "all"  # type: ignore[attr-defined]


def test_headers_and_cookies_are_those_of_the_page(pages: Path, client: Client) -> None:
    (pages / "page.psp").write_text(
        "<% req.status = 418\nreq.content_type = 'text/plain'\n"
        "req.headers_out.add('Set-Cookie', 'a=b[c]; Path=/shop/; SameSite=Lax')\n"
        "req.headers_out.add('Set-Cookie', 'a=2; Path=/')\n"
        "req.headers_out.add('Link', '<a>')\nreq.headers_out.add('Link', '<b>')\n"
        "%>teapot"
    )
    answer = client.get("/shop/page.psp")
    assert (answer.status_code, answer.reason_phrase) == (418, "I'm a Teapot")
    sent = [cookie.output(header="") for cookie in answer.cookies.values()]
    assert sent == [" a=b[c]; Path=/shop/; SameSite=Lax", " a=2; Path=/"]
    assert answer["Link"] == "<a>, <b>"
    answer.set_cookie("a", "of Django")
    assert answer.cookies["a"].output(header="").startswith(' a="of Django"')


def test_sessions(pages: Path, client: Client) -> None:
    (pages / "n.psp").write_text(
        "<% session['n'] = session.get('n', 0) + 1 %><%= session['n'] %>"
    )
    assert [client.get("/shop/n.psp").text for _ in range(3)] == ["1", "2", "3"]


def test_files_and_pages_that_flush(pages: Path, client: Client) -> None:
    (pages / "note.txt").write_text("0123456789" * 20_000)
    (pages / "slow.psp").write_text("one <% req.flush() %>two")
    whole = client.get("/shop/note.txt")
    assert whole.streaming and len(whole.getvalue()) == 200_000
    part = client.get("/shop/note.txt", HTTP_RANGE="bytes=3-5")
    assert (part.status_code, part.getvalue()) == (206, b"345")
    assert client.get("/shop/slow.psp").getvalue() == b"one two"
    assert client.head("/shop/note.txt")["Content-Length"] == "200000"


def test_errors_are_told_to_nobody(pages: Path, client: Client) -> None:
    (pages / "fail.psp").write_text("<%= nothing %>")
    answer = client.get("/shop/fail.psp")
    assert answer.status_code == 500 and "nothing" not in answer.text


def test_who_is_logged_in_is_known(pages: Path, view: View) -> None:
    (pages / "who.psp").write_text("<%= req.user or 'nobody' %>")
    request = RequestFactory().get("/who.psp")
    request.user = SimpleNamespace(is_authenticated=True, get_username=lambda: "ada")
    assert text_of(view(request, "who.psp")) == "nobody"  # no session of Django's
    request.COOKIES["sessionid"] = "x"
    assert text_of(view(request, "who.psp")) == "ada"
    request.user.is_authenticated = False
    assert text_of(view(request, "who.psp")) == "nobody"


def test_under_asgi(pages: Path, view: View) -> None:
    (pages / "form.psp").write_text("<%= req.uri %> <%= form['a'] %>")
    (pages / "note.txt").write_text("note")
    asked = AsyncRequestFactory()
    request = asked.post(
        "/shop/form.psp", "a=b", content_type="application/x-www-form-urlencoded"
    )
    assert isinstance(request, ASGIRequest)
    assert text_of(view(request, "form.psp")) == "/shop/form.psp b"
    answer = view(asked.get("/shop/note.txt"), "note.txt")
    assert not answer.streaming and text_of(answer) == "note"


def test_a_project_under_asgi(pages: Path, view: View, configure: Configure) -> None:
    from django.test import AsyncClient

    (pages / "page.psp").write_text(WHERE)
    configure(ROOT_URLCONF=(path("<path:path>", view),))

    async def ask() -> str:
        return (await AsyncClient().get("/page.psp/e?a=b")).text  # type: ignore[no-any-return]

    assert run(ask()) == "/page.psp/e /e a=b b"


def test_at_one_page(pages: Path, view: View) -> None:
    (pages / "index.psp").write_text("<%= req.uri %>")
    request: HttpRequest = RequestFactory().get("/shop/")
    assert text_of(view(request)) == "/shop/"
