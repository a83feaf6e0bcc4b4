"""The path where monitors ask whether the site can be served."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from werkzeug.test import Client

from psp import WSGIApplication
from psp.errors import SettingsError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "page.psp").write_text("page")
    return folder


def test_ok_while_the_document_root_is_there(root: Path) -> None:
    client = Client(WSGIApplication(str(root), health="/healthz"))
    answer = client.get("/healthz?now")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type == "text/plain; charset=utf-8"
    head = client.head("/healthz")
    assert (head.status_code, head.data) == (200, b"")
    assert client.get("/healthz/").status_code == 404
    shutil.rmtree(root)
    assert client.get("/healthz").status_code == 503


def test_other_methods_are_refused(root: Path) -> None:
    client = Client(WSGIApplication(str(root), health="/healthz", csrf=True))
    answer = client.post("/healthz")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


def test_off_unless_set(root: Path) -> None:
    assert Client(WSGIApplication(str(root))).get("/healthz").status_code == 404


@pytest.mark.parametrize("path", ["healthz", "", "/a?b", "/%20", 1])
def test_what_is_no_path(root: Path, path: object) -> None:
    with pytest.raises(SettingsError, match='health is a path such as "/healthz"'):
        WSGIApplication(str(root), health=path)
