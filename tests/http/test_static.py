"""Static files: validators, conditions and ranges of RFC 9110."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psp.errors import HTTPError
from psp.http.headers import Headers
from psp.http.paths import DocumentRoot
from psp.http.request import Request
from psp.http.response import Response
from psp.http.static import FileBody, send_file

CONTENT = bytes(range(256)) * 600  # more than one piece
SIZE = len(CONTENT)
MODIFIED = "Sun, 09 Sep 2001 01:46:40 GMT"
BEFORE = "Sun, 09 Sep 2001 01:46:39 GMT"
AFTER = "Sun, 09 Sep 2001 01:46:41 GMT"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> DocumentRoot:
    folder = tmp_path_factory.mktemp("static")
    for name, content in {"data.png": CONTENT, "empty.txt": b""}.items():
        (folder / name).write_bytes(content)
        os.utime(folder / name, ns=(10**18, 10**18 + 500_000_000))
    return DocumentRoot(folder)


def ask(
    root: DocumentRoot,
    headers: dict[str, str] | Headers | None = None,
    method: str = "GET",
    path: str = "/data.png",
) -> tuple[Response, dict[str, str], bytes]:
    """Response, its headers as a dict, and the body as a server would send it."""
    if not isinstance(headers, Headers):
        headers = Headers(headers or {})
    target = root.find(path)
    response, body = send_file(Request(method=method, headers=headers), target)
    data = b"".join(body)
    with pytest.raises(OSError):
        os.fstat(target.descriptor)
    return response, dict(response.header_list()), data


def tag(root: DocumentRoot) -> str:
    return ask(root)[1]["ETag"]


def test_a_whole_file(root: DocumentRoot):
    response, headers, body = ask(root)
    assert response.status == 200
    assert body == CONTENT
    assert headers == {
        "Content-Type": "image/png",
        "Content-Length": str(SIZE),
        "ETag": headers["ETag"],
        "Last-Modified": MODIFIED,
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
    }
    assert headers["ETag"].startswith('"')


def test_an_empty_file(root: DocumentRoot):
    response, headers, body = ask(root, path="/empty.txt")
    assert (response.status, headers["Content-Length"], body) == (200, "0", b"")


def test_head_tells_the_same_and_sends_nothing(root: DocumentRoot):
    response, headers, body = ask(root, method="HEAD")
    assert (response.status, headers, body) == (200, ask(root)[1], b"")
    response, headers, body = ask(root, {"Range": "bytes=0-1"}, method="HEAD")
    assert (response.status, headers["Content-Length"]) == (200, str(SIZE))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "BREW"])
def test_other_methods(root: DocumentRoot, method: str):
    with pytest.raises(HTTPError) as found:
        ask(root, method=method)
    assert found.value.status == 405
    assert found.value.headers == [("Allow", "GET, HEAD")]


def test_the_tag_changes_with_the_file(root: DocumentRoot, tmp_path: Path):
    (tmp_path / "data.png").write_bytes(CONTENT)
    assert tag(DocumentRoot(tmp_path)) != tag(root)


# Conditions


def conditional(root: DocumentRoot, method: str = "GET", **conditions: str) -> int:
    headers = {name.replace("_", "-"): value for name, value in conditions.items()}
    response, sent, body = ask(root, headers, method)
    if response.status in (304, 412):
        assert body == b""
        assert "Content-Type" not in sent
        assert "Content-Length" not in sent
    if response.status == 304:
        assert sent["ETag"] == tag(root)
    return response.status


def test_if_none_match(root: DocumentRoot):
    etag = tag(root)
    assert conditional(root, If_None_Match=etag) == 304
    assert conditional(root, "HEAD", If_None_Match=etag) == 304
    assert conditional(root, If_None_Match=f"W/{etag}") == 304
    assert conditional(root, If_None_Match=f'"other", {etag}') == 304
    assert conditional(root, If_None_Match="*") == 304
    assert conditional(root, If_None_Match='"other"') == 200
    assert conditional(root, If_None_Match='"', If_Modified_Since=MODIFIED) == 200


def test_if_modified_since(root: DocumentRoot):
    assert conditional(root, If_Modified_Since=BEFORE) == 200
    assert conditional(root, If_Modified_Since=MODIFIED) == 304
    assert conditional(root, If_Modified_Since=AFTER) == 304
    assert conditional(root, If_Modified_Since=MODIFIED, If_None_Match='"x"') == 200
    assert conditional(root, If_Modified_Since=BEFORE, If_None_Match=tag(root)) == 304


def test_dates_in_the_old_spellings_count_as_well(root: DocumentRoot):
    assert conditional(root, If_Modified_Since="Sunday, 09-Sep-01 01:46:40 GMT") == 304
    assert conditional(root, If_Modified_Since="Sun Sep  9 01:46:40 2001") == 304


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "1",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2040 00:00:00 +99999999999999999999",
        "Mon, 32 Jan 2040 00:00:00 GMT",
        "Mon, 01 Jan 2040 00:00:00 GMT" + " " * 1000,
    ],
)
def test_a_date_that_is_none_is_ignored(root: DocumentRoot, date: str):
    for name in ("If_Modified_Since", "If_Unmodified_Since"):
        assert conditional(root, **{name: date}) == 200


def test_if_match(root: DocumentRoot):
    etag = tag(root)
    assert conditional(root, If_Match=etag) == 200
    assert conditional(root, If_Match="*") == 200
    assert conditional(root, If_Match=f"W/{etag}") == 412
    assert conditional(root, If_Match='"other"') == 412
    assert conditional(root, If_Match=etag, If_Unmodified_Since=BEFORE) == 200


def test_if_unmodified_since(root: DocumentRoot):
    assert conditional(root, If_Unmodified_Since=BEFORE) == 412
    assert conditional(root, If_Unmodified_Since=MODIFIED) == 200
    assert conditional(root, If_Unmodified_Since=AFTER) == 200


# Ranges


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=2-4", 2, 5),
        ("bytes=100-", 100, SIZE),
        ("bytes=-10", SIZE - 10, SIZE),
        ("bytes=-9999999", 0, SIZE),
        ("bytes=10-9999999", 10, SIZE),
        ("BYTES = 2-4", 2, 5),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
    ],
)
def test_a_range(root: DocumentRoot, header: str, start: int, stop: int):
    response, headers, body = ask(root, {"Range": header})
    assert response.status == 206
    assert body == CONTENT[start:stop]
    assert headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert headers["Content-Length"] == str(stop - start)
    assert headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}"])
def test_a_range_beyond_the_end(root: DocumentRoot, header: str):
    response, headers, body = ask(root, {"Range": header})
    assert (response.status, body) == (416, b"")
    assert headers["Content-Range"] == f"bytes */{SIZE}"
    assert headers["Content-Length"] == "0"
    assert ask(root, {"Range": "bytes=0-"}, path="/empty.txt")[0].status == 416


@pytest.mark.parametrize(
    "header",
    [
        "bytes=0-1,4-5",
        "bytes=" + ",".join(["0-"] * 1000),
        "bytes=5-2",
        "bytes=",
        "bytes",
        "bytes=a-b",
        "bytes=--1",
        "bytes=-",
        "lines=0-1",
        "bytes=0-" + "9" * 5000,
        "bytes=٣-",
    ],
)
def test_several_ranges_and_what_is_none_get_the_whole_file(
    root: DocumentRoot, header: str
):
    sent = Headers.received([("Range", header)])
    response, headers, body = ask(root, sent)
    assert (response.status, body) == (200, CONTENT)
    assert "Content-Range" not in headers


def ranged(root: DocumentRoot, condition: str) -> int:
    return ask(root, {"Range": "bytes=0-1", "If-Range": condition})[0].status


def test_if_range(root: DocumentRoot):
    etag = tag(root)
    assert ranged(root, etag) == 206
    assert ranged(root, MODIFIED) == 206
    assert ranged(root, f"W/{etag}") == 200
    assert ranged(root, '"other"') == 200
    assert ranged(root, AFTER) == 200
    assert ranged(root, BEFORE) == 200
    assert ranged(root, "rubbish") == 200


def test_conditions_come_before_ranges(root: DocumentRoot):
    both = {"Range": "bytes=0-1", "If-None-Match": tag(root)}
    assert ask(root, both)[0].status == 304


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "Range",
                "If-Range",
                "If-Match",
                "If-None-Match",
                "If-Modified-Since",
                "If-Unmodified-Since",
            ]
        ),
        st.text(st.characters(codec="latin-1"))
        | st.text('bytes=0123456789-, "*W/')
        | st.sampled_from([MODIFIED, '"x"', "*", "bytes=0-1"]),
    )
)
def test_any_header_gets_some_answer(root: DocumentRoot, sent: dict[str, str]):
    response, headers, body = ask(root, Headers.received(sent.items()))
    assert response.status in (200, 206, 304, 412, 416)
    if response.status in (200, 206):
        assert len(body) == int(headers["Content-Length"])


# The body


def test_a_body_that_is_left_early_lets_go_of_its_file(root: DocumentRoot):
    body = send_file(Request(), root.find("/data.png"))[1]
    assert isinstance(body, FileBody)
    pieces = iter(body)
    assert next(pieces) == CONTENT[: 64 * 1024]
    body.close()
    body.close()
    assert list(pieces) == []
    assert list(body) == []


def test_a_body_nobody_reads(root: DocumentRoot):
    target = root.find("/data.png")
    body: Iterable[bytes] = send_file(Request(), target)[1]
    assert isinstance(body, FileBody)
    body.close()
    with pytest.raises(OSError):
        os.fstat(target.descriptor)


def test_a_file_that_shrinks_is_sent_as_far_as_it_goes(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"abcdef")
    body = send_file(Request(), DocumentRoot(tmp_path).find("/a.txt"))[1]
    (tmp_path / "a.txt").write_bytes(b"ab")
    assert b"".join(body) == b"ab"


def test_a_date_before_the_epoch(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"x")
    os.utime(tmp_path / "a.txt", (-(10**9), -(10**9)))
    headers = ask(DocumentRoot(tmp_path), path="/a.txt")[1]
    assert headers["Last-Modified"] == "Sun, 24 Apr 1938 22:13:20 GMT"
