"""Three small sites under three hosts; and that what differs is told."""

from __future__ import annotations

import pytest

from tests.conformance.replay import Answer

from .compare import SHORT, compare, differences, normal
from .visits import SITES

PAGE = [("Content-Type", "text/html"), ("X-A", "1"), ("Date", "now")]
THEIRS = (
    b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://x">\n<html><head>\n'
    b"<title>404 Not Found</title>\n"
)


@pytest.mark.apache
@pytest.mark.parametrize("site", SITES)
def test_hosts_answer_alike(site: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(site, SITES[site][:SHORT]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    "other",
    [
        Answer("ok", 201, PAGE, b"text"),
        Answer("closed", None, [], b""),
        Answer("ok", 200, [*PAGE, ("X-B", "2")], b"text"),
        Answer("ok", 200, [("Content-Type", "text/plain"), *PAGE[1:]], b"text"),
        Answer("ok", 200, [PAGE[0], ("X-A", "2")], b"text"),
        Answer("ok", 200, PAGE, b"text "),
        Answer("ok", 200, PAGE, THEIRS),
    ],
)
def test_what_differs_is_told(other: Answer) -> None:
    first = normal(Answer("ok", 200, PAGE, b"text"))
    assert list(differences(first, normal(other), mended=False))


def test_what_belongs_to_the_server_does_not_count() -> None:
    session, other = "pysid=" + "0a" * 16, "pysid=" + "1b" * 16
    first = [*PAGE, ("Set-Cookie", session), ("ETag", '"a"'), ("Allow", "GET,TRACE")]
    second = [("x-a", "1"), ("content-type", "text/html"), ("Allow", "GET")]
    second += [("Set-Cookie", other), ("Content-Length", "4")]
    answers = [Answer("ok", 200, headers, b"text") for headers in (first, second)]
    assert not list(differences(*map(normal, answers), mended=False))


def test_of_what_is_mended_the_headers_count() -> None:
    first, second = Answer("ok", 302, PAGE, b"a"), Answer("ok", 302, PAGE, b"b")
    assert not list(differences(first, second, mended=True))
    assert list(differences(first, Answer("ok", 302, PAGE[:1], b"b"), mended=True))
