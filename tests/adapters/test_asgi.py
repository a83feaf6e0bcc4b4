"""ASGIApplication, asked in process as a server asks it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from psp import ASGIApplication
from psp.adapters.asgi import Message, Scope

Write = Callable[..., ASGIApplication]


@pytest.fixture
def site(tmp_path: Path) -> Write:
    """Makes an application of one page, ``/page.psp``."""

    def write(page: str, **options: Any) -> ASGIApplication:
        (tmp_path / "page.psp").write_text(page)
        return ASGIApplication(tmp_path, reload_interval=0, **options)

    return write


class Visit:
    """One request, and what the application has sent for it."""

    def __init__(self, *pieces: bytes, **scope: Any):
        headers = {"content-length": str(sum(map(len, pieces)))} if pieces else {}
        headers |= scope.pop("headers", {})
        self.scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST" if pieces else "GET",
            "path": "/page.psp",
            "query_string": b"",
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            **scope,
        }
        self.sent: list[Message] = []
        self.left = asyncio.Event()
        self._pieces = list(pieces) or [b""]

    async def receive(self) -> Message:
        if not self._pieces:
            await self.left.wait()
            return {"type": "http.disconnect"}
        body = self._pieces.pop(0)
        more = bool(self._pieces)
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def run(self, application: ASGIApplication) -> Visit:
        await application(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


def ask(application: ASGIApplication, *pieces: bytes, **scope: Any) -> Visit:
    async def run() -> Visit:
        return await Visit(*pieces, **scope).run(application)

    return asyncio.run(run())


FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_a_page_goes_out_in_one_piece(site: Write) -> None:
    visit = ask(site("<%= req.method %>"), headers={"x_a": "1", "proxy": "2"})
    assert (visit.status, visit.body, len(visit.sent)) == (200, b"GET", 2)
    assert visit.headers[b"content-length"] == b"3"


def test_what_a_page_is_told(site: Write) -> None:
    page = (
        "<%= req.path_info %> <%= req.args %> <%= req.unparsed_uri %>"
        " <%= req.headers_in.items() %> <%= req.useragent_ip %>"
    )
    visit = ask(
        site("<%@ page escape='none' %>" + page),
        path="/page.psp/é/a b",
        raw_path=b"/page.psp/%C3%A9/a%20b",
        query_string=b"q=%20",
        client=("192.0.2.7", 4711),
        headers={"host": "h", "x-a-b": "1", "x_a_b": "2", "proxy": "3"},
    )
    uri = "/page.psp/%C3%A9/a%20b?q=%20"
    headers = "[('Host', 'h'), ('X-A-B', '1')]"
    assert visit.body.decode() == f"/é/a b q=%20 {uri} {headers} 192.0.2.7"


def test_cookies_that_came_in_pieces_are_one_header(site: Write) -> None:
    application = site("<%= req.headers_in['Cookie'] %>")

    async def run() -> bytes:
        visit = Visit()
        visit.scope["headers"] = [(b"cookie", b"a=1"), (b"cookie", b"b=2")]
        return (await visit.run(application)).body

    assert asyncio.run(run()) == b"a=1; b=2"


def test_an_application_below_a_path(site: Write) -> None:
    visit = ask(site("<%= req.path_info %>"), root_path="/at", path="/at/page.psp/x")
    assert visit.body == b"/x"


def test_forms_are_read_from_pieces(site: Write) -> None:
    page = "<%= form['a'].value %>"
    assert ask(site(page), b"a=", b"", b"12", b"3", headers=FORM).body == b"123"


@pytest.mark.parametrize("length", ["x", "-1"])
def test_a_length_that_is_none_is_refused(site: Write, length: str) -> None:
    assert ask(site("there"), headers={"content-length": length}).status == 400


def test_lines_of_a_body(site: Write) -> None:
    page = "<%= [req.readline(), req.readline(4), req.read()] %>"
    visit = ask(
        site("<%@ page escape='none' %>" + page), b"on", b"e\ntwo", b"\n3456\n7"
    )
    assert visit.body == rb"[b'one\n', b'two\n', b'3456\n7']"


def test_files_and_errors(site: Write, tmp_path: Path) -> None:
    application = site("<%= 1 / 0 %>")
    (tmp_path / "style.css").write_text("b {}\n" * 50_000)
    assert ask(application, path="/style.css").body == b"b {}\n" * 50_000
    assert ask(application, path="/nothing").status == 404
    assert ask(application).status == 500
    assert ask(application, path="/style.css", method="HEAD").body == b""


def test_what_is_flushed_goes_out_at_once(site: Write) -> None:
    page = "one<% req.flush() %>two<% req.flush() %>three"
    visit = ask(site(page))
    bodies = [message["body"] for message in visit.sent[1:]]
    assert bodies == [b"one", b"two", b"three"]
    assert [m["more_body"] for m in visit.sent[1:-1]] == [True, True]
    assert not visit.sent[-1].get("more_body")


def test_a_page_that_fails_after_its_headers_cuts_the_answer(site: Write) -> None:
    async def run() -> Visit:
        visit = Visit()
        with pytest.raises(Exception, match="after headers were sent"):
            await visit.run(site("one<% req.flush() %><%= 1 / 0 %>"))
        return visit

    assert [m.get("more_body") for m in asyncio.run(run()).sent] == [None, True]


NATIVE = """<% import asyncio
loop = id(asyncio.get_running_loop())
await asyncio.sleep(0)
%><%= loop %> <%= form.getfirst("a") %> <% req.flush()
await asyncio.sleep(0)
%>end"""


def test_pages_that_await_run_on_the_loop_of_the_server(site: Write) -> None:
    async def run() -> None:
        visit = await Visit(b"a=", b"1", headers=FORM).run(site(NATIVE))
        loop = id(asyncio.get_running_loop())
        assert visit.body.decode().rstrip() == f"{loop} 1 end"
        assert len(visit.sent) == 3

    asyncio.run(run())


def test_pages_that_await_take_up_no_thread(site: Write) -> None:
    page = """<%! count = [] %><% import asyncio
count.append(1)
while len(count) < 20: await asyncio.sleep(0)
#
%>there"""
    application = site(page, server={"threads": 1})

    async def run() -> list[bytes]:
        visits = (Visit().run(application) for _ in range(20))
        return [visit.body for visit in await asyncio.gather(*visits)]

    assert asyncio.run(asyncio.wait_for(run(), 20)) == [b"there"] * 20


@pytest.mark.parametrize(
    ("code", "status"), [("raise SystemExit", 500), ("psp.redirect('/')", 302)]
)
def test_whatever_an_awaiting_page_raises_the_loop_goes_on(
    site: Write, code: str, status: int
) -> None:
    page = f"<% import asyncio\nawait asyncio.sleep(0)\n{code} %>"
    assert ask(site(page)).status == status


def test_a_page_that_awaits_cannot_include_another(
    site: Write, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    awaits = "<% import asyncio\nawait asyncio.sleep(0) %>"
    (tmp_path / "part.psp").write_text(awaits)
    assert ask(site(awaits + "<% psp.include('part.psp') %>")).status == 500
    assert "cannot include another that does" in caplog.text


def test_a_visitor_who_leaves_ends_a_stream(site: Write) -> None:
    application = site("<% while True: %>x<% req.flush() %><% end %>")

    async def run() -> None:
        visit = Visit()
        task = asyncio.ensure_future(visit.run(application))
        while len(visit.sent) < 3:
            await asyncio.sleep(0.001)
        visit.left.set()
        with pytest.raises(Exception, match="after headers were sent"):
            await task

    asyncio.run(asyncio.wait_for(run(), 20))


def test_a_program_is_heard_piece_by_piece_until_the_visitor_leaves(
    tmp_path: Path,
) -> None:
    program = tmp_path / "a.cgi"
    program.write_text(
        "#!/bin/sh\necho 'Content-Type: text/plain'\necho\necho one\nread line < gate\n"
        "while :; do echo more; done\n"
    )
    program.chmod(0o755)
    os.mkfifo(tmp_path / "gate")
    application = ASGIApplication(tmp_path, cgi={"extensions": [".cgi"]})

    async def run() -> bytes:
        visit = Visit(path="/a.cgi")
        running = asyncio.create_task(visit.run(application))
        while not visit.body:
            await asyncio.sleep(0.01)
        first = visit.body
        gate = os.open(tmp_path / "gate", os.O_RDWR)  # so that it waits for nobody
        os.write(gate, b"go\n")
        while b"more" not in visit.body:
            await asyncio.sleep(0.01)
        os.close(gate)
        visit.left.set()
        await running
        return first

    assert asyncio.run(asyncio.wait_for(run(), 20)) == b"one\n"


def test_a_request_that_the_server_gives_up(site: Write) -> None:
    application = site("<% while True: %>x<% req.flush() %><% end %>")

    async def run() -> None:
        visit = Visit()
        task = asyncio.ensure_future(visit.run(application))
        while len(visit.sent) < 3:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(run(), 20))
    application._threads.shutdown()  # its thread has ended


def has_no_threads(application: ASGIApplication) -> bool:
    """Whether all threads of *application* have ended, once it is told to stop."""
    application._threads.shutdown(wait=False)
    for thread in application._threads._threads:
        thread.join(30)
    return not any(thread.is_alive() for thread in application._threads._threads)


@pytest.mark.parametrize(
    "page", ["x<% req.flush() %>", "<%= req.read() %>"], ids=["sends", "reads"]
)
def test_a_request_that_is_given_up_while_the_visitor_does_nothing(
    site: Write, page: str
) -> None:
    application = site(page)

    class Silent(Visit):
        def __init__(self) -> None:
            super().__init__(b"1", b"2")
            self.waits = asyncio.Event()

        async def receive(self) -> Message:
            self.waits.set()
            await asyncio.Event().wait()
            return {}

        async def send(self, message: Message) -> None:
            await self.receive()

    async def run() -> None:
        visit = Silent()
        task = asyncio.ensure_future(visit.run(application))
        await visit.waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(run(), 30))
    assert has_no_threads(application)


@pytest.mark.parametrize("headers", [{}, {"content-length": "200000"}])
def test_a_page_that_awaits_takes_in_no_more_than_the_limit(
    site: Write, headers: dict[str, str]
) -> None:
    page = "<% import asyncio\nawait asyncio.sleep(0) %><%= len(req.read()) %>"
    application = site(page, limits={"body_bytes": 1000})
    pieces = [b"x" * 500] * 400

    async def run(visit: Visit) -> Visit:
        visit.scope["headers"] = [(k.encode(), v.encode()) for k, v in headers.items()]
        return await visit.run(application)

    visit = Visit(*pieces)
    asyncio.run(run(visit))
    assert visit.status == 413
    assert len(visit._pieces) >= 390  # one or two more are taken to see him leave


def test_who_reads_past_what_was_taken_in_is_told(site: Write) -> None:
    page = """<% import asyncio
await asyncio.sleep(0)
from psp.http.forms import FieldStorage
from psp.http.limits import Limits
%><%= len(FieldStorage(req, limits=Limits(body_bytes=10_000))) %>"""
    application = site(page, limits={"body_bytes": 1000})
    assert ask(application, b"a=" + b"x" * 4000, headers=FORM).status == 413


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("<%! raise SystemExit %>", 500),
        ("<% import sys; req.register_cleanup(sys.exit) %>", 200),
    ],
)
def test_what_ends_a_program_ends_no_server(
    site: Write, page: str, status: int
) -> None:
    assert ask(site(page)).status == status


def messages(*types: str) -> Callable[[], Any]:
    async def each() -> AsyncIterator[Message]:
        for name in types:
            yield {"type": name}

    iterator = each()
    return lambda: anext(iterator)


def told(application: ASGIApplication, scope: str, types: Iterable[str]) -> list[str]:
    sent: list[str] = []

    async def send(message: Message) -> None:
        sent.append(message["type"])

    asyncio.run(application({"type": scope}, messages(*types), send))
    return sent


def test_lifespan(site: Write) -> None:
    types = ("lifespan.startup", "lifespan.shutdown")
    complete = [f"{name}.complete" for name in types]
    assert told(site("there"), "lifespan", types) == complete


def test_there_are_no_web_sockets(site: Write) -> None:
    assert told(site(""), "websocket", ["websocket.connect"]) == ["websocket.close"]
    with pytest.raises(ValueError, match="no ASGI scope"):
        told(site(""), "other", [])
