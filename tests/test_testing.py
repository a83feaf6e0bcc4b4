"""psp.testing, as the tests of a site use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp.errors import PageSyntaxError
from psp.settings import load_settings
from psp.testing import Client


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "count.psp").write_text(
        "<% session['n'] = session.get('n', 0) + 1 %><%= session['n'] %>"
    )
    (tmp_path / "form.psp").write_text("<%= form['name'].value %>")
    (tmp_path / "fail.psp").write_text("<%= 1 / 0 %>")
    (tmp_path / "late.psp").write_text("<% req.flush() %><%= 1 / 0 %>")
    (tmp_path / "wrong.psp").write_text("<% if: %>")
    return tmp_path


def test_pages_are_asked(root: Path) -> None:
    client = Client(root)
    assert client.post("/form.psp", data={"name": "Ada"}).text == "Ada"
    assert client.get("/nothing").status_code == 404


def test_cookies_are_kept(root: Path) -> None:
    client = Client(root)
    assert [client.get("/count.psp").text for _ in range(3)] == ["1", "2", "3"]
    assert Client(root).get("/count.psp").text == "1"


def test_changes_are_seen_at_once(root: Path) -> None:
    client = Client(root)
    assert client.get("/form.psp?name=a").text == "a"
    (root / "form.psp").write_text("changed")
    assert client.get("/form.psp").text == "changed"


@pytest.mark.parametrize("page", ["fail", "late"])
def test_what_a_page_raises_comes_out(root: Path, page: str) -> None:
    with pytest.raises(ZeroDivisionError):
        Client(root).get(f"/{page}.psp")


def test_errors_in_pages_come_out(root: Path) -> None:
    with pytest.raises(PageSyntaxError):
        Client(root).get("/wrong.psp")


def test_or_is_answered_as_visitors_see_it(root: Path) -> None:
    answer = Client(root, raises=False).get("/fail.psp")
    assert answer.status_code == 500 and "ZeroDivisionError" not in answer.text


def test_settings(root: Path) -> None:
    settings = load_settings(environ={}, options={"document_root": str(root)})
    assert Client(settings=settings).get("/count.psp").text == "1"
    assert Client(root, escape="none").get("/form.psp?name=<").text == "<"
