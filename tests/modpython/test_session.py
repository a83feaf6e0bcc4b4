from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from .client import Site

MakeSite = Callable[..., Site]

HITS = (
    "<% session['hits'] = session.get('hits', 0) + 1 %>"
    "<%= session['hits'] %> <%= session.is_new() %> <%= type(session).__name__ %>"
)
KINDS = ("MemorySession", "FileSession", "DbmSession")


@pytest.fixture
def make(make_site: MakeSite) -> MakeSite:
    """Makes sites whose sessions are kept beside them."""

    def made(files: dict[str, str], *options: str) -> Site:
        site = make_site()
        folder = site.root.parent / "sessions"
        folder.mkdir(exist_ok=True)
        lines = [f"PythonOption mod_python.session.database_directory {folder}"]
        lines += [f"PythonOption {option}" for option in options]
        return make_site(files, "\n".join(lines))

    return made


@pytest.mark.parametrize("kind", KINDS)
def test_the_option_names_the_class_and_all_keep_what_they_are_given(
    make: MakeSite, kind: str
) -> None:
    site = make({"page.psp": HITS}, f"mod_python.session.session_type {kind}")
    assert site.get("/page.psp").text == f"1 True {kind}"
    assert site.get("/page.psp").text == f"2 False {kind}"


@pytest.mark.parametrize("kind", KINDS[1:])
def test_files_outlive_the_application(make: MakeSite, kind: str) -> None:
    option = f"session {kind}"  # the name of old
    first = make({"page.psp": HITS}, option)
    first.get("/page.psp")
    second = make({"page.psp": HITS}, option)
    second.cookies = first.cookies
    assert second.get("/page.psp").text == f"2 False {kind}"


def test_the_class_may_be_the_sites_default(make_site: MakeSite) -> None:
    site = make_site({"page.psp": HITS}, default_session="FileSession")
    folder = site.root.parent / "sessions"
    folder.mkdir()
    site.directives += f"\nPythonOption session_directory {folder}"
    assert site.get("/page.psp").text == "1 True FileSession"
    assert list(folder.iterdir())


def test_an_unknown_class_is_named(make: MakeSite) -> None:
    site = make({"page.psp": HITS}, "mod_python.session.session_type CookieJar")
    assert site.get("/page.psp").report == "Exception: Unknown session type CookieJar"


def test_the_cookie_is_sent_with_a_new_session_alone(make: MakeSite) -> None:
    site = make({"page.psp": HITS})
    answer = site.get("/page.psp")
    assert re.fullmatch("pysid=[0-9a-f]{32}; path=/", str(answer.header("Set-Cookie")))
    assert answer.header("Cache-Control") == 'no-cache="set-cookie"'
    again = site.get("/page.psp")
    assert again.header("Set-Cookie") is None
    assert again.header("Cache-Control") is None


def test_options_shape_the_cookie(make: MakeSite) -> None:
    site = make(
        {"page.psp": "<% session %>"},
        "mod_python.session.cookie_name shop",
        "mod_python.session.application_path /app",
        "mod_python.session.application_domain .site.test",
    )
    cookie = str(site.get("/page.psp").header("Set-Cookie"))
    assert re.fullmatch("shop=[0-9a-f]{32}; path=/app; domain=.site.test", cookie)


def test_under_https_the_cookie_is_for_https(make: MakeSite) -> None:
    site = make({"page.psp": "<% session %>"})
    answer = site.get("/page.psp", environ={"wsgi.url_scheme": "https"})
    assert str(answer.header("Set-Cookie")).endswith("; path=/; secure")


@pytest.mark.parametrize("sid", ["0" * 32, "f" * 32, "../../etc/passwd", "A" * 32, ""])
def test_an_id_that_is_not_ours_is_never_taken(make: MakeSite, sid: str) -> None:
    site = make({"page.psp": "<%= session.id() %> <%= session.is_new() %>"})
    answer = site.get("/page.psp", [("Cookie", f"pysid={sid}")])
    found, is_new = answer.text.split()
    assert is_new == "True" and found != sid and len(found) == 32


def test_a_bad_id_given_by_hand_is_an_error(make: MakeSite) -> None:
    site = make({"page.psp": "<% Session.Session(req, sid='bad') %>"})
    assert site.get("/page.psp").report.startswith("ValueError: Invalid Session ID")


def test_two_sessions_of_one_request_do_not_wait_for_each_other(
    make: MakeSite,
) -> None:
    text = (
        "<% session.save() %><% other = Session.Session(req, sid=session.id()) %>"
        "<%= other.id() == session.id() %>"
    )
    assert make({"page.psp": text}).get("/page.psp").text == "True"


def test_an_internal_redirect_may_change_the_session_first(
    make: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = make(
        {
            "go.psp": "<% session['a'] = 1\nsession.save()\n"
            "req.internal_redirect('/in.psp?' + session.id()) %>",
            "in.psp": "<% other = Session.Session(req, sid=req.args)\n"
            "other['b'] = 2\nother.save() %><%= sorted(other.items()) %>",
        }
    )
    assert site.get("/go.psp").text == "[('a', 1), ('b', 2)]"
    assert not caplog.records


def test_an_internal_redirect_shares_the_lock(make: MakeSite) -> None:
    site = make(
        {
            "page.psp": "<% session['a'] = 1; session.save() %>",
            "go.psp": "<% session; req.internal_redirect('/show.psp') %>",
            "show.psp": "<%= session['a'] %>",
        }
    )
    site.get("/page.psp")
    assert site.get("/go.psp").text == "1"


def test_what_is_set_before_a_redirect_or_an_ending_is_kept(make: MakeSite) -> None:
    ending = "<% session['a'] = {0} %><% {1} %>"
    site = make(
        {
            "go.psp": ending.format("'go'", "psp.redirect('/show.psp')"),
            "end.psp": ending.format("'end'", "raise apache.SERVER_RETURN(404)"),
            "fail.psp": ending.format("'fail'", "1 / 0"),
            "show.psp": "<%= session.get('a') %>",
        }
    )
    for path, wanted in (("/go", "go"), ("/end", "end"), ("/fail", "end")):
        site.get(f"{path}.psp")
        assert site.get("/show.psp").text == wanted


def test_invalidate_ends_session_and_cookie(make: MakeSite) -> None:
    site = make(
        {
            "set.psp": "<% session['a'] = 1 %>",
            "out.psp": "<% session.invalidate() %>",
            "show.psp": "<%= session.get('a') %> <%= session.is_new() %>",
        }
    )
    site.get("/set.psp")
    cookie = str(site.get("/out.psp").header("Set-Cookie"))
    assert cookie.endswith("; path=/; expires=Thu, 01-Jan-1970 00:00:00 GMT")
    assert site.get("/show.psp").text == "None True"


def test_a_new_id_at_login_keeps_the_data_and_ends_the_old_id(make: MakeSite) -> None:
    site = make(
        {
            "page.psp": "<% session['a'] = 1 %>",
            "login.psp": "<% session.regenerate() %>",
            "late.psp": "<% req.flush(); session.regenerate() %>",
            "show.psp": "<%= session.get('a') %>",
        }
    )
    site.get("/page.psp")
    old = site.cookies["pysid"]
    site.get("/login.psp")
    assert site.cookies["pysid"] != old
    assert site.get("/show.psp").text == "1"
    assert site.get("/show.psp", [("Cookie", f"pysid={old}")]).text == "None"
    assert site.get("/late.psp").report.startswith("SessionError")


@pytest.mark.parametrize("secret", ["'hush'", "b'hush'"])
def test_a_signed_cookie_counts_with_its_signature_only(
    make: MakeSite, secret: str
) -> None:
    text = (
        f"<%\ns = Session.Session(req, secret={secret})\n"
        "s['n'] = s.get('n', 0) + 1\ns.save()\n%><%= s['n'] %>"
    )
    site = make({"page.psp": text})
    assert [site.get("/page.psp").text for _ in range(2)] == ["1", "2"]
    value = site.cookies["pysid"]
    sid, signature = value[-32:], value[:-32]
    for forged in (sid, signature + "0" * 32, "0" * len(signature) + sid):
        assert site.get("/page.psp", [("Cookie", f"pysid={forged}")]).text == "1"


def test_a_value_that_cannot_be_kept_is_named_without_the_page(make: MakeSite) -> None:
    answer = make({"page.psp": "all text<% session['f'] = lambda: 1 %>"}).get(
        "/page.psp"
    )
    assert answer.status == 500 and answer.text.startswith("\n<pre>")
    assert answer.report.startswith("SessionError: session[&#x27;f&#x27;] cannot be")


def test_a_handlers_session_is_saved_when_it_says_so(make_site: MakeSite) -> None:
    code = (
        "from mod_python import Session\ndef handler(req):\n"
        "    s = Session.Session(req, timeout=90, lock=0)\n"
        "    s['n'] = s.get('n', 0) + 1\n"
        "    if req.args: s.save()\n"
        "    req.write('%s %s' % (s['n'], s.timeout()))\n    return 0\n"
    )
    lines = "AddHandler mod_python .zz\nPythonHandler hand"
    site = make_site({"hand.py": code, "a.zz": ""}, lines)
    paths = ["/a.zz", "/a.zz?save", "/a.zz", "/a.zz"]
    assert [site.get(path).text[0] for path in paths] == ["1", "1", "2", "2"]


def test_the_session_is_not_on_the_request_behind_the_page(make: MakeSite) -> None:
    files = {
        "inner.psp": "<%= len(session) %>",
        "page.psp": "<% PSP(req, 'inner.psp').run() %>"
        " <%= hasattr(req, 'ses' + 'sion') %>",
    }
    assert make(files).get("/page.psp").text == "0 False"


def test_data_that_somebody_else_wrote_are_not_loaded(make: MakeSite) -> None:
    site = make({"page.psp": HITS}, "mod_python.session.session_type FileSession")
    site.get("/page.psp")
    records: list[Any] = [
        path
        for path in (site.root.parent / "sessions").rglob("*")
        if path.is_file() and len(path.name) == 64
    ]
    assert len(records) == 1
    data = records[0].read_bytes()
    records[0].write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    answer = site.get("/page.psp")
    assert answer.text.startswith("1 True") or "SessionError" in answer.text
