"""Members of ``req``: those that can be set, and what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from psp.modpython.members import KINDS

from .client import Site

Page = Callable[..., Any]
SET = """<%
try:
    req.{0} = {1}
except Exception as error:
    result = type(error).__name__
else:
    result = repr(req.{0})
# as before
%><%= result %>"""


@pytest.mark.parametrize(
    ("name", "value", "result"),
    [
        ("user", "'anna'", "'anna'"),
        ("user", "b'j\\xf6rg'", "'jörg'"),
        ("user", "None", "TypeError"),
        ("uri", "5", "TypeError"),
        ("args", "None", "None"),
        ("args", "b'a=1'", "'a=1'"),
        ("args", "{}", "TypeError"),
        ("filename", "None", "TypeError"),
        ("handler", "None", "None"),
        ("no_cache", "2", "2"),
        ("no_cache", "'1'", "TypeError"),
        ("chunked", "True", "1"),
        ("status", "2.5", "TypeError"),
        ("status", "201", "201"),
        ("own", "[1]", "[1]"),
    ],
)
def test_what_members_take(page: Page, name: str, value: str, result: str) -> None:
    assert page(SET.format(name, value)).text == result


@pytest.mark.parametrize(
    "name",
    [name for name, kind in KINDS.items() if kind == "read-only"]
    + "allowed_methods headers_in headers_out hlist hostname method mtime next phase"
    " prev protocol remaining request_time sent_bodyct the_request".split(),
)
def test_members_that_cannot_be_set(page: Page, name: str) -> None:
    assert page(SET.format(name, "req.uri")).text == "AttributeError"


def test_sent_bytes_are_counted(page: Page) -> None:
    text = "<% a = req.bytes_sent; req.write('abc') %><%= (a, req.bytes_sent) %>"
    assert page(text).text == "abc(0, 3)"


def test_a_body_is_read_by_numbers(make_site: Callable[..., Site]) -> None:
    text = """<%
results = []
for method in (req.read, req.readline, req.readlines):
    try:
        method(None)
    except TypeError:
        results.append(method(2))
# all of it
%><%= results %>"""
    site = make_site({"page.psp": text})
    assert site.post("/page.psp", "abcdef").text == "[b'ab', b'cd', [b'ef']]"


def test_a_body_without_an_end_is_refused(make_site: Callable[..., Site]) -> None:
    site = make_site({"page.psp": "<%= req.read() %>"})
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked"}
    assert site.ask("POST", "/page.psp", environ=chunked).status == 411
