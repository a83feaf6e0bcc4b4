"""The Content-Security-Policy of a site: its header and its pages have one nonce."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from psp import ASGIApplication
from psp.errors import SettingsError
from psp.settings import load_settings
from psp.testing import Client

POLICY = "default-src 'self';\n  script-src 'nonce' 'strict-dynamic'; style-src 'nonce'"


def sent(nonce: str) -> str:
    """The header that goes with *nonce*."""
    return (
        f"default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic';"
        f" style-src 'nonce-{nonce}'"
    )


def nonce_in(html: str) -> str:
    found = re.findall(r'nonce="([^"]*)"', html)
    assert len(set(found)) == 1, html
    return str(found[0])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    pages = {
        "page.psp": "<script>a()</script><style>p{}</style>",
        "layout.psp": '<%@ layout file="_base.psp" %><script>a()</script>',
        "_base.psp": "<style>p{}</style><%= psp.content() %>",
        "own.psp": "<% req.headers_out['Content-Security-Policy'] = 'sandbox' %>a",
        "fails.psp": "<% psp.set_error_page('error.psp') %><script>a</script><% 1/0 %>",
        "error.psp": "<script>sorry()</script>",
        "broken.psp": "<% 1/0 %>",
        "stream.psp": "<script>a</script><% psp.flush() %><script>b</script>",
        "kept.psp": "<% with psp.cache('a'): %><script>a</script><% end %>",
        "inner.psp": "<% with psp.cache('a'): %><% psp.include('kept.psp') %><% end %>",
        "late.psp": "<%! runs = [] %><% if 'late' in (req.args or ''): psp.flush() %>"
        "<% with psp.cache('b'): %><% runs.append(1) %><script>a</script><% end %>"
        "<%= len(runs) %>",
        "old.psp": '<%@ page dialect="mod_python" %><script>a</script>',
        "file.txt": "text",
    }
    for name, text in pages.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "page", ["page", "layout", "stream", "fails", "old", "kept", "inner"]
)
def test_header_and_page_agree(root: Path, page: str) -> None:
    client = Client(root, csp=POLICY, raises=False)
    nonces = set()
    for _ in range(3):
        answer = client.get(f"/{page}.psp")
        nonce = nonce_in(answer.text)
        assert answer.headers.getlist("Content-Security-Policy") == [sent(nonce)]
        nonces.add(nonce)
    assert len(nonces) == 3


def test_a_piece_made_behind_the_headers_is_not_kept(root: Path) -> None:
    """Who reads the nonce while the page still runs may have it put into the text."""
    client = Client(root, csp=POLICY)
    queries = ["late", "late", "", "", "late"]
    answers = [client.get("/late.psp", query_string=query) for query in queries]
    assert [answer.text[-1] for answer in answers] == list("12333")


def test_a_page_may_send_its_own(root: Path) -> None:
    answer = Client(root, csp=POLICY).get("/own.psp")
    assert answer.headers.getlist("Content-Security-Policy") == ["sandbox"]


def test_errors_run_nothing(root: Path) -> None:
    answer = Client(root, csp=POLICY, raises=False).get("/broken.psp")
    assert answer.status_code == 500
    policy = answer.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_a_policy_without_a_nonce_leaves_pages_alone(root: Path) -> None:
    answer = Client(root, csp="default-src 'self'").get("/page.psp")
    assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
    assert answer.text == "<script>a()</script><style>p{}</style>"


def test_without_the_setting_there_is_no_header(root: Path) -> None:
    answer = Client(root).get("/page.psp")
    assert "Content-Security-Policy" not in answer.headers


def test_under_asgi(root: Path) -> None:
    messages: list[dict[str, Any]] = []

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/page.psp",
            "raw_path": b"/page.psp",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        await ASGIApplication(root, csp=POLICY)(scope, receive, send)

    asyncio.run(ask())
    headers = dict(messages[0]["headers"])
    body = b"".join(m.get("body", b"") for m in messages[1:])
    policy = headers[b"content-security-policy"].decode()
    assert policy == sent(nonce_in(body.decode()))


@pytest.mark.parametrize("policy", ["", " ", "script-src caf\u00e9", 1])
def test_policies_that_no_header_holds(policy: object) -> None:
    with pytest.raises(SettingsError, match="csp"):
        load_settings(options={"csp": policy})
