"""The settings about proxies and origins, through WSGI."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import run_wsgi_app

from psp import WSGIApplication
from psp.errors import SettingsError

PAGE = "<%= req.useragent_ip %> <%= req.is_https() %> <%= req.hostname %>"
SENT = {
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "inside",
    "HTTP_X_FORWARDED_FOR": "192.0.2.1",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "www.example",
}


def send(
    root: Path, environ: dict[str, Any], **options: Any
) -> tuple[str, dict[str, str], str]:
    """Status, header and body of the answer to *environ*."""
    given = {"REQUEST_METHOD": "GET", "wsgi.input": BytesIO(), "PATH_INFO": "/p.psp"}
    application = WSGIApplication(root, key_file="none", **options)
    body, status, headers = run_wsgi_app(application, {**given, **environ})
    return status[:3], dict(headers), b"".join(body).decode()


def ask(root: Path, environ: dict[str, Any], **options: Any) -> tuple[str, str]:
    """Status and body."""
    status, _, body = send(root, environ, **options)
    return status, body


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "p.psp").write_text(PAGE)
    return tmp_path


def test_no_proxy_is_believed_by_default(root: Path) -> None:
    assert ask(root, SENT) == ("200", "127.0.0.1 0 inside")


def test_a_named_proxy_is_believed(root: Path) -> None:
    answer = ask(root, SENT, trusted_proxies=["127.0.0.0/8"])
    assert answer == ("200", "192.0.2.1 1 www.example")


def test_the_cookie_of_a_session_is_secure_behind_https(root: Path) -> None:
    (root / "p.psp").write_text('<% session["a"] = 1 %>')
    headers = send(root, SENT, trusted_proxies=["127.0.0.1"])[1]
    assert "; Secure" in headers["Set-Cookie"]


@pytest.mark.parametrize("name", ["localhost", "10.0.0.1/8", "*", "1.2.3"])
def test_a_proxy_is_named_by_its_address(root: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        WSGIApplication(root, trusted_proxies=[name])


@pytest.mark.parametrize("name", ["shop.example", "*", "https://a/", "ftp://a"])
def test_an_origin_is_scheme_and_host(root: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="csrf_origins"):
        WSGIApplication(root, csrf_origins=[name])


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://Shop.example", "200"), ("https://evil.example", "403")],
)
def test_a_site_that_is_named_may_send(root: Path, origin: str, status: str) -> None:
    (root / "p.psp").write_text('<%@ page dialect="mod_python" %>ok')
    environ = {
        "REQUEST_METHOD": "POST",
        "HTTP_ORIGIN": origin,
        "HTTP_SEC_FETCH_SITE": "cross-site",
        "HTTP_HOST": "inside",
    }
    answer = ask(root, environ, csrf=True, csrf_origins=["https://shop.example"])
    assert answer[0] == status
