"""CGI programs of a site: what they are told, what becomes of what they say."""

from __future__ import annotations

import logging
import os
from itertools import islice
from pathlib import Path

import pytest
from werkzeug.test import create_environ

from psp.errors import ResponseCut
from psp.scripts.process import Process

from .site import Site, is_running, wait_until

HEAD = 'echo "Content-Type: text/plain"; echo;'


@pytest.fixture
def site(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Site:
    """A site whose log is kept."""
    caplog.set_level(logging.WARNING, "psp")
    return Site(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'"
        "\nprintf 'from sh: %s' \"$QUERY_STRING\"",
        "#!/usr/bin/perl\nprint qq(Content-Type: text/plain\\r\\n\\r\\n),"
        " qq(from perl: $ENV{QUERY_STRING});",
        "#!/usr/bin/env python3\nimport os\nprint('Content-Type: text/plain')\nprint()"
        "\nprint('from python:', os.environ['QUERY_STRING'], end='')",
    ],
    ids=["sh", "perl", "python"],
)
def test_any_language(site: Site, text: str) -> None:
    site.file("a.cgi", text)
    answer = site.client.get("/a.cgi?x=1&y=%C3%A9")
    name = text.split("from ")[1].partition(":")[0]
    assert answer.text == f"from {name}: x=1&y=%C3%A9"
    assert (answer.status_code, answer.content_type) == (200, "text/plain")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_variables(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSP_KEY", "secret")
    site.shell("cgi-bin/env", f"{HEAD} env; pwd")
    site.client.set_cookie("a", "b")
    answer = site.client.get(
        "/cgi-bin/env/ä%20b/c?d+e",
        headers={
            "Proxy": "http://evil.example/",
            "Authorization": "Basic eDp5",
            "X-Own": "é".encode().decode("latin-1"),
        },
        environ_overrides={"REMOTE_ADDR": "192.0.2.1"},
    )
    *lines, folder = answer.text.splitlines()
    found = dict(line.split("=", 1) for line in lines)
    for ours in ("PWD", "SHLVL", "_", "OLDPWD"):  # of the shell
        found.pop(ours, None)
    assert found.pop("PATH") == os.environ["PATH"]
    assert found.pop("REQUEST_URI").endswith("/c?d+e")
    root = str(site.root)
    assert {k: v for k, v in found.items() if v} == {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_SOFTWARE": "psp",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_ADDR": "127.0.0.1",
        "REQUEST_METHOD": "GET",
        "REQUEST_SCHEME": "http",
        "QUERY_STRING": "d+e",
        "SCRIPT_NAME": "/cgi-bin/env",
        "SCRIPT_FILENAME": f"{root}/cgi-bin/env",
        "PATH_INFO": "/ä b/c",
        "PATH_TRANSLATED": f"{root}/ä b/c",
        "DOCUMENT_ROOT": root,
        "CONTEXT_DOCUMENT_ROOT": root,
        "REMOTE_ADDR": "192.0.2.1",
        "REMOTE_PORT": found["REMOTE_PORT"],
        "SERVER_ADMIN": "[no address given]",
        "HTTP_HOST": "localhost",
        "HTTP_X_OWN": "é",
        "HTTP_COOKIE": "a=b",
    }
    assert folder == f"{root}/cgi-bin"


def test_the_query_is_no_argument(site: Site) -> None:
    site.shell("a.cgi", f'{HEAD} echo "$#"')
    assert site.client.get("/a.cgi?-s+-d").text == "0\n"


def test_bodies(site: Site) -> None:
    site.shell(
        "a.cgi", f'{HEAD} echo "$REQUEST_METHOD $CONTENT_TYPE $CONTENT_LENGTH"; cat'
    )
    answer = site.client.post("/a.cgi", data=b"a=b\0", content_type="text/x")
    assert answer.data == b"POST text/x 4\na=b\0"
    assert site.client.get("/a.cgi").text == "GET  \n"
    large = bytes(range(256)) * 20_000  # more than pipes hold
    assert site.client.post("/a.cgi", data=large).data.endswith(large)


def test_a_body_that_nobody_reads(site: Site) -> None:
    site.shell("a.cgi", f"{HEAD} echo done")
    assert site.client.post("/a.cgi", data=bytes(5_000_000)).text == "done\n"


def test_bodies_that_are_refused(tmp_path: Path) -> None:
    site = Site(tmp_path, limits={"body_bytes": 10})
    site.shell("a.cgi", f"{HEAD} touch ran")
    assert site.client.post("/a.cgi", data=b"x" * 11).status_code == 413
    short = {"CONTENT_LENGTH": "9"}
    answer = site.client.post("/a.cgi", data=b"x", environ_overrides=short)
    assert answer.status_code == 400
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    answer = site.client.post("/a.cgi", environ_overrides=chunked)
    assert answer.status_code == 411
    assert not (site.root / "ran").exists()


def test_status_and_headers(site: Site) -> None:
    site.python(
        "a.cgi",
        r"""
        import sys
        sys.stdout.write("Status: 404 Not Here\nContent-Type: text/x\nSet-Cookie: a=1\n"
            "Set-Cookie: b=2; HttpOnly\nConnection: close\nTransfer-Encoding: chunked\n"
            "X-Content-Type-Options: own\n\nno\n\nthing")
        """,
    )
    answer = site.client.get("/a.cgi")
    assert answer.status == "404 Not Here"
    assert answer.text == "no\n\nthing"
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2; HttpOnly"]
    assert answer.headers["X-Content-Type-Options"] == "own"
    assert not {"connection", "transfer-encoding"} & {
        k.lower() for k, _ in answer.headers
    }


def test_redirects(site: Site) -> None:
    site.shell("a.cgi", 'echo "Location: https://a.test/b"; echo')
    moved = site.client.get("/a.cgi")
    assert (moved.status_code, moved.location) == (302, "https://a.test/b")
    site.shell("b.cgi", 'echo "Status: 303"; echo "Location: /page.psp"; echo')
    moved = site.client.get("/b.cgi")
    assert (moved.status, moved.location) == ("303 See Other", "/page.psp")
    site.shell("c.cgi", 'echo "Location: //a.test/"; echo')
    assert site.client.get("/c.cgi").location == "//a.test/"


def test_redirects_within_the_server(site: Site) -> None:
    site.file(
        "page.psp", "<%= req.method %> <%= req.uri %> <%= req.args %> <%= form %>"
    )
    site.shell(
        "a.cgi",
        'echo "Location: $PATH_INFO?$QUERY_STRING"; echo "Set-Cookie: a=1"; echo',
    )
    answer = site.client.post("/a.cgi/page.psp?x=%C3%A9", data={"y": "1"})
    assert answer.text.startswith("GET /page.psp x=%C3%A9 ")
    assert "y" not in answer.text
    assert answer.headers["Set-Cookie"] == "a=1"
    assert site.client.get("/a.cgi/_hidden.psp").status_code == 404
    assert site.client.get("/a.cgi/../secret").status_code == 404
    site.shell("loop.cgi", 'echo "Location: /loop.cgi"; echo')
    assert site.client.get("/loop.cgi").status_code == 500


def test_a_redirect_out_of_the_part_of_the_server_that_is_ours(site: Site) -> None:
    site.shell("a.cgi", 'echo "Location: /other"; echo')
    answer = site.client.get("/a.cgi", environ_overrides={"SCRIPT_NAME": "/shop"})
    assert (answer.status_code, answer.location) == (302, "/other")


def test_output_comes_as_it_is_written(site: Site) -> None:
    gate = site.root / "gate"
    os.mkfifo(gate)
    site.shell("a.cgi", f"{HEAD} echo one; read line < gate; echo two")
    answer = site.client.get("/a.cgi", buffered=False)
    pieces = answer.iter_encoded()
    assert next(pieces) == b"one\n"
    gate.write_text("go\n")
    assert b"".join(pieces) == b"two\n"


def test_who_goes_ends_the_program_and_what_it_has_started(site: Site) -> None:
    site.shell("a.cgi", f"{HEAD} sleep 1000 & echo $$ $!; wait")
    answer = site.client.get("/a.cgi", buffered=False)
    first = next(answer.iter_encoded())
    pids = [int(word) for word in first.split()]
    assert all(map(is_running, pids))
    answer.close()
    wait_until(lambda: not any(map(is_running, pids)))


def test_who_goes_before_anything_is_sent(site: Site) -> None:
    site.shell("a.cgi", f"echo $$ > pid; {HEAD} exec sleep 1000")
    environ = create_environ("/a.cgi")
    answer = site.client.application(environ, lambda status, headers: None)
    pid = int((site.root / "pid").read_text())
    assert is_running(pid)
    answer.close()
    wait_until(lambda: not is_running(pid))


def test_a_server_that_takes_no_answer(site: Site) -> None:
    site.shell("a.cgi", f"echo $$ > pid; {HEAD} exec sleep 1000")

    def refuse(status: str, headers: object) -> None:
        if status == "200 OK":
            raise AssertionError("not these headers")

    b"".join(site.client.application(create_environ("/a.cgi"), refuse))
    pid = int((site.root / "pid").read_text())
    wait_until(lambda: not is_running(pid))


def test_a_program_that_nobody_may_end_is_not_waited_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = site.shell("a.cgi", "exec sleep 1000")
    process = Process(str(program), {}, None, 1000.0, print)

    def refuse(group: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr("os.killpg", refuse)
    process.kill()
    monkeypatch.undo()
    assert is_running(process._process.pid)
    process.kill()
    assert not is_running(process._process.pid)


def test_head_and_answers_without_a_body(site: Site) -> None:
    site.shell("a.cgi", f"{HEAD} echo body; touch ran")
    head = site.client.head("/a.cgi")
    assert (head.status_code, head.data, head.content_type) == (200, b"", "text/plain")
    assert (site.root / "ran").exists()
    site.shell("b.cgi", 'echo "Status: 204"; echo; echo body')
    assert site.client.get("/b.cgi").data == b""


def test_the_length_that_is_told_holds(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    text = 'echo "Content-Type: text/x"; echo "Content-Length: {}"; echo; printf 123456'
    site.shell("long.cgi", text.format(4))
    answer = site.client.get("/long.cgi")
    assert (answer.headers["Content-Length"], answer.data) == ("4", b"1234")
    site.shell("odd.cgi", text.format("9" * 5000))
    assert site.client.get("/odd.cgi").data == b"123456"
    site.shell("short.cgi", text.format(9))
    with pytest.raises(ResponseCut):
        site.client.get("/short.cgi")


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("echo oops >&2; exit 3", "ended with 3 before it had answered"),
        ("kill -9 $$", "ended with -9 before it had answered"),
        ("echo no header; echo; echo x", "not a header: 'no header'"),
        ("echo; echo x", "no header comes before the empty line"),
        ("echo X-Own: 1; echo; echo x", "no Content-Type, Location or Status"),
        ("echo Status: 99; echo; echo x", "not a status: '99'"),
        ("printf 'Status: 200 O\\rK\\n\\n'; exec sleep 1000", "CR, LF or NUL"),
        ("echo 'a b: c'; echo; echo x", "a b"),
        ("yes X-Own: 1", "no empty line in the first 65536 bytes"),
        (
            "printf 'Content-Type: a\\rb: c\\n\\n'",
            "CR, LF or NUL in the value of a header",
        ),
    ],
)
def test_programs_that_are_wrong(
    site: Site, caplog: pytest.LogCaptureFixture, text: str, logged: str
) -> None:
    site.shell("a.cgi", text)
    answer = site.client.get("/a.cgi")
    assert answer.status_code == 500
    assert "#!" not in answer.text and "echo" not in answer.text
    assert logged in caplog.text


def test_what_cannot_be_run(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.file("a.cgi", "#!/nowhere/python\nprint('secret')")
    site.file("b.cgi", "no shebang: secret")
    site.file("c.cgi", "#!/bin/sh\necho secret", mode=0o644)
    statuses = {"a.cgi": 500, "b.cgi": 500, "c.cgi": 404}
    for name, status in statuses.items():
        answer = site.client.get(f"/{name}")
        assert (answer.status_code, "secret" in answer.text) == (status, False)
        assert name in caplog.text
    assert "is not executable" in caplog.text


def test_complaints_are_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.shell(
        "a.cgi",
        f"echo first >&2; {HEAD} echo body; printf 'a\\033b\\nlast' >&2; exit 2",
    )
    assert site.client.get("/a.cgi").text == "body\n"
    lines = [record.getMessage() for record in caplog.records]
    expected = ["first", "a\\x1bb", "last", "ended with 2"]
    assert lines == [f"a.cgi: {text}" for text in expected]


def test_many_complaints(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.shell("a.cgi", f"yes | head -c 300000 >&2; {HEAD} echo body")
    assert site.client.get("/a.cgi").text == "body\n"
    assert 30_000 < len(caplog.records) <= 65_536


def test_a_program_that_does_not_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = Site(tmp_path).client
    client.application.handler.scripts.seconds = 0.2
    Site(tmp_path).shell("a.cgi", "exec sleep 1000")
    assert client.get("/a.cgi").status_code == 504
    assert "a.cgi: did not answer in time" in caplog.text


def test_a_program_that_does_not_end(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.shell("a.cgi", f"{HEAD} echo $$; exec sleep 1000")
    pieces = site.client.get("/a.cgi", buffered=False).iter_encoded()
    pid = int(next(pieces))

    def end_of_time(process: Process) -> bytes:
        process._end = 0.0
        return read(process)

    read = Process.read
    monkeypatch.setattr(Process, "read", end_of_time)
    with pytest.raises(ResponseCut):
        next(pieces)
    wait_until(lambda: not is_running(pid))
    assert "a.cgi: did not end in time" in caplog.text


def test_what_is_run_and_what_is_not(site: Site) -> None:
    site.shell("cgi-bin/any", f"{HEAD} echo ran")
    for name in ("cgi-bin/any.bak", "cgi-bin/data.txt", "a.cgi.txt", "a.cgi.bak"):
        site.file(name, "secret", mode=0o644)
    site.file("cgi-bin/any.orig", f"#!/bin/sh\n{HEAD} echo ran")
    site.file("cgi-bin/_any", f"#!/bin/sh\n{HEAD} echo ran")
    site.file("cgi-bin/page.psp", "<%= 1 + 1 %>")
    assert site.client.get("/cgi-bin/any").text == "ran\n"
    assert site.client.get("/cgi-bin/page.psp").text == "2"
    for path in (
        *("/cgi-bin/any.bak", "/cgi-bin/data.txt", "/cgi-bin/any.orig"),
        *("/cgi-bin/_any", "/cgi-bin/any~", "/cgi-bin/", "/a.cgi.txt", "/a.cgi.bak"),
        *("/CGI-BIN/any", "/cgi-bin/any/.x"),
    ):
        assert site.client.get(path).status_code == 404, path


def test_programs_are_run_only_where_the_site_says_so(tmp_path: Path) -> None:
    from psp.testing import Client

    site = Site(tmp_path)
    site.shell("a.cgi", f"{HEAD} echo ran")
    site.shell("cgi-bin/any", f"{HEAD} echo ran")
    site.shell("up/a.cgi", f"{HEAD} echo ran")
    for path in ("/a.cgi", "/cgi-bin/any"):
        assert Client(tmp_path).get(path).status_code == 404
    limited = Site(tmp_path, no_pages=["up"], private=["cgi-bin"])
    assert limited.client.get("/a.cgi").text == "ran\n"
    for path in ("/up/a.cgi", "/cgi-bin/any"):
        assert limited.client.get(path).status_code == 404


def test_an_index(tmp_path: Path) -> None:
    site = Site(tmp_path, index=["index.cgi"])
    site.shell("index.cgi", f'{HEAD} echo "$SCRIPT_NAME"')
    assert site.client.get("/").text == "/index.cgi\n"


def test_what_other_sites_want_changed(tmp_path: Path) -> None:
    site = Site(tmp_path, csrf=True)
    site.shell("a.cgi", f"{HEAD} echo ran")
    foreign = {"Origin": "https://evil.example"}
    assert site.client.post("/a.cgi", headers=foreign).status_code == 403
    assert site.client.get("/a.cgi", headers=foreign).text == "ran\n"
    assert site.client.post("/a.cgi").text == "ran\n"


def test_many_at_the_same_time(site: Site) -> None:
    from concurrent.futures import ThreadPoolExecutor

    site.shell("a.cgi", f'{HEAD} cat; echo "$QUERY_STRING"')
    with ThreadPoolExecutor(8) as pool:
        ask = site.client.application
        from werkzeug.test import Client

        found = pool.map(
            lambda n: Client(ask).post(f"/a.cgi?{n}", data=b"x" * n).text, range(32)
        )
        assert list(found) == ["x" * n + f"{n}\n" for n in range(32)]


def test_no_descriptors_are_left(site: Site) -> None:
    site.shell("a.cgi", f"{HEAD} echo x")
    site.shell("b.cgi", "exit 1")
    for path in islice(["/a.cgi", "/b.cgi", "/a.cgi"] * 2, 6):
        before = len(os.listdir("/proc/self/fd"))
        site.client.get(path)
        site.client.head(path)
        assert len(os.listdir("/proc/self/fd")) == before
