"""Long texts that are not ASCII are encoded when a page is compiled."""

from __future__ import annotations

import pytest

from psp import DictLoader, Engine
from psp.abi import LARGE
from psp.runtime.interface import PageInterface
from psp.runtime.output import Output

LONG = "ä€" * LARGE


@pytest.mark.parametrize(
    ("page", "encoded"),
    [
        (f"{LONG}<%= x %>{LONG}", True),
        ("ä<%= x %>", False),
        ("a" * LARGE + "<%= x %>", False),
        (f'<%@ layout file="base" %>{LONG}<%= x %>', False),
    ],
)
def test_constants(page: str, encoded: bool) -> None:
    engine = Engine(DictLoader({"page": page, "base": "<%= psp.content() %>"}))
    kinds = {type(const) for const in engine.get_page("page").code.co_consts}
    assert (bytes in kinds) == encoded
    wanted = page.replace("<%= x %>", "é").removeprefix('<%@ layout file="base" %>')
    assert engine.render("page", x="é") == wanted
    output = Output()
    engine.run("page", {"x": "é"}, output, PageInterface(engine, output))
    assert output.body() == wanted.encode()


def test_bytes_that_no_text_stands_for_survive() -> None:
    page = LONG.encode() + b"\xff"
    text = page.decode("utf-8", "surrogateescape")
    engine = Engine(DictLoader({"page": text}))
    assert engine.render("page") == text
