"""req.json: what a JSON body says, or what is wrong with it."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psp.errors import FormError
from psp.http.headers import Headers
from psp.http.jsonbody import read_json
from psp.http.limits import Limits
from psp.http.request import Request
from psp.testing import Client

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def request(
    body: bytes, kind: str = "application/json", length: int | None = -1, **more: object
) -> Request:
    return Request(
        method="POST",
        headers=Headers({"Content-Type": kind}),
        stream=BytesIO(body),
        content_length=len(body) if length == -1 else length,
        **more,  # type: ignore[arg-type]
    )


@given(VALUES)
def test_what_was_sent_arrives(value: object) -> None:
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:  # infinite, or no Unicode
        return
    assert read_json(request(text)) == value


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/LD+JSON"]
)
def test_types_that_are_json(kind: str) -> None:
    assert read_json(request(b"[1]", kind)) == [1]


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (415, request(b"[1]", "text/plain")),
        (415, request(b"[1]", "")),
        (411, request(b"[1]", length=None)),
        (400, request(b"")),
        (400, request(b"{'a': 1}")),
        (400, request(b"[1] 2")),
        (400, request(b"NaN")),
        (400, request(b"[Infinity]")),
        (400, request('"ä"'.encode("latin-1"))),
        (400, request(b"[" * 100_000)),
        (400, request(b"[1", length=20)),
        (400, request(b"1" * 5000)),
        (413, request(b"[" + b" " * 100 + b"]", limits=Limits(field_bytes=100))),
        (
            413,
            request(
                b" " * 200,
                length=None,
                input_terminated=True,
                limits=Limits(field_bytes=100),
            ),
        ),
    ],
)
def test_what_cannot_be_read(status: int, asked: Request) -> None:
    with pytest.raises(FormError) as caught:
        read_json(asked)
    assert caught.value.status == status


def test_a_page_reads_it_and_has_the_query_as_its_form(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(
        '<%@ page methods="POST PUT" csrf="off" %>'
        "<%= req.json['a'] + req.json['a'] %> <%= form['q'] %> <%= len(form) %>"
    )
    client = Client(tmp_path)
    assert client.post("/p.psp?q=x", json={"a": 2}).text == "4 x 1"
    assert client.put("/p.psp?q=x", json={"a": 3}).text == "6 x 1"
    refused = Client(tmp_path, raises=False).post("/p.psp", data={"a": "1"})
    assert refused.status_code == 415
