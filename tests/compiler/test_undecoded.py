"""Code with bytes that are not UTF-8: kept in mod_python's dialect, refused in ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from psp import MOD_PYTHON, PSP, Engine, FileLoader, PageOptions, PageSyntaxError

Render = Callable[[bytes, PageOptions], bytes]


@pytest.fixture
def rendered(tmp_path: Path) -> Render:
    """What a page writes by its options."""

    def render(page: bytes, options: PageOptions) -> bytes:
        (tmp_path / "page.psp").write_bytes(page)
        text = Engine(FileLoader(tmp_path), options=options).render("page.psp")
        return text.encode("utf-8", "surrogateescape")

    return render


@pytest.mark.parametrize(
    ("page", "written"),
    [
        (b'<% s = "caf\xe9" %><%= s %><%= len(s) %>', b"caf\xe94"),
        (b"<%\n# \xe9\ns = '\xe9'\nfor c in s:\n%>[<%= c %>]<%\n%>", b"[\xe9]"),
        (b'<%= f"{1}\xe9" %>\xe9<%= "\xe9" %>', b"1\xe9\xe9\xe9"),
        (b"<%! s = '\xe9' %><%= s %>", b"\xe9"),
        (b"<%= '\xe9', 2 %>", b"('\\udce9', 2)"),
    ],
)
def test_strings_and_comments_keep_them(
    rendered: Render, page: bytes, written: bytes
) -> None:
    assert rendered(page, MOD_PYTHON) == written


@pytest.mark.parametrize(
    "page",
    [
        b"<% \xe9 = 1 %>",
        b"<% s = b'\xe9' %>",
        b"<%! \xe9 = 1 %>",
        "<%= '\uef80' %>".encode() + b"<% s = '\xe9' %>",
    ],
)
def test_elsewhere_they_are_refused(rendered: Render, page: bytes) -> None:
    with pytest.raises(PageSyntaxError, match="byte 0xe9 in Python code is not UTF-8"):
        rendered(page, MOD_PYTHON)


@pytest.mark.parametrize("page", [b"<%= '\xe9' %>", b"<%! s = '\xe9' %>"])
def test_our_dialect_refuses_them_everywhere(rendered: Render, page: bytes) -> None:
    with pytest.raises(PageSyntaxError, match="byte 0xe9") as caught:
        rendered(page, PSP)
    assert caught.value.lineno == 1
    assert caught.value.offset == page.index(b"\xe9") + 1


def test_a_parameter_refuses_them(rendered: Render) -> None:
    with pytest.raises(PageSyntaxError, match="not a parameter: bytes are not UTF-8"):
        rendered(b"<%@ param x = '\xe9' %>", PSP)


def test_other_mistakes_are_told_as_ever(rendered: Render) -> None:
    with pytest.raises(PageSyntaxError, match="invalid syntax") as caught:
        rendered(b"<% s = '\xe9' + %>", MOD_PYTHON)
    assert caught.value.lineno == 1
