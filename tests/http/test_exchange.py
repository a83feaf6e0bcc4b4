"""Exchange: the ``req`` that mod_python's pages and handlers expect."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path

import pytest

from psp.errors import HTTPError, TooLarge
from psp.http.exchange import Exchange
from psp.http.forms import FieldStorage
from psp.http.headers import Headers, Table
from psp.http.limits import Limits
from psp.http.request import Request
from psp.http.response import Response
from psp.runtime.output import Output


class Page:
    """An exchange and what its client has seen: status and text of each send."""

    def __init__(self, request: Request | None = None, **settings: object):
        self.sent: list[bytes] = []
        self.response = Response(content_type="text/html")
        self.output = Output(self.sent.append)
        self.req = Exchange(
            request or Request(),
            self.response,
            self.output,
            **{"filename": "/srv/page.psp", "document_root": "/srv"} | settings,
        )


def exchange(headers: dict[str, str] | None = None, **fields: object) -> Exchange:
    """The req of a request."""
    settings = {
        name: fields.pop(name)
        for name in ("filename", "path_info", "config", "options", "redirect")
        if name in fields
    }
    fields.setdefault("path", "/page.psp")
    request = Request(headers=Headers(headers or {}), **fields)
    return Page(request, **settings).req


# Writing


def test_writing_flushes_unless_told_not_to():
    page = Page()
    assert page.req.write("a", 0) is None
    assert page.sent == []
    assert page.req.sent_bodyct == 0
    page.req.write("b")
    assert page.sent == [b"ab"]
    assert page.req.sent_bodyct
    page.req.write("c", flush=0)
    page.req.write("d", 1)
    assert page.sent == [b"ab", b"cd"]


def test_an_exchange_may_leave_flushing_to_the_buffer():
    page = Page(flush_writes=False)
    page.req.write("a")
    assert page.sent == []
    page.req.write("b", 1)
    assert page.sent == [b"ab"]


def test_text_is_utf_8_and_bytes_are_sent_as_they_are():
    page = Page()
    for data in ("€é", b"\xff", bytearray(b"x"), memoryview(b"yz")):
        page.req.write(data, 0)
    page.req.flush()
    assert b"".join(page.sent) == "€é".encode() + b"\xffxyz"


def test_writing_nothing_neither_sends_nor_flushes():
    page = Page()
    page.req.write("")
    page.req.write(b"")
    assert page.sent == []
    assert not page.output.sent


@pytest.mark.parametrize("data", [None, 5, 1.5, ["x"], object()])
def test_writing_anything_else_is_a_type_error(data: object):
    wanted = f"a bytes-like object is required, not {type(data).__name__!r}"
    with pytest.raises(TypeError, match=f"^{wanted}$"):
        Page().req.write(data)


def test_other_ways_to_write_wrongly():
    req = Page().req
    with pytest.raises(TypeError):
        req.write("x", 0, 1)
    with pytest.raises(UnicodeEncodeError):
        req.write("\ud800")


def test_flush_sends_headers_even_without_text():
    page = Page()
    assert page.req.flush() is None
    assert page.output.sent


def test_sending_a_file(tmp_path: Path):
    file = tmp_path / "data.txt"
    file.write_bytes(b"0123456789" * 20_000)
    page = Page()
    page.req.write("[", 0)
    assert page.req.sendfile(str(file)) == 200_000
    page.req.write("|", 0)
    assert page.req.sendfile(str(file), 2, 3) == 3
    assert page.req.sendfile(str(file), 199_999, 100) == 1
    assert page.req.sendfile(str(file), 0, 0) == 0
    assert b"".join(page.sent) == b"[" + file.read_bytes() + b"|" + b"234" + b"9"
    with pytest.raises(OSError):
        page.req.sendfile(str(tmp_path / "none"))
    with open(file, "rb") as opened, pytest.raises(TypeError):
        page.req.sendfile(opened.fileno())  # type: ignore[arg-type]


# The response


def test_status_type_and_headers_are_those_of_the_response():
    page = Page()
    req = page.req
    assert (req.status, req.content_type) == (200, "text/html")
    assert req._content_type_set == 0
    req.status, req.content_type = 404, "text/plain"
    req.headers_out["X-A"] = "1"
    req.err_headers_out["X-B"] = "2"
    assert req._content_type_set == 1
    assert page.response.status_line() == "404 Not Found"
    assert page.response.header_list() == [
        ("Content-Type", "text/plain"),
        ("X-A", "1"),
        ("X-B", "2"),
    ]


def test_what_cannot_be_assigned():
    req = Page().req
    with pytest.raises(TypeError):
        req.status = "404"
    for wrong in (None, 5):
        with pytest.raises(TypeError):
            req.content_type = wrong
    with pytest.raises(ValueError):
        req.content_type = "text/html\r\nX-Evil: 1"
    with pytest.raises(AttributeError):
        del req.content_type
    for name in ("headers_in", "headers_out", "method", "unparsed_uri"):
        with pytest.raises(AttributeError):
            setattr(req, name, "x")


def test_a_status_line_counts_if_it_agrees():
    page = Page()
    req = page.req
    assert req.status_line is None
    req.status_line = "201 Fresh"
    assert req.status_line == "201 Fresh"
    assert page.response.status_line() == "200 OK"
    req.status = 201
    assert page.response.status_line() == "201 Fresh"
    with pytest.raises(ValueError):
        req.status_line = "200 a\r\nX: 1"


def test_content_length_and_no_cache():
    req = Page().req
    req.set_content_length(5)
    assert req.headers_out["Content-Length"] == "5"
    req.no_cache = 0
    assert "Expires" not in req.headers_out
    req.no_cache = 1
    assert req.no_cache == 1
    assert req.headers_out["Expires"].endswith("GMT")


def test_allowed_methods():
    req = Page().req
    assert req.allowed_methods == ()
    req.allow_methods(["GET", "POST"])
    req.allow_methods(["PUT", "GET"])
    assert req.allowed_methods == ("GET", "HEAD", "POST", "PUT")
    with pytest.raises(TypeError):
        req.allow_methods([5])  # type: ignore[list-item]
    req.allow_methods(["BREW"], 1)
    assert req.allowed_methods == ("BREW",)


def test_last_modified_and_conditions():
    since = {"If-Modified-Since": "Sun, 09 Sep 2001 01:46:40 GMT"}
    for changed, result in ((1_000_000_000, 304), (1_000_000_001, 0)):
        req = exchange(since)
        req.update_mtime(changed)
        req.update_mtime(5)
        assert req.mtime == float(changed)
        req.set_last_modified()
        assert req.meets_conditions() == result
    assert req.headers_out["Last-Modified"] == "Sun, 09 Sep 2001 01:46:41 GMT"
    assert exchange({"If-Match": '"x"'}).meets_conditions() == 412
    assert exchange({"If-None-Match": "*"}, method="PUT").meets_conditions() == 412


def test_a_copy_from_the_future_is_none():
    req = exchange({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    req.update_mtime(1)
    req.set_last_modified()
    assert req.meets_conditions() == 0


def test_a_date_ahead_is_not_sent():
    req = Page().req
    req.update_mtime(4e9)
    req.set_last_modified()
    assert "2096" not in req.headers_out["Last-Modified"]


def test_an_etag_of_the_file(tmp_path: Path):
    file = tmp_path / "page.psp"
    file.write_text("page")
    req = exchange(filename=str(file))
    req.set_etag()
    etag = req.headers_out["ETag"]
    assert etag.startswith('W/"4-')
    again = exchange({"If-None-Match": etag}, filename=str(file))
    again.set_etag()
    assert again.meets_conditions() == 304
    missing = exchange(filename=str(tmp_path / "none"))
    missing.set_etag()
    assert "ETag" not in missing.headers_out


# The request


def test_the_class_is_called_as_pages_print_it():
    req = Page().req
    assert type(req).__name__ == "mp_request"
    assert type(req.connection).__name__ == "mp_conn"
    assert type(req.server).__name__ == "mp_server"
    assert type(req.hlist).__name__ == "mp_hlist"
    assert type(req.finfo).__name__ == "mp_finfo"
    for table in (req.headers_in, req.headers_out, req.notes, req.get_config()):
        assert type(table).__name__ == "mp_table"


def test_own_attributes_and_missing_ones():
    req = Page().req
    with pytest.raises(
        AttributeError, match="'mp_request' object has no attribute 'none'"
    ):
        _ = req.none
    assert repr(req) == "<mp_request GET '/'>"
    for name in ("form", "session", "requires"):
        assert not hasattr(req, name)
    req.none = req.form = 5
    assert req.none == req.form == 5


def test_members_of_an_ordinary_request():
    req = exchange(query="x=1", raw_uri="/page.psp?x=1")
    assert (req.method, req.method_number, req.protocol, req.proto_num) == (
        "GET",
        0,
        "HTTP/1.1",
        1001,
    )
    assert req.the_request == "GET /page.psp?x=1 HTTP/1.1"
    assert (req.uri, req.unparsed_uri, req.args) == (
        "/page.psp",
        "/page.psp?x=1",
        "x=1",
    )
    assert (req.filename, req.canonical_filename, req.extension) == (
        "/srv/page.psp",
        "/srv/page.psp",
        ".psp",
    )
    assert (req.path_info, req.document_root()) == ("", "/srv")
    assert req.parsed_uri[6:8] == ("/page.psp", "x=1")
    assert (len(req.parsed_uri), req.parsed_uri[4:6]) == (9, (None, None))


def test_the_parsed_uri_is_decoded_and_has_the_port_the_client_names():
    req = exchange({"Host": "x.test:8080"}, path="/a b/ä", raw_uri="/a%20b/%C3%A4")
    assert req.parsed_uri[5:7] == (8080, "/a b/ä")
    assert exchange({"Host": "x.test:"}).parsed_uri[5] is None


def test_the_content_type_is_none_until_there_is_one():
    page = Page()
    page.response.content_type = ""
    assert page.req.content_type is None
    page.req.content_type = b"text/\xe4"
    assert page.req.content_type == "text/ä"
    page.req.content_type = ""
    assert page.req.content_type == ""


def test_what_has_been_read_is_counted():
    req = exchange(stream=BytesIO(b"abcdef"), content_length=6)
    req.read(4)
    assert (req.read_length, req.remaining) == (4, 2)


def test_constant_members():
    r = Page().req
    assert (r.status, r.status_line, r.header_only, r.user, r.ap_auth_type) == (
        200,
        None,
        0,
        None,
        None,
    )
    assert (r.main, r.prev, r.next, r.path_info, r.no_cache) == (
        None,
        None,
        None,
        "",
        0,
    )
    assert (r.content_encoding, r.content_languages, r.range, r.chunked) == (
        None,
        (),
        None,
        0,
    )
    assert (r.assbackwards, r.used_path_info, r.mtime, r.bytes_sent) == (0, 2, 0.0, 0)
    assert (r.handler, r.phase, r._bytes_queued) == ("mod_python", "PythonHandler", 0)
    assert r.send_http_header() is None


def test_members_that_can_be_assigned():
    req = Page().req
    for name, value in {
        "uri": "/x",
        "filename": "/y",
        "path_info": "/z",
        "args": "q=1",
        "user": "u",
        "ap_auth_type": "Basic",
        "handler": "h",
        "canonical_filename": "c",
        "status": 201,
        "status_line": "201 Created",
        "content_type": "text/plain",
        "finfo": None,
    }.items():
        setattr(req, name, value)
        assert getattr(req, name) == value


@pytest.mark.parametrize(
    ("method", "number"), [("POST", 2), ("HEAD", 0), ("OPTIONS", 5), ("BREW", 26)]
)
def test_method_numbers(method: str, number: int):
    req = exchange(method=method)
    assert req.method_number == number
    assert req.header_only == (method == "HEAD")


@pytest.mark.parametrize(
    ("protocol", "number"), [("HTTP/1.0", 1000), ("HTTP/2", 2000), ("odd", 0)]
)
def test_protocol_numbers(protocol: str, number: int):
    assert exchange(protocol=protocol).proto_num == number


def test_args_tell_an_empty_query_from_none():
    assert exchange().args is None
    assert exchange(raw_uri="/page.psp?").args == ""


def test_a_form_is_read_from_args_that_were_set():
    req = exchange(query="name=Anna")
    req.args = "name=Zoe&x=1"
    assert FieldStorage(req).keys() == ["name", "x"]
    req.args = None
    assert FieldStorage(req).keys() == []


def test_the_host():
    req = exchange({"Host": "psp.test:8080"}, script_name="/app")
    assert req.hostname == "psp.test"
    assert req.construct_url("/a?b") == "http://psp.test:8080/a?b"
    assert req.uri == "/app/page.psp"
    assert exchange(server_name="own").hostname is None
    assert exchange(server_name="own").construct_url("/") == "http://own/"


def test_https():
    req = exchange(scheme="https", environ={"SSL_PROTOCOL": "TLSv1.3", "x": object()})
    assert (req.is_https(), exchange().is_https()) == (1, 0)
    assert req.ssl_var_lookup("SSL_PROTOCOL") == "TLSv1.3"
    assert req.ssl_var_lookup("SSL_CIPHER") is None
    assert req.ssl_var_lookup("x") is None


def test_who_is_at_the_other_end():
    req = exchange(remote_addr="192.0.2.7", remote_port=4711, server_port=8000)
    assert req.connection is req.connection
    assert req.connection.remote_ip == req.useragent_ip == "192.0.2.7"
    assert req.connection.remote_addr == req.useragent_addr == ("192.0.2.7", 4711)
    assert req.connection.local_addr == ("127.0.0.1", 8000)
    assert req.connection.base_server is req.server
    req.connection.notes["k"] = "v"
    assert "k" not in req.notes
    assert [req.get_remote_host(kind) for kind in range(4)] == [
        None,
        "192.0.2.7",
        "192.0.2.7",
        None,
    ]
    assert req.get_remote_host(1, 1) == ("192.0.2.7", 1)
    named = exchange(remote_addr="192.0.2.7", environ={"REMOTE_HOST": "client.test"})
    assert named.get_remote_host() == "client.test"
    assert named.get_remote_host(2) == "192.0.2.7"
    assert named.get_remote_host(1, 1) == ("client.test", 0)


def test_the_server():
    req = exchange(options={"a": "1"}, config={"PythonDebug": "1"}, server_name="own")
    server = req.server
    assert (server.is_virtual, server.names, server.timeout) == (0, (), 15.0)
    assert server.server_hostname == req.interpreter == "own"
    assert server.get_options()["a"] == "1"
    assert server.get_config()["pythondebug"] == "1"


def test_options_and_config():
    req = exchange(options={"shop.name": "Corner", "gone": ""}, config={"A": "1"})
    options = req.get_options()
    assert options["SHOP.NAME"] == "Corner"
    assert "gone" not in options
    assert req.get_config().get("none", "0") == "0"
    assert isinstance(req.get_config(), Table)


def test_tables_for_own_use():
    req = Page().req
    req.notes["k"] = "two\nlines"
    assert req.notes["K"] == "two\nlines"
    assert len(req.subprocess_env) == 0


def test_information_on_the_file(tmp_path: Path):
    file = tmp_path / "page.psp"
    file.write_text("12345")
    file.chmod(0o640)
    info = exchange(filename=str(file)).finfo
    assert (info.fname, info.filetype, info.size) == (str(file), 1, 5)
    assert info.protection == 0x640
    assert info[6] == info.size
    assert exchange(filename=str(tmp_path)).finfo.filetype == 2
    assert exchange(filename=str(tmp_path / "none")).finfo.filetype == 0
    assert exchange(filename="\0").finfo.filetype == 0


def test_the_entry_of_the_handler():
    assert Page().req.hlist.directory == "/srv/"


def test_reading_the_body():
    request = Request(
        method="POST", stream=BytesIO(b"one\ntwo\nthree"), content_length=13
    )
    req = Page(request).req
    assert req.remaining == 13
    assert req.read(2) == b"on"
    assert req.readline() == b"e\n"
    assert req.readline(1) == b"t"
    assert req.readlines() == [b"wo\n", b"three"]
    assert req.read() == b""
    assert req.discard_request_body() == 0
    big = Request(
        stream=BytesIO(b"x" * 9), content_length=9, limits=Limits(body_bytes=8)
    )
    with pytest.raises(TooLarge):
        Page(big).req.read()


@pytest.mark.parametrize("method", ["read", "readline", "readlines"])
def test_a_body_whose_end_nobody_knows_is_refused(method: str) -> None:
    request = Request(
        method="POST",
        stream=BytesIO(b"x"),
        headers=Headers([("Transfer-Encoding", "chunked")]),
    )
    with pytest.raises(HTTPError) as caught:
        getattr(Page(request).req, method)()
    assert caught.value.status == 411
    assert Page(Request(stream=BytesIO(b"x"))).req.read() == b""


# Authentication


def authorized(token: str, **config: str) -> Exchange:
    return exchange({"Authorization": token}, config=config)


def test_basic_authentication_where_it_is_configured():
    req = authorized("Basic YW5uYTpwOnc=", AuthType="Basic", AuthName="Desk")
    assert (req.auth_type(), req.auth_name()) == ("Basic", "Desk")
    assert req.user is None
    assert req.get_basic_auth_pw() == "p:w"
    assert (req.user, req.ap_auth_type) == ("anna", "Basic")


@pytest.mark.parametrize(
    "token",
    ["", "Basic", "Basic !", "Basic YW5uYQ==", "Bearer YW5uYTpwdw==", "Basic é"],
)
def test_what_is_no_password(token: str):
    req = authorized(token, AuthType="Basic")
    assert req.get_basic_auth_pw() is None
    assert req.user is None


def test_without_configuration_there_is_no_password():
    req = authorized("Basic YW5uYTpwdw==")
    assert req.get_basic_auth_pw() is None
    assert (req.user, req.auth_type(), req.auth_name()) == (None, None, None)


def test_who_the_server_has_authenticated():
    req = exchange(environ={"REMOTE_USER": "anna", "AUTH_TYPE": "Digest"})
    assert (req.user, req.ap_auth_type) == ("anna", "Digest")


# CGI variables


def test_cgi_variables():
    req = exchange(
        {
            "X-One": "1",
            "X_Two": "2",
            "X.Three": "3",
            "Content-Type": "text/plain",
            "Authorization": "secret",
            "Proxy": "http://evil.test",
        },
        path="/page.psp/extra",
        path_info="/extra",
        query="a=1",
        remote_addr="192.0.2.7",
    )
    req.add_common_vars()
    env = req.subprocess_env
    assert env["HTTP_X_ONE"] == "1"
    assert env["CONTENT_TYPE"] == "text/plain"
    assert env["REMOTE_ADDR"] == "192.0.2.7"
    assert env["SCRIPT_FILENAME"] == "/srv/page.psp"
    assert "SCRIPT_NAME" not in env
    assert (env["CONTEXT_PREFIX"], env["CONTEXT_DOCUMENT_ROOT"]) == ("", "/srv")
    assert not {"HTTP_X_TWO", "HTTP_X.THREE", "HTTP_X_THREE"} & set(env.keys())
    req.add_cgi_vars()
    assert (env["SCRIPT_NAME"], env["PATH_INFO"]) == ("/page.psp", "/extra")
    assert (env["REQUEST_METHOD"], env["QUERY_STRING"]) == ("GET", "a=1")
    assert env["REQUEST_URI"] == "/page.psp/extra"
    assert not {"HTTP_AUTHORIZATION", "HTTP_PROXY", "HTTPS"} & set(env.keys())


def test_path_info_is_there_if_there_is_one():
    req = exchange(scheme="https")
    req.add_cgi_vars()
    req.add_common_vars()
    assert "PATH_INFO" not in req.subprocess_env
    assert req.subprocess_env["HTTPS"] == "on"
    assert req.subprocess_env["SCRIPT_NAME"] == "/page.psp"


# Around the request


def test_cleanups_run_backwards_and_once(caplog: pytest.LogCaptureFixture):
    req, ran = Page().req, []
    req.register_cleanup(ran.append, "one")
    req.register_cleanup(lambda data: 1 / 0)
    req.register_cleanup(ran.append, "two")
    with pytest.raises(ValueError, match="callable"):
        req.register_cleanup(5)
    req.run_cleanups()
    req.run_cleanups()
    assert ran == ["two", "one"]
    assert "ZeroDivisionError" in caplog.text


def test_uploads_are_closed_after_the_cleanups():
    part = b'Content-Disposition: form-data; name="d"; filename="f"\r\n\r\nx'
    body = b"--B\r\n" + part + b"\r\n--B--"
    request = Request(
        method="POST",
        headers=Headers({"Content-Type": "multipart/form-data; boundary=B"}),
        stream=BytesIO(body),
        content_length=len(body),
    )
    req, seen = Page(request).req, []
    form = FieldStorage(req)
    req.register_cleanup(lambda data: seen.append(form["d"].value))
    req.run_cleanups()
    assert seen == [b"x"]
    assert form["d"].file.closed


@pytest.mark.parametrize("wrong", [5, b"bytes", ["text"]])
def test_only_text_goes_to_the_log(wrong: object):
    req = Page().req
    with pytest.raises(TypeError, match="text must be str or None"):
        req.log_error(wrong)  # type: ignore[arg-type]
    assert req.log_error(None) is None


def test_log_lines_stay_lines(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    req = exchange()
    req.log_error("first\r\nsecond \x1b[31m %s")
    req.log_error("told", 6)
    req.server.log_error("server", 4 | 8)
    assert caplog.record_tuples == [
        ("psp", logging.ERROR, r"first\x0d\x0asecond \x1b[31m %s"),
        ("psp", logging.INFO, "told"),
        ("psp", logging.WARNING, "server"),
    ]


def test_handlers_added_for_later():
    req = Page().req
    req.add_handler("PythonLogHandler", "module::object")
    req.add_handler("PythonHandler", print, "/srv/sub")
    assert [tuple(added) for added in req.added_handlers] == [
        ("PythonLogHandler", "module::object", None),
        ("PythonHandler", print, "/srv/sub"),
    ]
    with pytest.raises(IndexError, match="Foo"):
        req.add_handler("Foo", "module")
    with pytest.raises(TypeError):
        req.add_handler("PythonHandler", 5)  # type: ignore[arg-type]


def test_an_internal_redirect_drops_what_waits():
    went = []
    page = Page(redirect=lambda req, uri: went.append((req, uri)))
    page.req.write("lost", 0)
    page.req.internal_redirect("/other.psp?lang=fi")
    page.req.flush()
    assert went == [(page.req, "/other.psp?lang=fi")]
    assert b"".join(page.sent) == b""
    with pytest.raises(RuntimeError):
        Page().req.internal_redirect("/")


@pytest.mark.parametrize("wrong", [None, b"/other.psp"])
def test_an_internal_redirect_leads_to_text(wrong: object):
    page = Page(redirect=lambda req, uri: None)
    page.req.write("kept", 0)
    with pytest.raises(TypeError):
        page.req.internal_redirect(wrong)  # type: ignore[arg-type]
    page.req.flush()
    assert b"".join(page.sent) == b"kept"
