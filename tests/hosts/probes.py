"""The probes: what every host has to do with the pages of ``site/``."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote, urlencode

from .client import VISITOR, Client, Reply, open_reply, read_reply

Probe = Callable[[Client], object]

PROBES: dict[str, Probe] = {}
FORM = ("Content-Type", "application/x-www-form-urlencoded")
_numbers = itertools.count(os.getpid() * 1000)


class NotPossible(Exception):
    """The host cannot do it, and says so; the text is the reason."""


def probe(function: Probe) -> Probe:
    """Add *function* to the probes, named as it is."""
    PROBES[function.__name__.replace("_", "-")] = function
    return function


def header(pairs: list[list[str]], name: str) -> str | None:
    """The value that a page sees."""
    found = [value for key, value in pairs if key.lower() == name.lower()]
    return ", ".join(found) if found else None


# What is asked for


@probe
def get(client: Client) -> None:
    told = client.get("/echo.psp").json()
    assert (told["method"], told["path_info"], told["args"]) == ("GET", "", None)
    assert told["filename"] == "echo.psp"
    assert not told["https"]


@probe
def path_info(client: Client) -> None:
    told = client.get("/echo.psp/a/b").json()
    assert told["path_info"] == "/a/b"
    assert told["filename"] == "echo.psp"


@probe
def path_in_utf8(client: Client) -> None:
    told = client.get("/echo.psp/" + quote("Grüße/λ")).json()
    assert told["path_info"] == "/Grüße/λ"


@probe
def path_decoded_once(client: Client) -> None:
    assert client.get("/echo.psp/a%2520b+c;d").json()["path_info"] == "/a%20b+c;d"


@probe
def page_in_utf8(client: Client) -> None:
    assert client.get("/caf%C3%A9.psp").text == "café"


@probe
def query_in_utf8(client: Client) -> None:
    query = urlencode({"name": "Grüße λ", "a": "1&2=3"})
    assert client.get(f"/echo.psp?{query}").json()["args"] == query
    fields = client.get(f"/form.psp?{query}").json()
    assert fields == [["name", "Grüße λ"], ["a", "1&2=3"]]


@probe
def long_query(client: Client) -> None:
    query = "q=" + "x" * 6000
    assert client.get(f"/echo.psp?{query}").json()["args"] == query


@probe
def folder(client: Client) -> None:
    moved = client.get("/folder?a=b")
    assert moved.status in (301, 302, 308)
    location = moved.one("location").removeprefix(f"http://{client.host}")
    assert location == f"{client.prefix}/folder/?a=b", location
    assert client.get("/folder/").text == "folder"


@probe
def host_name(client: Client) -> None:
    told = client.get("/echo.psp").json()
    assert told["host"].partition(":")[0] == "localhost"


@probe
def visitors_address(client: Client) -> None:
    address = client.get("/echo.psp").json()["address"]
    assert address == VISITOR


@probe
def old_http(client: Client) -> None:
    with client.connect() as connection:
        request = f"GET {client.prefix}/echo.psp HTTP/1.0\r\nHost: localhost\r\n\r\n"
        connection.sendall(request.encode())
        assert read_reply(connection).json()["method"] == "GET"


@probe
def two_on_a_connection(client: Client) -> None:
    replies = client.several(("GET", "/echo.psp/1"), ("GET", "/echo.psp/2"))
    assert [reply.json()["path_info"] for reply in replies] == ["/1", "/2"]


# Bodies


@probe
def form_post(client: Client) -> None:
    body = urlencode({"name": "Grüße", "empty": "", "b": "a+b"}).encode()
    fields = client.post("/form.psp?q=1", body, FORM).json()
    assert sorted(fields) == [
        ["b", "a+b"],
        ["empty", ""],
        ["name", "Grüße"],
        ["q", "1"],
    ]


@probe
def empty_post(client: Client) -> None:
    assert client.post("/form.psp", b"", FORM).json() == []


@probe
def upload(client: Client) -> None:
    data = bytes(range(256)) * 12_288  # 3 MiB
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a b.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n--x--\r\n"
    )
    kind = ("Content-Type", "multipart/form-data; boundary=x")
    told = client.post("/upload.psp", body, kind).text
    assert told == f"{len(data)} a b.bin {sha256(data).hexdigest()}", told


@probe
def unread_body(client: Client) -> None:
    assert client.post("/echo.psp", b"x" * 200_000).json()["method"] == "POST"


@probe
def too_large(client: Client) -> None:
    reply = client.post("/form.psp", b"x" * 17_000_000, FORM)
    assert reply.status == 413, f"{reply.status}: {reply.text[:100]}"


def chunked(client: Client, path: str, *headers: tuple[str, str]) -> Reply:
    body = b"5\r\nname=\r\n3\r\nAda\r\n0\r\n\r\n"
    pairs = [("Transfer-Encoding", "chunked"), *headers]
    return client.send("POST", path, pairs, body)


@probe
def chunked_post(client: Client) -> None:
    reply = chunked(client, "/form.psp", FORM)
    if reply.status in (411, 413, 501):
        raise NotPossible(f"chunked bodies are refused with {reply.status}")
    assert reply.json() == [["name", "Ada"]]


@probe
def bad_lengths(client: Client) -> None:
    for length in ("-1", "1x", "+3"):
        pairs = [FORM, ("Content-Length", length)]
        try:
            reply = client.send("POST", "/form.psp", pairs, b"a=b")
        except ConnectionError:
            continue
        assert 400 <= reply.status < 500, f"{length}: {reply.status}"


# Headers


@probe
def headers_arrive(client: Client) -> None:
    value = "x" * 4000
    told = client.get("/echo.psp", ("X-Long", value), ("X-Two", "a, b")).json()
    assert header(told["headers"], "X-Long") == value
    assert header(told["headers"], "X-Two") == "a, b"


@probe
def authorization(client: Client) -> None:
    told = client.get("/echo.psp", ("Authorization", "Bearer token")).json()
    assert header(told["headers"], "Authorization") == "Bearer token"


@probe
def proxy_header(client: Client) -> None:
    told = client.get("/echo.psp", ("Proxy", "http://evil/")).json()
    assert "http://evil/" not in str(told["headers"])
    assert "HTTP_PROXY" not in told["variables"]


@probe
def underscores(client: Client) -> None:
    pairs = [("X-A-B", "real"), ("X_A_B", "forged")]
    for order in (pairs, pairs[::-1]):
        reply = client.get("/echo.psp", *order)
        if reply.status == 400:
            raise NotPossible("refuses names with underscores")
        assert header(reply.json()["headers"], "X-A-B") == "real"


@probe
def forged_alone(client: Client) -> None:
    reply = client.get("/echo.psp", ("X_Forwarded_For", "forged"))
    if reply.status != 400:
        assert header(reply.json()["headers"], "X-Forwarded-For") != "forged"


@probe
def cookies(client: Client) -> None:
    found = client.get("/cookies.psp").all("set-cookie")
    assert found == ["first=1; Path=/", "second=2; Path=/; HttpOnly"]


@probe
def session(client: Client) -> None:
    first = client.get("/count.psp")
    cookie = ("Cookie", first.one("set-cookie").partition(";")[0])
    counts = [first.text, *(client.get("/count.psp", cookie).text for _ in range(4))]
    assert counts == ["1", "2", "3", "4", "5"]


# Answers


@probe
def head(client: Client) -> None:
    for path in ("/echo.psp", "/big.psp", "/style.css", "/nothing.psp"):
        empty, page = client.several(("HEAD", path), ("GET", path))
        assert (empty.status, empty.body) == (page.status, b"")
        assert empty.one("content-type") == page.one("content-type")


@probe
def large_answer(client: Client) -> None:
    expected = b"".join(b"%09d\n" % number for number in range(100_000))
    assert client.get("/big.psp").body == expected + b"\n"


@probe
def redirect(client: Client) -> None:
    reply = client.get("/move.psp")
    assert reply.status == 302
    path = reply.one("location").removeprefix(f"http://{client.host}")
    assert path == "/echo.psp/moved?to=here"


@probe
def statuses(client: Client) -> None:
    for status in (201, 204, 403, 404, 500, 503):
        assert client.get(f"/status.psp?{status}").status == status


@probe
def reason(client: Client) -> None:
    reply = client.get("/status.psp?418")
    assert reply.status == 418
    if reply.reason != "I am short":
        raise NotPossible(f"the web server says {reply.reason!r} instead")


@probe
def no_content(client: Client) -> None:
    for path in ("/status.psp?204", "/status.psp?304"):
        empty, page = client.several(("GET", path), ("GET", "/echo.psp"))
        assert empty.body == b"" and page.json()["method"] == "GET"


@probe
def streaming(client: Client) -> None:
    path = f"/stream.psp?number={next(_numbers)}"
    with client.connect() as connection:
        connection.sendall(client.head("GET", path, [("Connection", "close")]))
        with open_reply(connection) as response:
            first = response.read(5)
            assert first == b"first"
            client.get(path + "&go=1")
            rest = response.read().decode().strip()
    assert rest == "in time", "what was flushed was kept back"


@probe
def awaiting(client: Client) -> None:
    assert client.get("/await.psp").text == "awaited"


# Errors


@probe
def missing(client: Client) -> None:
    for path in ("/nothing.psp", "/nothing/", "/nothing.css"):
        assert client.get(path).status == 404


@probe
def failing(client: Client) -> None:
    for path in ("/fail.psp", "/broken.psp"):
        reply = client.get(path)
        assert reply.status == 500
        for leak in ("ZeroDivision", "Traceback", "the source", "before", "/site/"):
            assert leak not in reply.text


@probe
def failing_midway(client: Client) -> None:
    try:
        reply = client.get("/cut.psp")
    except ConnectionError:
        return
    assert "ZeroDivision" not in reply.text
    if reply.status == 200:
        raise NotPossible("the visitor is not told that the answer is cut")
    assert reply.status in (500, 502), reply.status


@probe
def methods(client: Client) -> None:
    reply = client.get("/echo.psp", method="PUT")
    if reply.status == 411:
        raise NotPossible("PUT without a length is refused with 411")
    assert reply.status == 405


@probe
def malformed_paths(client: Client) -> None:
    for path in ("/echo.psp%00.css", "/..%2f..%2fpsp.toml", "/%5c..", "/%ff.psp"):
        try:
            reply = client.get(path)
        except ConnectionError:
            continue
        assert reply.status in (400, 403, 404), f"{path}: {reply.status}"


# Files


@probe
def static_file(client: Client) -> None:
    reply = client.get("/style.css")
    assert reply.status == 200
    assert reply.one("content-type").startswith("text/css")
    assert reply.body.startswith(b".n0000") and len(reply.body) == 4290
    tag = reply.one("etag")
    assert tag and client.get("/style.css", ("If-None-Match", tag)).status == 304


@probe
def static_range(client: Client) -> None:
    reply = client.get("/style.css", ("Range", "bytes=20-39"))
    assert (reply.status, reply.body) == (206, b".n0001 { order: 1 }\n")
    assert reply.one("content-range") == "bytes 20-39/4290"


@probe
def no_source(client: Client) -> None:
    for path in ("/echo.psp", "/echo.psp/", "/echo.psp/x.css", "/folder/index.psp"):
        assert b"<%" not in client.get(path).body
    for path in (
        "/echo.PSP",
        "/echo.psp.",
        "/echo.psp%20",
        "//echo.psp",
        "/./echo.psp",
    ):
        assert b"<%" not in client.get(path).body


@probe
def hidden_files(client: Client) -> None:
    paths = "/_hidden.psp /echo.psp~ /echo.psp.bak /module.py /private/note.txt"
    for path in [
        *paths.split(),
        "/.htaccess",
        "/../psp.toml",
        "/folder/../_hidden.psp",
    ]:
        reply = client.get(path)
        assert reply.status in (400, 403, 404), f"{path}: {reply.status}"
        assert "secret" not in reply.text
