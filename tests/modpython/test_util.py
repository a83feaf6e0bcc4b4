from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from psp.modpython import util

from .client import Site

Page = Callable[..., Any]


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("", []),
        ("a=1&b=2;c=3", [("a", "1"), ("b", "2"), ("c", "3")]),
        ("a=1&&&b=+%20%41%zz", [("a", "1"), ("b", "  A%zz")]),
        ("a=b=c", [("a", "b=c")]),
        ("name=caf%C3%A9", [("name", "café")]),
    ],
)
def test_queries_are_read_in_the_type_they_come_in(
    query: str, pairs: list[tuple[str, str]]
) -> None:
    assert util.parse_qsl(query) == pairs
    as_bytes = [(name.encode(), value.encode()) for name, value in pairs]
    assert util.parse_qsl(query.encode()) == as_bytes


def test_blank_values_count_where_they_are_asked_for() -> None:
    assert util.parse_qs("a=1&a=2&b=&c") == {"a": ["1", "2"]}
    assert util.parse_qs("a=1&b=&c", 1) == {"a": ["1"], "b": [""], "c": [""]}


@pytest.mark.parametrize("wrong", [None, 5])
def test_a_query_is_text(wrong: Any) -> None:
    with pytest.raises(TypeError, match="a query must be str or bytes"):
        util.parse_qsl(wrong)


def test_a_header_is_its_value_and_its_parameters() -> None:
    wanted = ("text/html", {"charset": "utf-8", "x": "y; z"})
    assert util.parse_header('TEXT/html; charset=utf-8; x="y; z"') == wanted
    assert util.parse_header(b'text/html; charset=utf-8; x="y; z"') == wanted


def test_fields_are_text_however_they_are_sent(make_site: Callable[..., Site]) -> None:
    text = "<%= [(f.name, f.value) for f in form.list] %> <%= form['a'] == '1' %>"
    site = make_site({"page.psp": text})
    wanted = "[('a', '1'), ('b', 'é')] True"
    assert site.get("/page.psp?a=1&b=%C3%A9").text == wanted
    assert site.post("/page.psp", "a=1&b=%C3%A9").text == wanted
    part = '--X\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = part.format("a", "1") + part.format("b", "é") + "--X--\r\n"
    sent = site.post("/page.psp", body, "multipart/form-data; boundary=X")
    assert sent.text == wanted


def test_a_form_made_by_hand_drops_blanks_and_sees_new_args(page: Page) -> None:
    text = (
        "<%= util.FieldStorage(req).keys() %>"
        "<% req.args = 'z=9' %><%= util.FieldStorage(req) %>"
    )
    assert page(text, "a=&b=2").text == "['b']{'z': [Field('z', '9')]}"


def test_apply_fs_data_gives_a_function_what_it_names(page: Page) -> None:
    text = (
        "<%\ndef f(req, name, pick=(), *, town='none', extra=0):\n"
        "    return name, pick, town, extra, req.method\n# end\n%>"
        "<%= util.apply_fs_data(f, form, req=req, extra=5) %>"
    )
    answer = page(text, "name=Anna&pick=1&pick=2&town=Oulu&req=evil&other=x")
    assert answer.text == "('Anna', ['1', '2'], 'Oulu', 5, 'GET')"


def test_a_missing_argument_is_an_error(page: Page) -> None:
    answer = page("<%\ndef f(name): pass\n# e\n%><% psp.apply_data(f) %>", "other=1")
    assert answer.report.startswith("TypeError: f() missing 1 required positional")
