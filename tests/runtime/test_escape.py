"""escape(): what an expression becomes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from markupsafe import escape as reference

from psp.runtime import escape as escaping
from psp.runtime.escape import arguments, escape, in_context, plain


class Html:
    def __html__(self) -> str:
        return "<b>"


class Text(str):
    pass


class Number(int):
    def __str__(self) -> str:
        return "<1>"


class Odd:
    def __str__(self) -> str:
        return Text("<odd>")


@given(st.text())
def test_text_is_escaped_as_markupsafe_does(text: str) -> None:
    assert escape(text) == str(reference(text))
    assert type(escape(text)) is str


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, ""),
        (0, "0"),
        (True, "True"),
        (1.5, "1.5"),
        (Markup("<i>"), "<i>"),
        (Html(), "<b>"),
        (Text("<t>"), "&lt;t&gt;"),
        (Number(1), "&lt;1&gt;"),
        (Odd(), "&lt;odd&gt;"),
        (b"<", "b&#39;&lt;&#39;"),
        (["<"], "[&#39;&lt;&#39;]"),
    ],
)
def test_values(value: object, wanted: str) -> None:
    assert escape(value) == wanted


def test_plain() -> None:
    assert plain(None) == "" and plain("<") == "<" and plain(3) == "3"


def test_several_arguments_are_those_of_str_or_a_tuple() -> None:
    assert arguments(b"caf\xc3\xa9", "utf-8") == "café"
    assert arguments(1, 2) == (1, 2)
    with pytest.raises(TypeError):
        arguments(x=1)


def test_without_the_private_function_the_public_one_serves() -> None:
    program = (
        "import sys; sys.modules['markupsafe._speedups'] = None\n"
        "from psp.runtime import escape\n"
        "assert escape.inner.__name__ == '_portable'\n"
        "assert escape.escape('<&>') == '&lt;&amp;&gt;'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@given(st.text())
def test_a_process_that_gives_one_answer_escapes_by_hand(text: str) -> None:
    assert escaping._by_hand(text) == str(reference(text))


def test_markupsafe_is_not_imported_before_something_is_markup() -> None:
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from psp.runtime.escape import escape, inner, markup, slow\n"
        "assert escape('<') + slow(None) == inner('<') == '&lt;'\n"
        "assert 'markupsafe' not in sys.modules\n"
        "from markupsafe import Markup\n"
        "assert type(markup('<')) is Markup and slow(Markup('<')) == '<'\n"
        "assert type(slow(Markup('<'))) is str"
    )
    subprocess.run([sys.executable, "-ISc", program], check=True)


def test_few_and_short_strings_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered: dict[str, dict[str, str]] = {}
    monkeypatch.setattr(escaping, "_remembered", remembered)
    for number in range(2 * escaping.REMEMBERED):
        assert in_context("url_query", f"a b{number}") == f"a%20b{number}"
        assert in_context("url_query", f"a b{number}") == f"a%20b{number}"
        assert len(remembered["url_query"]) <= escaping.REMEMBERED
    long = "x " * escaping.SHORT
    assert in_context("url_query", long) == long.replace(" ", "%20")
    assert long not in remembered["url_query"]
