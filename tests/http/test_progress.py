"""Upload progress: noted while a body is read, gone when it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from psp.errors import FormError
from psp.http.body import Body
from psp.http.forms import FieldStorage
from psp.http.headers import Headers
from psp.http.progress import MOST, Progress, noting, upload_progress
from psp.http.request import Request
from psp.testing import Client

TOKEN = "0123456789abcdef" * 2
SIZE = 1 << 20
HEAD = b'--B\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
BODY = HEAD + b"x" * SIZE + b"\r\n--B--\r\n"


class Watched(BytesIO):
    """A stream that looks at the progress whenever it is read."""

    def __init__(self, data: bytes):
        super().__init__(data)
        self.seen: list[Progress | None] = []

    def read(self, size: int | None = -1) -> bytes:
        self.seen.append(upload_progress(TOKEN))
        return super().read(size)


def read(query: str, data: bytes = BODY) -> list[Progress | None]:
    """What was seen while a form with that query came in."""
    stream = Watched(data)
    request = Request(
        method="POST",
        query=query,
        headers=Headers({"Content-Type": "multipart/form-data; boundary=B"}),
        stream=stream,
        content_length=len(BODY),
    )
    with closing(FieldStorage(request)):
        return stream.seen


@pytest.fixture(autouse=True)
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"psp-progress-{os.getuid()}"


def test_grows_and_goes(notes: Path) -> None:
    seen = [one for one in read(f"a=b&progress={TOKEN}") if one]
    assert seen[0] == Progress(0, len(BODY))
    assert [one.received for one in seen] == sorted(one.received for one in seen)
    assert SIZE // 2 < seen[-1].received <= len(BODY)
    assert upload_progress(TOKEN) is None
    assert list(notes.iterdir()) == []


def test_goes_with_a_cut_upload(notes: Path) -> None:
    with pytest.raises(FormError):
        read(f"progress={TOKEN}", BODY[: SIZE // 2])
    assert list(notes.iterdir()) == []


@pytest.mark.parametrize(
    "token", ["", "../x", TOKEN[:-1], TOKEN + "0", TOKEN.upper(), TOKEN[:-1] + "/"]
)
def test_other_tokens_are_none(notes: Path, token: str) -> None:
    assert set(read(f"progress={token}")) == {None}
    assert upload_progress(token) is None
    assert list(notes.glob("*")) == []


def test_a_token_in_use_stays_whose_it_is(notes: Path) -> None:
    with noting(f"progress={TOKEN}", "", Body(BytesIO(), 7)):
        assert set(read(f"progress={TOKEN}")) == {Progress(0, 7)}
        assert upload_progress(TOKEN) == Progress(0, 7)


def test_names_of_notes_tell_nothing(notes: Path) -> None:
    with noting(f"progress={TOKEN}", "secret", Body(BytesIO(), 7)):
        assert upload_progress(TOKEN, "secret") == Progress(0, 7)
        assert upload_progress(TOKEN, "other") is None
        (note,) = notes.iterdir()
    assert TOKEN not in note.name and "secret" not in note.name


class Asking(BytesIO):
    """An upload during which others ask how far it is."""

    def __init__(self, ask: Callable[[], str]):
        super().__init__(BODY)
        self.ask = ask
        self.told: list[str] = []

    def read(self, size: int | None = -1) -> bytes:
        self.told.append(self.ask())
        return super().read(size)


PAGE = """<% if req.method == "POST": %><%= len(form["f"].value) %><% else: %>
<% if "enter" in form: %><% session["here"] = 1 %><% end %>
<%= psp.upload_progress(form["ask"]) %><% end %>"""


@pytest.mark.parametrize(
    ("sender", "asker", "told"),
    [
        ("ada", "ada", True),
        ("ada", "eve", False),
        ("ada", "", False),
        ("", "ada", False),
        ("", "", True),
    ],
)
def test_told_to_the_same_session_alone(
    tmp_path: Path, sender: str, asker: str, told: bool
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "p.psp").write_text(PAGE)
    clients = {name: Client(site) for name in ("", "ada", "eve")}
    for name in ("ada", "eve"):
        clients[name].get("/p.psp?ask=x&enter=1")
    stream = Asking(lambda: clients[asker].get(f"/p.psp?ask={TOKEN}").text)
    with clients[sender].post(
        f"/p.psp?progress={TOKEN}",
        input_stream=stream,
        content_length=len(BODY),
        content_type="multipart/form-data; boundary=B",
    ) as answer:
        assert answer.text == str(SIZE)
    assert any("Progress" in text for text in stream.told) is told


def test_what_was_left_behind_is_removed(notes: Path) -> None:
    notes.mkdir(0o700)
    (notes / "old").touch()
    os.utime(notes / "old", (0, 0))
    read(f"progress={TOKEN}")
    assert list(notes.iterdir()) == []


def test_no_more_than_there_is_room_for(notes: Path) -> None:
    notes.mkdir(0o700)
    for number in range(MOST):
        (notes / str(number)).touch()
    assert set(read(f"progress={TOKEN}")) == {None}


def test_a_folder_of_somebody_else_is_not_used(notes: Path) -> None:
    notes.mkdir(0o700)
    notes.chmod(0o777)
    assert set(read(f"progress={TOKEN}")) == {None}
    assert list(notes.iterdir()) == []
