"""The guard against forged requests, attacked from outside."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from psp import WSGIApplication

PAGES = {
    "form.psp": "<%= psp.csrf_field() %>",
    "act.psp": '<%@ page methods="GET POST PUT PATCH DELETE" %>'
    "<% import pathlib; pathlib.Path(LOG).write_text(req.method) %>"
    "done <%= form.getfirst('word', '') %>",
    "json.psp": "<% import json %><%= json.loads(req.read())['word'] %>",
    "login.psp": "<% session.regenerate() %>",
    "logout.psp": "<% session.invalidate() %>",
    "open.psp": '<%@ page csrf="off" %>open <%= form.getfirst("word", "") %>',
    "guarded.psp": '<%@ page csrf="on" %>guarded',
    "without.psp": '<%@ page session="none" %>without',
    "old.psp": '<%@ page dialect="mod_python" %>old <%= form.getfirst("word") %>',
}
CHANGING = ["POST", "PUT", "PATCH", "DELETE"]


class Visitor(Client):
    """A browser that a page of the site has given a token."""

    application: WSGIApplication

    def token(self) -> str:
        """A fresh token."""
        field = self.get("/form.psp").text
        found = re.fullmatch(
            r'<input type="hidden" name="csrf_token" value="([\w-]+)">', field
        )
        assert found, field
        return found[1]

    def send(self, path: str = "/act.psp", **options: Any) -> TestResponse:
        """The answer to a POST, or to what *options* say."""
        if not options.keys() & {"data", "json", "environ_overrides"}:
            options["data"] = {"word": ""}
        answer = self.open(path, **{"method": "POST", **options})
        answer.get_data()
        answer.close()
        answer.request.environ["wsgi.input"].close()
        return answer


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The file that ``act.psp`` writes to whenever it runs."""
    return tmp_path / "log"


@pytest.fixture
def site(tmp_path: Path, log: Path) -> Path:
    root = tmp_path / "pages"
    root.mkdir()
    for name, text in PAGES.items():
        (root / name).write_text(text.replace("LOG", repr(str(log))))
    return root


@pytest.fixture
def visitor(site: Path) -> Visitor:
    return Visitor(WSGIApplication(site, csrf=True))


def headers(**fields: str) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in fields.items()}


def test_a_form_of_this_site_passes(visitor: Visitor) -> None:
    data = {"csrf_token": visitor.token(), "word": "tea"}
    assert visitor.send(data=data).text == "done tea"


def test_a_token_may_be_used_again_and_in_any_order(visitor: Visitor) -> None:
    first, second = visitor.token(), visitor.token()
    assert first != second
    for token in (second, first, first):
        assert visitor.send(data={"csrf_token": token}).status_code == 200


def test_a_multipart_form_passes(visitor: Visitor) -> None:
    upload = (io.BytesIO(b"x" * 100_000), "a.txt")
    data = {"csrf_token": visitor.token(), "word": "tea", "file": upload}
    assert visitor.send(data=data).text == "done tea"


def test_a_script_passes_with_the_header_and_any_body(visitor: Visitor) -> None:
    token = {"X-CSRF-Token": visitor.token()}
    answer = visitor.send("/json.psp", json={"word": "tea"}, headers=token)
    assert answer.text == "tea"


@pytest.mark.parametrize("method", CHANGING)
def test_every_method_that_changes_something_is_guarded(
    visitor: Visitor, method: str, log: Path
) -> None:
    token = visitor.token()
    assert visitor.send(method=method).status_code == 403
    assert not log.exists()
    passed = visitor.send(method=method, headers={"X-CSRF-Token": token})
    assert passed.status_code == 200
    assert log.read_text() == method


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_needs_no_token(visitor: Visitor, method: str) -> None:
    from_elsewhere = headers(Sec_Fetch_Site="cross-site", Origin="https://evil.test")
    answer = visitor.send(method=method, headers=from_elsewhere)
    assert answer.status_code == 200


def test_the_refusal_says_what_to_do(visitor: Visitor) -> None:
    answer = visitor.send(data={"word": "tea"})
    assert answer.status == "403 Forbidden"
    assert answer.mimetype == "text/html"
    assert "reload the page" in answer.text
    assert "Traceback" not in answer.text


def test_the_log_says_why(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "psp")
    visitor.token()
    visitor.send("/act.psp?a=%0Ab")
    assert "refused POST '/act.psp?a=%0Ab': it has no token" in caplog.text


class TestAttacks:
    """What a page of another site could have a visitor send."""

    def refused(self, visitor: Visitor, log: Path, **options: Any) -> None:
        assert visitor.send(**options).status_code == 403
        assert not log.exists(), "the page has run"

    def test_without_a_session(self, visitor: Visitor, log: Path) -> None:
        self.refused(visitor, log, data={"csrf_token": "A" * 86})

    @pytest.mark.parametrize(
        "token", ["", "x", "A" * 86, "\0" * 86, "é" * 86, "../..", "A" * 100_000]
    )
    def test_a_made_up_token(self, visitor: Visitor, log: Path, token: str) -> None:
        visitor.token()
        self.refused(visitor, log, data={"csrf_token": token})

    @pytest.mark.parametrize("token", ["", "x", "A" * 86, "\xff" * 86])
    def test_a_made_up_header(self, visitor: Visitor, log: Path, token: str) -> None:
        good = visitor.token()
        made_up = {"X-CSRF-Token": token}
        self.refused(visitor, log, headers=made_up, data={"csrf_token": good})

    def test_the_token_of_another_visitor(self, visitor: Visitor, log: Path) -> None:
        visitor.token()
        attacker = Visitor(visitor.application)
        self.refused(visitor, log, data={"csrf_token": attacker.token()})

    def test_no_body_at_all(self, visitor: Visitor, log: Path) -> None:
        visitor.token()
        self.refused(visitor, log, data=None)

    def test_a_session_that_the_attacker_has_made_up(
        self, visitor: Visitor, log: Path
    ) -> None:
        from psp.session.tokens import make_token

        sid = "ab" * 16
        visitor.set_cookie("pysid", sid)
        self.refused(visitor, log, data={"csrf_token": make_token(sid)})

    def test_a_token_of_before_the_login(self, visitor: Visitor, log: Path) -> None:
        token = visitor.token()
        visitor.get("/login.psp")
        self.refused(visitor, log, data={"csrf_token": token})
        assert visitor.send(data={"csrf_token": visitor.token()}).status_code == 200

    def test_a_token_of_before_the_logout(self, visitor: Visitor, log: Path) -> None:
        token = visitor.token()
        visitor.get("/logout.psp")
        self.refused(visitor, log, data={"csrf_token": token})

    @pytest.mark.parametrize("name", ["csrf_token", "csrf%5Ftoken"])
    def test_a_token_in_the_query(self, visitor: Visitor, log: Path, name: str) -> None:
        token = visitor.token()
        self.refused(visitor, log, path=f"/act.psp?{name}={token}", data={"a": "b"})

    def test_a_token_as_a_file(self, visitor: Visitor, log: Path) -> None:
        token = visitor.token().encode()
        self.refused(visitor, log, data={"csrf_token": (io.BytesIO(token), "a")})

    @pytest.mark.parametrize("kind", ["text/plain", "application/json", "x", "a/b;c"])
    def test_a_body_that_is_no_form(
        self, visitor: Visitor, log: Path, kind: str
    ) -> None:
        body = f"csrf_token={visitor.token()}"
        self.refused(visitor, log, data=body, content_type=kind)

    @pytest.mark.parametrize(
        "said",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "nonsense"},
            {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
            {"Origin": "null"},
            {"Origin": "https://evil.test"},
            {"Origin": "http://localhost.evil.test"},
            {"Origin": "http://evil.test:80"},
            {"Origin": "http://localhost:8080"},
            {"Origin": "http://www.localhost"},
            {"Origin": "http://localhost@evil.test"},
            {"Origin": "http://localhost, https://evil.test"},
            {"Origin": "//localhost"},
            {"Origin": "ftp://localhost"},
            {"Origin": "localhost"},
        ],
        ids=str,
    )
    def test_even_a_good_token_from_elsewhere(
        self, visitor: Visitor, log: Path, said: dict[str, str]
    ) -> None:
        self.refused(visitor, log, data={"csrf_token": visitor.token()}, headers=said)

    def test_a_page_on_the_way_from_http_to_https(
        self, visitor: Visitor, log: Path
    ) -> None:
        base = "https://localhost"
        field = visitor.get("/form.psp", base_url=base).text
        data = {"csrf_token": field.split('"')[-2]}
        said = {"Origin": "http://localhost"}
        self.refused(visitor, log, base_url=base, data=data, headers=said)
        said = {"Origin": "https://localhost"}
        passed = visitor.send(base_url=base, data=data, headers=said)
        assert passed.status_code == 200

    def test_a_huge_body_without_a_session_is_not_read(self, site: Path) -> None:
        class Endless(io.RawIOBase):
            def readinto(self, buffer: Any) -> int:
                raise AssertionError("the body was read")

        answer = Visitor(WSGIApplication(site, csrf=True)).send(
            environ_overrides={
                "wsgi.input": Endless(),
                "CONTENT_LENGTH": "1000000",
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
            }
        )
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "http://localhost"},
        {"Origin": "http://LOCALHOST:80"},
        {"Origin": "https://localhost"},  # a proxy has taken https off
    ],
    ids=str,
)
def test_what_browsers_say_of_our_own_pages(
    visitor: Visitor, said: dict[str, str]
) -> None:
    answer = visitor.send(data={"csrf_token": visitor.token()}, headers=said)
    assert answer.status_code == 200


def test_a_form_that_cannot_be_read_is_400(visitor: Visitor) -> None:
    visitor.token()
    kind = "multipart/form-data; boundary=x"
    answer = visitor.send(data=b"--x\r\nnonsense", content_type=kind)
    assert answer.status_code == 400


class TestPages:
    def test_a_page_may_do_without(self, visitor: Visitor) -> None:
        from_elsewhere = {"Sec-Fetch-Site": "cross-site"}
        answer = visitor.send("/open.psp", data={"word": "x"}, headers=from_elsewhere)
        assert answer.text == "open x"

    def test_a_page_may_ask_for_it(self, site: Path) -> None:
        visitor = Visitor(WSGIApplication(site))
        assert visitor.send("/act.psp").status_code == 200
        assert visitor.send("/guarded.psp").status_code == 403
        data = {"csrf_token": visitor.token()}
        assert visitor.send("/guarded.psp", data=data).text == "guarded"

    def test_one_without_a_session_is_guarded_all_the_same(
        self, visitor: Visitor
    ) -> None:
        assert visitor.send("/without.psp").status_code == 403
        data = {"csrf_token": visitor.token()}
        assert visitor.send("/without.psp", data=data).text == "without"

    def test_the_other_dialect_has_its_origin_checked(self, visitor: Visitor) -> None:
        data = {"word": "tea"}
        assert visitor.send("/old.psp", data=data).text == "old tea"
        for said in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
            answer = visitor.send("/old.psp", data=data, headers=said)
            assert answer.status_code == 403
