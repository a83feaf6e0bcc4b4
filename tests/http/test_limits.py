"""Limits that one page changes for itself, asked as a site's own tests would ask."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from psp.errors import DirectiveError
from psp.testing import Client

FORM = "<%= len(form.getlist('f')) %>"


def client_of(folder: Path, page: str, **limits: int) -> Client:
    """A site whose limits are *limits*, with *page* and one that changes nothing."""
    (folder / "page.psp").write_text(page)
    (folder / "other.psp").write_text(FORM)
    return Client(folder, limits=limits)


def send(client: Client, size: int, count: int = 1, to: str = "/page.psp") -> int:
    """The status for *count* files of *size* bytes each."""
    files = [(BytesIO(b"x" * size), "name") for _ in range(count)]
    with client.post(to, data={"f": files}) as answer:
        return answer.status_code


def test_a_page_takes_more_than_the_site(tmp_path: Path) -> None:
    page = f'<%@ page body_bytes="2kb" %>{FORM}'
    client = client_of(tmp_path, page, body_bytes=1000)
    assert send(client, 1500) == 200
    assert send(client, 3000) == 413
    assert send(client, 1500, to="/other.psp") == 413


def test_a_page_takes_less_than_the_site(tmp_path: Path) -> None:
    client = client_of(tmp_path, f'<%@ page body_bytes="1000" %>{FORM}')
    assert send(client, 1500) == 413
    assert send(client, 100) == 200
    assert send(client, 1500, to="/other.psp") == 200


@pytest.mark.parametrize("dialect", ["psp", "mod_python"])
def test_number_of_files(tmp_path: Path, dialect: str) -> None:
    page = f'<%@ page files="2" dialect="{dialect}" %>{FORM}'
    client = client_of(tmp_path, page, files=1)
    assert [send(client, 1, count) for count in (1, 2, 3)] == [200, 200, 413]
    assert send(client, 1, 2, to="/other.psp") == 413


@pytest.mark.parametrize("name", ["fields", "parts"])
def test_number_of_fields_and_parts(tmp_path: Path, name: str) -> None:
    client = client_of(tmp_path, f'<%@ page {name}="2" %>{FORM}', **{name: 1})
    assert [send(client, 1, count) for count in (2, 3)] == [200, 413]


def test_bytes_of_json(tmp_path: Path) -> None:
    page = '<%@ page field_bytes="20" %><%= req.json["a"] %>'
    client = client_of(tmp_path, page, field_bytes=10)
    assert client.post("/page.psp", json={"a": "1234567"}).text == "1234567"
    assert client.post("/page.psp", json={"a": "1" * 20}).status_code == 413


def test_bytes_that_the_page_reads_itself(tmp_path: Path) -> None:
    page = '<%@ page body_bytes="20" csrf="off" %><%= len(req.read()) %>'
    client = client_of(tmp_path, page, body_bytes=10)
    assert client.post("/page.psp", data=b"x" * 20).text == "20"
    assert client.post("/page.psp", data=b"x" * 21).status_code == 413


def test_an_included_page_and_a_layout_change_nothing(tmp_path: Path) -> None:
    wide = '<%@ page body_bytes="1mb" %>'
    (tmp_path / "_layout.psp").write_text(wide + "<%= psp.content() %>")
    (tmp_path / "_part.psp").write_text(wide + FORM)
    page = '<%@ layout file="_layout.psp" %><% psp.include("_part.psp") %>'
    client = client_of(tmp_path, page, body_bytes=1000)
    assert send(client, 1500) == 413
    assert send(client, 100) == 200


@pytest.mark.parametrize(
    "attribute",
    ['body_bytes="large"', 'files="-1"', 'files="2kb"', 'fields=""', 'field_bytes=""'],
)
def test_what_is_no_limit_is_an_error(tmp_path: Path, attribute: str) -> None:
    client = client_of(tmp_path, f"<%@ page {attribute} %>")
    with pytest.raises(DirectiveError, match="is no limit: expected a "):
        client.get("/page.psp")
