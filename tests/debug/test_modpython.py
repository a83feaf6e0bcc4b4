"""The report of PythonDebug, as mod_python writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from psp.debug.modpython import report_text
from psp.errors import BlockError, PageNotFound
from psp.source import Source, Span

from .pages import failure

HEADING = "PythonHandler mod_python.psp"
HERE = Path(__file__).with_name("pages.py")


def report(error: BaseException) -> str:
    """The report without the frame of the function that ran the page."""
    entries = report_text(error, HEADING).split("\n\n")
    return "\n\n".join(entry for entry in entries if str(HERE) not in entry)


def test_a_whole_report(tmp_path: Path) -> None:
    page = tmp_path / "p.psp"
    code = (
        "try:\n    a = 1 / 0\nexcept ZeroDivisionError as e:\n"
        "    raise RuntimeError('<b>&\"\\'') from e"
    )
    assert (
        report(failure(page, code, code))
        == f"""
<pre>
Mod_python error: "PythonHandler mod_python.psp"

Traceback (most recent call last):

  File &quot;{page}&quot;, line 2, in &lt;module&gt;
    a = 1 / 0
        ~~^~~

ZeroDivisionError: division by zero


The above exception was the direct cause of the following exception:


Traceback (most recent call last):

  File &quot;{page}&quot;, line 4, in &lt;module&gt;
    raise RuntimeError(&#x27;&lt;b&gt;&amp;&quot;\\&#x27;&#x27;) from e

RuntimeError: &lt;b&gt;&amp;&quot;&#x27;

</pre>
"""
    )


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (None, "SyntaxError"),
        (SyntaxError("s"), "SyntaxError"),
        (IndentationError("unexpected indent"), "IndentationError"),
        (TabError("tabs"), "TabError"),
        (ValueError("v"), "SyntaxError"),
    ],
)
def test_a_page_that_cannot_be_compiled(cause: Exception | None, kind: str) -> None:
    source = Source("<p>\n<% for a in b: %>", "p.psp", "/site/p.psp")
    error = BlockError.at(source, Span(7, 10), "`for` is never closed")
    error.__cause__ = cause
    assert report_text(error, HEADING).endswith(f"""\
  File &quot;/site/p.psp&quot;, line 2

    &lt;% for a in b: %&gt;

       ^^^

{kind}: `for` is never closed

</pre>
""")


def test_a_syntax_error_of_python_keeps_its_class() -> None:
    error = IndentationError("unexpected indent", ("/site/p.py", 3, 1, " x\n", 3, 2))
    assert "\nIndentationError: unexpected indent\n" in report_text(error, HEADING)
    assert "\nSyntaxError: no place\n" in report_text(SyntaxError("no place"), HEADING)


def test_names_of_classes(tmp_path: Path) -> None:
    code = "class Err(Exception): pass\nraise Err(1, 2)"
    assert "\nErr: (1, 2)\n" in report(failure(tmp_path / "p.psp", code, code))
    assert "\nPageNotFound: no page named &#x27;x&#x27;\n" in report(PageNotFound("x"))
    assert "\nKeyboardInterrupt\n" in report(KeyboardInterrupt())


def test_repeated_frames_are_folded_as_python_does(tmp_path: Path) -> None:
    code = "def f():\n    f()\n"
    text = report(failure(tmp_path / "p.psp", f"{code}f()", code, "f()"))
    assert "  [Previous line repeated " in text
    assert len(text) < 2000


def test_notes_and_context() -> None:
    error = ValueError("v")
    error.__context__ = KeyError("k")
    error.add_note("a note")
    assert report(error).endswith("""\
KeyError: &#x27;k&#x27;


During handling of the above exception, another exception occurred:


ValueError: v

a note

</pre>
""")


def test_the_heading_and_broken_characters_do_no_harm() -> None:
    text = report_text(ValueError("\udcff\ud800"), '"<x>')
    assert text.startswith('\n<pre>\nMod_python error: "&quot;&lt;x&gt;"\n\n')
    assert "\\udcff\\ud800" in text
