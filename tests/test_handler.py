"""PageHandler through WSGI: how pages answer, end themselves and fail."""

from __future__ import annotations

import gc
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from psp import WSGIApplication
from psp.errors import ResponseCut


class Answer:
    """What came back from one request."""

    def __init__(self, application: Any, path: str, **changes: Any):
        self.status, self.headers, self.sent = "", [], []
        body = changes.pop("body", b"")
        path, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            **changes,
        }
        result = application(environ, self.start)
        try:
            self.sent.extend(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        self.body = b"".join(self.sent)
        self.text = self.body.decode("utf-8", "replace")

    def start(self, status: str, headers: list[tuple[str, str]]) -> Any:
        assert not self.status, "headers go out once"
        self.status, self.headers = status, headers
        return self.sent.append

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Site:
    """A document root and the applications over it."""

    def __init__(self, root: Path):
        self.root = root

    def page(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def get(self, path: str, settings: dict[str, Any] | None = None, **changes: Any):
        application = WSGIApplication(self.root, **(settings or {}))
        return Answer(application, path, **changes)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.ERROR, "psp")
    yield


def test_a_page(site: Site) -> None:
    site.page("a.psp", "<p><%= req.method %> <%= req.path_info %> <%= req.args %></p>")
    answer = site.get("/a.psp/more?x=1")
    assert answer.status == "200 OK"
    assert answer.text == "<p>GET /more x=1</p>"
    assert answer.header("Content-Type") == ["text/html; charset=utf-8"]
    assert answer.header("Content-Length") == [str(len(answer.body))]
    assert answer.header("X-Content-Type-Options") == ["nosniff"]


def test_head_has_the_headers_and_no_body(site: Site) -> None:
    site.page("a.psp", "12345")
    answer = site.get("/a.psp", REQUEST_METHOD="HEAD")
    assert answer.header("Content-Length") == ["5"] and answer.body == b""


def test_methods_that_pages_do_not_answer(site: Site) -> None:
    site.page("a.psp", "x")
    answer = site.get("/a.psp", REQUEST_METHOD="DELETE")
    assert answer.status.startswith("405")
    assert answer.header("Allow") == ["GET, HEAD, POST"]


def test_missing_pages_and_private_ones_look_alike(site: Site) -> None:
    site.page("_part.psp", "secret")
    site.page(".hidden.psp", "secret")
    texts = {site.get(p).text for p in ("/no.psp", "/_part.psp", "/.hidden.psp")}
    assert len(texts) == 1 and "secret" not in texts.pop()


def test_folders(site: Site) -> None:
    site.page("sub/index.psp", "in sub")
    assert site.get("/sub/").text == "in sub"
    answer = site.get("/sub?a=b")
    assert answer.status.startswith("301") and answer.header("Location") == [
        "/sub/?a=b"
    ]


def test_static_neighbours(site: Site) -> None:
    site.page("a.txt", "0123456789")
    answer = site.get("/a.txt", HTTP_RANGE="bytes=2-4")
    assert answer.status.startswith("206") and answer.text == "234"
    [etag] = answer.header("ETag")
    assert site.get("/a.txt", HTTP_IF_NONE_MATCH=etag).status.startswith("304")


def test_streaming_keeps_order_and_sends_headers_first(site: Site) -> None:
    site.page("a.psp", "a<% req.write('b'); psp.flush() %>c")
    answer = site.get("/a.psp")
    assert answer.sent == [b"ab", b"c"] and answer.header("Content-Length") == []


def test_headers_can_change_until_the_buffer_is_full(site: Site) -> None:
    site.page("a.psp", "x" * 1000 + "<% req.headers_out['X-Late'] = 'yes' %>")
    assert site.get("/a.psp").header("X-Late") == ["yes"]


def test_redirect_drops_what_was_written(site: Site) -> None:
    site.page("a.psp", "before <% psp.redirect('/b?x=<1>') %> after")
    answer = site.get("/a.psp")
    assert answer.status == "302 Found" and answer.header("Location") == ["/b?x=<1>"]
    assert "before" not in answer.text and "&lt;1&gt;" in answer.text


@pytest.mark.parametrize("target", ["/a\\r\\nX: y", "/\\0"])
def test_redirect_refuses_control_characters(site: Site, target: str) -> None:
    site.page("a.psp", f"<% psp.redirect('{target}') %>")
    answer = site.get("/a.psp")
    assert answer.status.startswith("500") and answer.header("X") == []


def test_pages_can_end_with_a_status(site: Site) -> None:
    site.page("a.psp", "x<% from psp import HTTPError %><% raise HTTPError(410) %>")
    answer = site.get("/a.psp")
    assert answer.status == "410 Gone" and not answer.text.startswith("x")


def test_production_tells_visitors_nothing(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.page("a.psp", "seen<% secret = 'hush' %><%= 1 / 0 %>")
    answer = site.get("/a.psp")
    assert answer.status.startswith("500")
    for word in ("seen", "hush", "ZeroDivision", "a.psp", "Traceback"):
        assert word not in answer.text
    trace = [r.getMessage() for r in caplog.records]
    assert any("ZeroDivisionError" in line for line in trace)
    assert all("\n" not in line for line in trace)
    request_id = trace[0][1 : trace[0].index("]")]
    assert request_id in answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"REMOTE_ADDR": "192.0.2.1"},
        {"HTTP_HOST": "example.org"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    ],
)
def test_details_are_for_developers_at_this_machine(
    site: Site, changes: dict[str, str]
) -> None:
    site.page("a.psp", "<%= 1 / 0 %>")
    settings = {"development": True}
    assert "ZeroDivisionError" in site.get("/a.psp", settings).text
    assert "ZeroDivisionError" not in site.get("/a.psp", settings, **changes).text


def test_pages_that_do_not_compile(site: Site) -> None:
    site.page("a.psp", "<p>\n<%= 1 + %>")
    answer = site.get("/a.psp", {"development": True})
    assert answer.status.startswith("500")
    assert "line 2" in answer.text and "invalid syntax" in answer.text
    assert "1 +" not in site.get("/a.psp").text


def test_a_failure_after_the_headers_cuts_the_response(site: Site) -> None:
    from psp.errors import ResponseCut

    site.page("a.psp", "start<% psp.flush() %><%= 1 / 0 %>")
    with pytest.raises(ResponseCut):
        site.get("/a.psp")


def test_error_page(site: Site) -> None:
    site.page("a.psp", "<% psp.set_error_page('/sorry.psp') %>gone<%= 1 / 0 %>")
    site.page("sorry.psp", "sorry: <%= exception[1] %>")
    answer = site.get("/a.psp")
    assert answer.status.startswith("500") and answer.text == "sorry: division by zero"


def test_error_page_that_fails(site: Site) -> None:
    site.page("a.psp", "<% psp.set_error_page('sorry.psp') %><%= 1 / 0 %>")
    site.page("sorry.psp", "<%= missing %>")
    answer = site.get("/a.psp")
    assert answer.status.startswith("500") and "missing" not in answer.text


def test_error_page_that_is_missing(site: Site) -> None:
    site.page("a.psp", "<% psp.set_error_page('no.psp') %>x")
    assert site.get("/a.psp").status.startswith("500")


def test_sessions_are_made_when_used_and_kept_when_the_page_ends_well(
    site: Site,
) -> None:
    site.page(
        "a.psp",
        "<% n = session.get('n', 0) + 1 %><% session['n'] = n %><%= n %>"
        "<% if form.getfirst('fail'): %><%= 1 / 0 %><% end %>"
        "<% if form.getfirst('go'): %><% psp.redirect('/') %><% end %>",
    )
    site.page("b.psp", "<% if False: %><%= session %><% end %>quiet")
    application = WSGIApplication(site.root)
    first = Answer(application, "/a.psp")
    [cookie] = first.header("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert first.header("Cache-Control") == ["no-store"]
    sent = {"HTTP_COOKIE": cookie.partition(";")[0]}
    assert Answer(application, "/a.psp", **sent).text == "2"
    assert Answer(application, "/a.psp?fail=1", **sent).status.startswith("500")
    assert Answer(application, "/a.psp?go=1", **sent).status.startswith("302")
    assert Answer(application, "/a.psp", **sent).text == "4"
    assert Answer(application, "/a.psp?fail=1").header("Set-Cookie") == []
    quiet = Answer(application, "/b.psp")
    assert quiet.text == "quiet" and quiet.header("Set-Cookie") == []


def test_a_request_with_a_session_leaves_nothing_to_collect(site: Site) -> None:
    site.page("page.psp", "<% session['n'] = 1 %>")
    application = WSGIApplication(site.root)
    Answer(application, "/page.psp")
    gc.collect()
    gc.disable()
    try:
        assert Answer(application, "/page.psp").status == "200 OK"
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_ids_that_we_did_not_make_are_not_adopted(site: Site) -> None:
    site.page("a.psp", "<% session['x'] = 1 %><%= session.id() %>")
    chosen = "0123456789abcdef" * 2
    answer = site.get("/a.psp", HTTP_COOKIE=f"pysid={chosen}")
    assert answer.status.startswith("200") and answer.text != chosen


def test_forms(site: Site) -> None:
    site.page("a.psp", "<%= ', '.join(form.getlist('a')) %> <%= 'b' in form %>")
    answer = site.get(
        "/a.psp?a=1",
        REQUEST_METHOD="POST",
        CONTENT_TYPE="application/x-www-form-urlencoded",
        body=b"a=%C3%BC&b=",
    )
    assert answer.text == "1, ü True"


def test_bodies_over_the_limit(site: Site) -> None:
    site.page("a.psp", "<%= form.getfirst('a') %>")
    answer = site.get(
        "/a.psp",
        {"limits": {"body_bytes": 1000}},
        REQUEST_METHOD="POST",
        CONTENT_TYPE="application/x-www-form-urlencoded",
        body=b"a=" + b"x" * 2000,
    )
    assert answer.status.startswith("413")


@pytest.mark.parametrize(
    "path",
    ["/../a.psp", "/%2e%2e/a.psp", "//a.psp", "/a.psp\0", "/a\\b.psp", "a.psp", "/~a"],
)
def test_strange_paths(site: Site, path: str) -> None:
    site.page("a.psp", "x")
    assert site.get(path).status[:3] in ("400", "404")


def test_cleanups_run_when_the_response_is_over(site: Site) -> None:
    site.page(
        "a.psp", "<% import builtins %><% req.register_cleanup(done.append, 1) %>x"
    )
    done: list[int] = []
    application = WSGIApplication(site.root)
    application.handler.engine.names["done"] = done
    assert Answer(application, "/a.psp").text == "x" and done == [1]


def test_what_pages_include_sees_the_request(site: Site) -> None:
    site.page("a.psp", "<% psp.include('b.psp', x=2) %>")
    site.page("b.psp", "<%= req.method %><%= x %>")
    assert site.get("/a.psp").text == "GET2"


def test_pages_that_await(site: Site) -> None:
    site.page("a.psp", "<% import asyncio %>a<% await asyncio.sleep(0) %>b")
    assert site.get("/a.psp").text == "ab"


def test_reload(site: Site) -> None:
    site.page("a.psp", "<%@ include file='b.psp' %>")
    site.page("b.psp", "one")
    application = WSGIApplication(site.root, reload_interval=0)
    assert Answer(application, "/a.psp").text == "one"
    site.page("b.psp", "two and more")
    assert Answer(application, "/a.psp").text == "two and more"


def test_a_session_that_cannot_be_kept_is_not_answered_as_if_it_were(
    site: Site,
) -> None:
    from psp.errors import LockTimeout, ResponseCut, SessionError

    site.page("a.psp", "<% session['x'] = 1 %><%= form.getfirst('f') %>")
    site.page("b.psp", "<% session['x'] = 2 %><% psp.flush() %>")
    application = WSGIApplication(site.root)
    store = application.handler.sessions
    for error, status in ((SessionError("full"), "500"), (LockTimeout("busy"), "503")):

        def fail(*words: object, error: Exception = error) -> None:
            raise error

        store.save = fail  # type: ignore[method-assign, assignment]
        assert Answer(application, "/a.psp").status.startswith(status)
    with pytest.raises(ResponseCut):
        Answer(application, "/b.psp")


class TestNamesOfOtherPages:
    """A layout or an included page has the names that it mentions itself."""

    LAYOUT = (
        "<% for one in session.flashes(): %>[<%= one.kind %>: <%= one.text %>]"
        "<% end %><%= psp.content() %>"
    )

    def test_a_layout_shows_messages(self, site: Site) -> None:
        site.page("base.psp", self.LAYOUT)
        site.page("do.psp", "<% session.flash('<Saved>', 'good'); psp.redirect('/') %>")
        site.page("page.psp", '<%@ layout file="base.psp" %>page')
        application = WSGIApplication(site.root)
        first = Answer(application, "/do.psp")
        assert first.status == "302 Found"
        cookie = first.header("Set-Cookie")[0].partition(";")[0]
        shown = [Answer(application, "/page.psp", HTTP_COOKIE=cookie) for _ in "12"]
        assert [answer.text for answer in shown] == [
            "[good: &lt;Saved&gt;]page",
            "page",
        ]
        assert shown[0].header("Cache-Control") == ["no-store"]
        assert shown[0].header("Vary") == ["Cookie"]

    def test_an_included_page_has_form_and_session(self, site: Site) -> None:
        site.page("part.psp", "<%= form['x'] %><%= session.is_new() %>")
        site.page("page.psp", "<% psp.include('part.psp') %>")
        assert site.get("/page.psp?x=1").text == "1True"

    def test_a_session_that_comes_too_late_is_not_lost_in_silence(
        self, site: Site
    ) -> None:
        site.page("part.psp", "<% session['a'] = 1 %>")
        site.page("page.psp", "x<% psp.flush(); psp.include('part.psp') %>")
        with pytest.raises(ResponseCut):
            site.get("/page.psp")

    def test_what_the_page_calls_so_itself_wins(self, site: Site) -> None:
        site.page("base.psp", "<%= session %>, <%= psp.content() %>")
        site.page("page.psp", '<%@ layout file="base.psp" %><% session = 5 %>page')
        answer = site.get("/page.psp")
        assert answer.text == "5, page"
        assert not answer.header("Set-Cookie")


class TestSessionModes:
    def test_none_is_an_error_where_it_is_used(self, site: Site) -> None:
        site.page("a.psp", '<%@ page session="none" %><% session["a"] = 1 %>')
        answer = site.get("/a.psp", {"development": True})
        assert answer.status.startswith("500")
        assert (
            "session=&#34;none&#34;" in answer.text or "has no session" in answer.text
        )

    def test_none_leaves_the_name_to_the_page(self, site: Site) -> None:
        text = '<%@ page session="none" %><% session = "mine" %><%= session %>'
        site.page("a.psp", text)
        answer = site.get("/a.psp", HTTP_COOKIE="pysid=" + "a" * 32)
        assert answer.text == "mine"
        assert not answer.header("Vary") and not answer.header("Cache-Control")

    def test_reading_sends_no_cookie(self, site: Site) -> None:
        site.page("a.psp", '<%@ page session="read" %><%= session.get("a") or "-" %>')
        answer = site.get("/a.psp")
        assert answer.text == "-" and not answer.header("Set-Cookie")
        assert answer.header("Cache-Control") == ["no-store"]

    def test_a_change_that_would_be_lost_is_an_error(self, site: Site) -> None:
        site.page("a.psp", '<%@ page session="read" %><% session["a"] = 1 %>')
        assert site.get("/a.psp").status.startswith("500")

    def test_write_opens_the_session_of_a_page_that_never_says_so(
        self, site: Site
    ) -> None:
        site.page("a.psp", '<%@ page session="write" %>x')
        answer = site.get("/a.psp")
        assert answer.header("Vary") == ["Cookie"] and not answer.header("Set-Cookie")

    @pytest.mark.parametrize(
        ("settings", "scheme", "start", "flags"),
        [
            ({}, "http", "pysid=", "; Path=/; SameSite=Lax; HttpOnly"),
            ({}, "https", "pysid=", "; Path=/; Secure; SameSite=Lax; HttpOnly"),
            (
                {"session": {"host_only": True}},
                "https",
                "__Host-pysid=",
                "; Path=/; Secure; SameSite=Lax; HttpOnly",
            ),
            (
                {"session": {"same_site": "strict", "http_only": False}},
                "http",
                "pysid=",
                "; Path=/; SameSite=Strict",
            ),
            ({"dialect": "mod_python"}, "http", "pysid=", "; path=/"),
            (
                {
                    "dialect": "mod_python",
                    "session": {"same_site": "lax", "http_only": True},
                },
                "http",
                "pysid=",
                "; path=/; samesite=Lax; httponly",
            ),
        ],
    )
    def test_flags_of_the_cookie(
        self, site: Site, settings: dict[str, Any], scheme: str, start: str, flags: str
    ) -> None:
        site.page("a.psp", "<% session['a'] = 1 %>")
        answer = site.get("/a.psp", settings, **{"wsgi.url_scheme": scheme})
        (cookie,) = answer.header("Set-Cookie")
        assert cookie.startswith(start) and cookie[len(start) + 32 :] == flags
