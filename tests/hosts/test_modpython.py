"""psp inside the real Apache: what a stand-in for its request cannot show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.replay import Answer, send

from .apache import OURS, Apache, serving

pytestmark = pytest.mark.apache

SERVER = """
Alias /elsewhere/ @ROOT@/elsewhere/
<Directory "@ROOT@/elsewhere">
    Require all granted
    AddHandler mod_python .psp
    PythonHandler psp.modpython | .psp
</Directory>
"""


@pytest.fixture(scope="module")
def apache() -> Iterator[Apache]:
    """A server whose pages are ours."""
    with serving(OURS, SERVER, ours=True) as found:
        yield found


def get(apache: Apache, path: str, *headers: bytes, method: str = "GET") -> Answer:
    """The answer to a request, sent as it is."""
    lines = [f"{method} {path} HTTP/1.0".encode(), *headers, b"", b""]
    return send(apache.address, b"\r\n".join(lines), 20.0)


def page(apache: Apache, text: str, *headers: bytes, query: str = "") -> Answer:
    """The answer of a page of the given text."""
    write(apache.docroot / "page.psp", text)
    return get(apache, f"/page.psp{query}", *headers)


def write(file: Path, text: str) -> None:
    """A file that everybody can read."""
    file.parent.mkdir(mode=0o755, exist_ok=True)
    file.write_text(text)
    file.chmod(0o644)


def test_the_modules_of_mod_python_are_ours_but_for_apache(apache: Apache) -> None:
    answer = page(
        apache,
        "<% from mod_python import apache as a, util as u, Session as s, psp as p\n"
        "%><%= [m.__file__.count('dist-packages') for m in (a, u, s, p)] %>"
        "<%= a is apache and p.PSP is PSP and s is Session %>",
    )
    assert answer.body == b"[1, 0, 0, 0]True"


def test_handlers_of_apache_use_our_modules(apache: Apache) -> None:
    write(
        apache.docroot / "native.py",
        "from mod_python import apache, psp, util, Session\n"
        "def handler(req):\n"
        "    session = Session.Session(req)\n"
        "    form = util.FieldStorage(req)\n"
        "    req.write('[', 0)\n"
        "    psp.PSP(req, 'part.psp').run({'name': form['name']})\n"
        "    req.write(']', 0)\n"
        "    if form.has_key('to'):\n"
        "        util.redirect(req, form['to'])\n"
        "    raise apache.SERVER_RETURN(apache.OK)\n",
    )
    write(apache.docroot / "part.psp", "<%= name %>, <%= len(req.form or []) %>")
    write(apache.docroot / "n" / "page.txt", "")
    write(
        apache.docroot / "n" / ".htaccess",
        "SetHandler mod_python\nPythonHandler native\n",
    )
    write(apache.docroot / "part.psp", "<%= name.upper() %>")
    write(apache.docroot / "n" / "part.psp", "<%= name.upper() %>")
    answer = get(apache, "/n/page.txt?name=gr%C3%BC%C3%9Fe")
    assert (answer.status, answer.body.decode()) == (200, "[GRÜSSE]")
    moved = get(apache, "/n/page.txt?name=x&to=/there")
    assert moved.status == 302 and ("Location", "/there") in moved.headers


@pytest.mark.parametrize("name", [b"Cookie", b"X-Any", b"Referer"])
def test_no_byte_of_a_header_ends_the_process(apache: Apache, name: bytes) -> None:
    text = "<% session %><%= ascii(req.headers_in.items()[-1][1]) %>"
    answer = page(apache, text, name + b": k=\xe9")
    assert (answer.outcome, answer.body) == ("ok", rb"'k=\xe9'")


def test_no_byte_of_the_address_is_refused(apache: Apache) -> None:
    text = "<%= ascii(form['name'].value) %> <%= ascii(req.path_info) %>"
    write(apache.docroot / "page.psp", text)
    answer = get(apache, "/page.psp/%E9?name=%E9")
    assert answer.body == rb"'\ufffd' '/\udce9'"


@pytest.mark.parametrize(
    "code",
    [
        "del req.content_type",
        "del req.status",
        "req.headers_out.setdefault('X-A', 'b')",
        "req.subprocess_env.setdefault('A', '\\xe9'); req.subprocess_env['A']",
    ],
)
def test_what_ended_the_process_does_not(apache: Apache, code: str) -> None:
    text = f"<%\ntry:\n    {code}\nexcept AttributeError:\n    pass\n#\n%>there"
    answer = page(apache, text)
    assert (answer.outcome, answer.body) == ("ok", b"there")


def test_extension_modules_find_the_interpreter(apache: Apache) -> None:
    answer = page(apache, "<% req.register_cleanup(len, 'x') %>there")
    assert answer.body == b"there"


def test_programs_of_cgi_read_what_was_posted(apache: Apache) -> None:
    folder = apache.docroot / "cgi"
    text = "import sys\nprint('X-A: b\\n\\n' + sys.stdin.read().upper(), end='')\n"
    write(folder / "upper.py", text)
    write(folder / ".htaccess", "PythonHandler psp.modpython.cgihandler | .py\n")
    head = b"POST /cgi/upper.py HTTP/1.0\r\nContent-Length: 4\r\n\r\n"
    answer = send(apache.address, head + b"text", 20.0)
    assert (answer.status, answer.body) == (200, b"TEXT")
    assert ("X-A", "b") in answer.headers


def test_a_page_that_declines_is_not_sent_as_a_file(apache: Apache) -> None:
    answer = page(apache, "<% raise apache.SERVER_RETURN(apache.DECLINED) %>")
    assert answer.status == 404 and b"SERVER_RETURN" not in answer.body


def test_nothing_follows_a_page_that_fails_in_the_middle(apache: Apache) -> None:
    answer = page(apache, "there<% req.flush() %><%= nothing %>")
    assert (answer.status, answer.body) == (200, b"there")
    assert "NameError: name 'nothing' is not defined" in apache.log.read_text()


CAUGHT = """<%
try:
    req.read()
except apache.SERVER_RETURN as ending:
    req.status = ending.args[0]
%>"""


@pytest.mark.parametrize(
    "text", ["<%= form %>", "<%= req.read() %>", "<%= req.readlines() %>", CAUGHT]
)
def test_a_body_without_end_is_refused(apache: Apache, text: str) -> None:
    write(apache.docroot / "page.psp", text)
    chunked = b"Transfer-Encoding: chunked\r\nContent-Type: text/x\r\n\r\n0\r\n\r\n"
    head = b"POST /page.psp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    again = [send(apache.address, head + chunked, 20.0).status for _ in range(4)]
    assert again == [411] * 4


def test_a_session_is_the_same_before_and_after_a_redirect_within(
    apache: Apache,
) -> None:
    write(apache.docroot / "inner.psp", "<%= session.id() == req.prev.sid %>")
    text = "<%\nreq.sid = session.id()\nif not session.is_new():\n"
    text += "    req.internal_redirect('/inner.psp')\n#\n%>"
    cookie = dict(page(apache, text).headers)["Set-Cookie"].partition(";")[0]
    assert page(apache, text, b"Cookie: " + cookie.encode()).body == b"True"


def test_nothing_follows_the_answer_of_a_redirect_within(apache: Apache) -> None:
    write(apache.docroot / "inner.psp", "inner")
    answer = page(apache, "<% req.internal_redirect('/inner.psp'); nothing %>")
    assert (answer.status, answer.body) == (200, b"inner")


def test_a_session_is_known_to_every_process(apache: Apache) -> None:
    text = "<% session['n'] = session.get('n', 0) + 1 %><%= session['n'] %>"
    first = page(apache, text)
    cookie = dict(first.headers)["Set-Cookie"].partition(";")[0]
    apache.restart()
    again = get(apache, "/page.psp", b"Cookie: " + cookie.encode())
    assert (first.body, again.body) == (b"1", b"2")


def test_folders_that_aliases_and_links_lead_to_have_pages(apache: Apache) -> None:
    elsewhere = apache.root / "elsewhere"
    write(elsewhere / "page.psp", "<%@ include file='part.psp' %>!")
    write(elsewhere / "part.psp", "part")
    elsewhere.chmod(0o755)
    (apache.docroot / "linked").symlink_to(elsewhere)
    for path in ("/elsewhere/page.psp", "/linked/page.psp"):
        assert get(apache, path).body == b"part!", path


def test_an_option_names_the_settings(apache: Apache) -> None:
    toml = apache.root / "psp.toml"
    lines = [f'cache_dir = "{apache.root}/run/cache"']
    lines += [f'key_file = "{apache.root}/run/key"', "[limits]", "body_bytes = 5"]
    write(toml, "\n".join(lines))
    folder = apache.docroot / "limited"
    write(folder / "page.psp", "<%= form['a'] %>")
    write(folder / ".htaccess", f"PythonOption psp.settings {toml}\n")
    answers = []
    for body in (b"a=1", b"a=12345"):
        kind = b"Content-Type: application/x-www-form-urlencoded"
        head = [b"POST /limited/page.psp HTTP/1.0", kind]
        head += [b"Content-Length: %d" % len(body), b"", body]
        answers.append(send(apache.address, b"\r\n".join(head), 20.0).status)
    assert answers == [200, 413]
    assert list((apache.root / "run" / "cache").rglob("*.psc"))
