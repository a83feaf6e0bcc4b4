"""Whatever a visitor sends, there is an answer, and it is none of 500."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .client import Site, ask, environ_of

PAGE = """<%
from mod_python import Cookie
for name in req.headers_in.keys():
    req.write(req.headers_in[name], 0)
# headers
for field in form.list:
    req.write('%s %s %r' % (field.name, field, field.value), 0)
# fields
for cookie in Cookie.get_cookies(req).values():
    req.write(cookie.name + cookie.value, 0)
# cookies
Cookie.get_cookies(req, Cookie.SignedCookie, secret='hush')
Cookie.get_cookies(req, Cookie.MarshalCookie, secret='hush')
req.add_common_vars()
req.add_cgi_vars()
req.get_basic_auth_pw()
%><%= req.uri %><%= req.args %><%= req.unparsed_uri %><%= req.path_info %><%=
req.the_request %><%= req.hostname %><%= req.construct_url(req.uri) %><%=
req.filename %><%= req.subprocess_env %><%= req.user %><%= session.id() %><%=
util.parse_qs(req.args or '') %><%= req.meets_conditions() %><%= req.parsed_uri %>"""
MODULE = (
    "__auth__ = {'anna': 'pw'}\n"
    "def index(req, name='x', **other):\n    return str((name, other))\n"
)
TEXT = st.binary(max_size=40).map(lambda data: data.decode("latin-1"))
LONG = st.binary(max_size=300)
NAMES = (
    "HTTP_COOKIE CONTENT_TYPE HTTP_HOST HTTP_AUTHORIZATION HTTP_X_ANY HTTP_RANGE"
    " HTTP_IF_NONE_MATCH HTTP_IF_MODIFIED_SINCE HTTP_IF_MATCH HTTP_USER_AGENT"
    " HTTP_TRANSFER_ENCODING REMOTE_ADDR REQUEST_METHOD SERVER_PROTOCOL"
).split()
COOKIES = st.text(alphabet='ab1=;, "\\$\xe9\x00\xff%', max_size=40)
TYPES = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=X",
        'multipart/form-data; boundary="\xff"',
        "multipart/form-data; boundary=",
        "text/plain",
        "a/b; c=\xe9",
        "",
    ]
)
PARTS = st.lists(
    st.sampled_from(
        [
            b"--X",
            b"--X--",
            b"\r\n",
            b"\n",
            b'Content-Disposition: form-data; name="a"; filename="b\xff"',
            b"Content-Type: text/plain",
            b"\x00",
            b"a=1&b=%ff;c",
            b":",
            b"\xc3",
        ]
    ),
    max_size=12,
).map(b"".join)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root: Path = tmp_path_factory.mktemp("robust") / "root"
    root.mkdir()
    directives = "AuthType Basic\nPythonOption session MemorySession"
    files = {"page.psp": PAGE, "m.py": MODULE, "a.txt": "text", "sub/index.html": "x"}
    yield Site(root, directives).write(files)


def check(site: Site, environ: dict[str, object]) -> None:
    answer = ask(site.application, environ)
    # 501 is mod_python's for a body that is no form.
    assert answer.status < 500 or answer.status == 501, answer.body
    for name, value in answer.headers:
        assert not set("\r\n\0") & set(name + value)
        value.encode("latin-1")


@settings(max_examples=60, deadline=None)
@given(values=st.dictionaries(st.sampled_from(NAMES), TEXT, max_size=4), query=LONG)
def test_any_byte_in_any_header_and_in_the_query(
    site: Site, values: dict[str, str], query: bytes
) -> None:
    for path in ("/page.psp", "/m.py", "/a.txt", "/sub/", "/none"):
        environ = environ_of("GET", path, (), None)
        environ |= {"QUERY_STRING": query.decode("latin-1"), **values}
        check(site, environ)


@settings(max_examples=60, deadline=None)
@given(path=LONG, quoted=st.booleans())
def test_any_byte_in_the_path(site: Site, path: bytes, quoted: bool) -> None:
    for prefix in ("/", "/page.psp/", "/m.py/", "/sub/"):
        environ = environ_of("GET", prefix, (), None)
        environ["PATH_INFO"] = prefix + path.decode("latin-1")
        raw = quote_from_bytes(path) if quoted else path.decode("latin-1")
        environ["REQUEST_URI"] = prefix + raw
        check(site, environ)


@settings(max_examples=80, deadline=None)
@given(kind=st.one_of(TYPES, TEXT), body=st.one_of(PARTS, LONG), lie=st.integers(-5, 5))
def test_any_byte_in_the_body_and_any_length(
    site: Site, kind: str, body: bytes, lie: int
) -> None:
    for path in ("/page.psp", "/m.py/index"):
        environ = environ_of("POST", path, [("Content-Type", kind)], body)
        environ["CONTENT_LENGTH"] = str(max(0, len(body) + lie))
        check(site, environ)


@settings(max_examples=60, deadline=None)
@given(text=COOKIES)
def test_any_cookie(site: Site, text: str) -> None:
    environ = environ_of("GET", "/page.psp", (), None)
    check(site, environ | {"HTTP_COOKIE": text})


@settings(max_examples=50, deadline=None)
@given(token=TEXT)
def test_any_credentials(site: Site, token: str) -> None:
    for kind in ("Basic ", "basic  ", ""):
        environ = environ_of("GET", "/m.py/index", (), None)
        check(site, environ | {"HTTP_AUTHORIZATION": kind + token})
