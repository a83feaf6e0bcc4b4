"""Pages and handlers given a request of Apache; tests/hosts has the real one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psp.http.headers import Headers
from psp.modpython import apache, cookie, handler, psp, publisher, session, util
from psp.modpython.foreign import adopt
from psp.modpython.host import serve

from .native import NativeRequest, NativeTable

Ask = Callable[..., NativeRequest]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """A request for the page of the given text; files may lie beside it."""

    def make(text: str = "", body: bytes | None = None, **files: str) -> NativeRequest:
        for name, content in {"page_psp": text, **files}.items():
            (tmp_path / name.replace("_", ".")).write_text(content)
        made = NativeRequest(str(tmp_path), str(tmp_path / "page.psp"), body)
        made.options["mod_python.session.database_directory"] = str(tmp_path / "kept")
        return made

    return make


def test_a_page_waits_in_the_buffer_of_apache(ask: Ask) -> None:
    native = ask("<p><%= 1 + 1 %></p>")
    assert handler(native) == apache.OK
    assert (native.waiting, native.sent) == (b"<p>2</p>", b"")
    assert native.content_type == "text/html"


def test_a_flush_sends_what_waits_and_the_rest_follows(ask: Ask) -> None:
    native = ask("one <% req.flush() %>two <%= req.sent_bodyct %>")
    assert handler(native) == apache.OK
    assert (native.sent, native.waiting) == (b"one ", b"two 1")


def test_what_does_not_fit_the_buffer_is_sent(ask: Ask) -> None:
    native = ask("<%= 'x' * 9000 %>end")
    handler(native)
    assert native.sent_bodyct and native.sent + native.waiting == b"x" * 9000 + b"end"


@pytest.mark.parametrize(
    "code", ["req.status = 203", "req.headers_out['X-A'] = '1'", "req.sent_bodyct"]
)
def test_it_is_sent_before_anything_is_set(ask: Ask, code: str) -> None:
    native = ask("x" * 9000 + f"<% {code} %>")
    handler(native)
    assert native.begun == (200, [])


def test_what_a_page_sets_is_set_on_the_request_of_apache(ask: Ask) -> None:
    native = ask(
        "<% req.status = 203; req.mine = 'own'; req.headers_out['X-A'] = 'é' %>"
        "<%= req.mine %> <%= req.headers_out['x-a'] %>"
    )
    handler(native)
    assert (native.status, native.mine) == (203, "own")  # type: ignore[attr-defined]
    assert native.headers_out.pairs == [("X-A", b"\xe9")]
    assert native.waiting == "own é".encode()


def test_own_attributes_can_be_deleted_and_members_cannot(ask: Ask) -> None:
    native = ask(
        "<% req.mine = 1; del req.mine %><%= hasattr(req, 'mine') %> <%\n"
        "try:\n    del req.status\nexcept AttributeError as error:\n"
        "    req.write(str(error), 0)\n%>"
    )
    handler(native)
    assert native.waiting == b"False 'status' of a request cannot be deleted"


def test_text_that_is_not_utf_8_is_read_all_the_same(ask: Ask) -> None:
    native = ask("<%= req.headers_in['x-a'] %> <%= ascii(req.user) %>")
    native.headers_in.pairs.append(("X-A", b"caf\xe9"))
    handler(native)
    assert native.waiting == "café 'caf\\udce9'".encode()


def test_a_form_is_text_whatever_way_it_came(ask: Ask) -> None:
    native = ask("<%= form['a'] + form['b'] %>", b"b=gr%C3%BC%C3%9Fe")
    native.args = "a=x"
    handler(native)
    assert native.waiting == "xgrüße".encode()


def test_the_body_is_read_once_and_no_further_than_its_length(ask: Ask) -> None:
    native = ask(
        "<%= req.read(2) %> <%= req.readline() %> <%= req.readlines() %> "
        "<%= req.read() %>",
        b"abcd\ne\nf",
    )
    handler(native)
    assert native.waiting == rb"b'ab' b'cd\n' [b'e\n', b'f'] b''"


def test_what_a_handler_has_read_is_no_part_of_the_form(ask: Ask) -> None:
    native = ask("<%= sorted(form) %> <%= req.read() %>", b"a=1&b=2")
    assert native.read(4) == b"a=1&"
    handler(native)
    assert native.waiting == b"['b'] b''"


def test_uploads_are_closed_by_a_cleanup(ask: Ask) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n'
        b"data\r\n--b--\r\n"
    )
    native = ask("<% req.upload = form['f'] %>", body)
    native.headers_in["Content-Type"] = b"multipart/form-data; boundary=b"
    handler(native)
    file = native.upload.file  # type: ignore[attr-defined]
    assert file.read() == b"data"
    for function, data in native.cleanups:
        function(data)
    assert file.closed


def test_a_session_lasts_from_request_to_request(ask: Ask) -> None:
    text = "<% session['n'] = session.get('n', 0) + 1 %><%= session['n'] %>"
    first = ask(text)
    handler(first)
    sent = dict(first.headers_out.pairs)["Set-Cookie"]
    second = ask(text)
    second.headers_in["Cookie"] = sent.partition(b";")[0]
    handler(second)
    assert (first.waiting, second.waiting) == (b"1", b"2")


@pytest.mark.parametrize(
    ("code", "result", "status"),
    [
        ("raise apache.SERVER_RETURN(apache.HTTP_GONE)", 410, 200),
        ("raise apache.SERVER_RETURN(apache.OK, 203)", apache.OK, 203),
        ("raise apache.SERVER_RETURN(apache.DECLINED)", 404, 200),
        ("psp.redirect('/there')", apache.DONE, 302),
    ],
)
def test_endings_of_a_page(ask: Ask, code: str, result: int, status: int) -> None:
    native = ask(f"text<% {code} %>")
    assert (handler(native), native.status) == (result, status)


def test_a_missing_page_is_404(ask: Ask) -> None:
    native = ask()
    native.filename += "x"
    assert handler(native) == 404


def test_what_an_error_status_leaves_waiting_is_dropped(ask: Ask) -> None:
    native = ask("text<% raise apache.SERVER_RETURN(404) %>")
    handler(native)
    assert native.waiting == native.sent == b""


def test_a_form_that_is_none_is_refused_by_status(ask: Ask) -> None:
    native = ask("<%= form %>", b"1,2")
    native.headers_in["Content-Type"] = b"text/csv"
    assert handler(native) == 501


def test_a_failing_page_with_debugging_is_reported(ask: Ask) -> None:
    native = ask("<p>before</p><%= nothing %>")
    native.config["PythonDebug"] = "1"
    assert (handler(native), native.status) == (apache.DONE, 500)
    text = native.waiting.decode()
    assert text.startswith("<p>before</p>\n<pre>\nMod_python error: ")
    assert "NameError: name &#x27;nothing&#x27; is not defined" in text


def test_a_failing_page_without_debugging_is_left_to_apache(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    native = ask("<p>before</p><%= nothing %>")
    assert (handler(native), native.waiting) == (500, b"")
    assert "NameError" in caplog.text


def test_nothing_follows_a_page_that_fails_once_headers_are_out(ask: Ask) -> None:
    native = ask("<p>before</p><% req.flush() %>after<%= nothing %>")
    assert handler(native) == apache.DONE
    assert (native.sent, native.waiting) == (b"<p>before</p>", b"")


def test_an_internal_redirect_drops_what_waits(ask: Ask) -> None:
    native = ask("text<% req.internal_redirect('/other.psp') %>")
    handler(native)
    assert (native.redirects, native.waiting) == (["/other.psp"], b"")


def test_a_file_is_sent_behind_what_was_written(ask: Ask) -> None:
    native = ask(
        "<% n = req.sendfile(req.filename[:-8] + 'data.txt', 1, 2) %>=<%= n %>",
        data_txt="abcd",
    )
    handler(native)
    assert native.sent + native.waiting == b"bc=2"


def test_the_request_before_a_redirect_is_one_of_ours(ask: Ask) -> None:
    before, native = ask(), ask("<%= req.prev.headers_in['x-a'] %>")
    before.headers_in.pairs.append(("X-A", b"\xe9"))
    native.prev = before  # type: ignore[assignment]
    handler(native)
    assert native.waiting == "é".encode()


def test_our_modules_take_the_request_of_apache(ask: Ask) -> None:
    native: Any = ask("<%= n %> <%= form['a'] %>")
    native.args = "a=x"
    native.headers_in["Cookie"] = b"k=v"
    native.form = util.FieldStorage(native)
    assert cookie.get_cookies(native)["k"].value == "v"
    kept = session.Session(native)
    assert kept.is_new() and len(kept.id()) == 32
    kept.close()
    native.write("[", 0)
    psp.PSP(native).run({"n": 1})
    native.write("]", 0)
    assert native.waiting == b"[1 x]"


def test_one_req_stands_for_one_request(ask: Ask) -> None:
    native = ask()
    req = adopt(native)
    assert adopt(native) is req and adopt(req) is req


def test_the_publisher_can_be_called_by_apache(ask: Ask) -> None:
    native: Any = ask(index_py="def index(req):\n    return 'here'\n")
    native.filename = native.document_root() + "/index.py"
    native._content_type_set = 0
    native.get_addhandler_exts = lambda: "py "
    native.allow_methods = lambda methods: None
    assert publisher.handler(native) == apache.OK
    assert (native.waiting, native.content_type) == (b"here", "text/plain")


def test_settings_come_from_the_file_that_an_option_names(
    ask: Ask, tmp_path: Path
) -> None:
    (tmp_path / "psp.toml").write_text("[limits]\nbody_bytes = 5\n")
    native = ask("<%= form %>", b"a=123456")
    native.options["psp.settings"] = str(tmp_path / "psp.toml")
    assert handler(native) == 413


def test_a_page_outside_of_the_document_root_is_served(
    ask: Ask, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "page.psp").write_text("<%@ include file='part.psp' %>!")
    (elsewhere / "part.psp").write_text("part")
    native = NativeRequest(str(tmp_path / "root"), str(elsewhere / "page.psp"))
    assert (handler(native), native.waiting) == (apache.OK, b"part!")


def test_a_result_that_is_no_int_is_reported(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(req: Any) -> int:
        raise apache.SERVER_RETURN("gone")

    assert serve(wrong, ask()) == 500
    assert "SERVER_RETURN" in caplog.text


class TestTables:
    def test_they_change_the_table_of_apache(self, ask: Ask) -> None:
        native = ask()
        table = adopt(native).headers_out
        table["A"] = "1"
        table.add("a", "2")
        table.setdefault("B", "3")
        assert table["a"] == ["1", "2"] and table.popitem() == ("A", "1")
        assert native.headers_out.pairs == [("a", b"2"), ("B", b"3")]
        del table["A"]
        assert table.items() == [("B", "3")] and "b" in table
        table.clear()
        assert not native.headers_out.pairs

    def test_a_copy_is_one_of_its_own(self, ask: Ask) -> None:
        native = ask()
        table = adopt(native).notes
        table["a"] = "1"
        twin = table.copy()
        twin["a"] = "2"
        assert native.notes.pairs == [("a", b"1")]

    def test_what_is_not_latin_1_goes_out_as_utf_8(self, ask: Ask) -> None:
        native = ask()
        adopt(native).headers_out["A"] = "€"
        assert native.headers_out.pairs == [("A", "€".encode())]

    @pytest.mark.parametrize("value", ["a\r\nB: c", "a\0"])
    def test_no_value_breaks_its_line(self, ask: Ask, value: str) -> None:
        table = adopt(ask()).err_headers_out
        assert isinstance(table, Headers)
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            table["A"] = value


@pytest.fixture(autouse=True)
def _silent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "psp")


def test_the_stand_in_fails_where_apache_does() -> None:
    table = NativeTable(("A", b"\xe9"))
    with pytest.raises(UnicodeDecodeError):
        table.get("a")
    with pytest.raises(UnicodeDecodeError):
        next(table.itervalues())
