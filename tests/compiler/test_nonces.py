"""Which scripts and styles of a page are given the nonce, and which never are."""

from __future__ import annotations

import pytest

from psp import DictLoader, Engine, PageOptions


def render(text: str, escape: str = "context", **parts: str) -> str:
    """The page *text*, its nonce shown as N."""
    pages = {"page.psp": text + "<%# %><% n = psp.nonce %>~<%= n %>"}
    pages |= {f"{name}.psp": part for name, part in parts.items()}
    options = PageOptions(nonce=True, escape=escape)
    html = Engine(DictLoader(pages), options=options).render("page.psp", on=True, v="x")
    html, _, nonce = html.rpartition("~")
    assert len(nonce) == 22
    return html.replace(nonce, "N")


@pytest.mark.parametrize(
    ("page", "html"),
    [
        ("<script>a()</script>", '<script nonce="N">a()</script>'),
        ("<STYLE>p{}</STYLE>", '<STYLE nonce="N">p{}</STYLE>'),
        (
            "<p><script\n type=module>a</script><style >b</style>",
            '<p><script nonce="N"\n type=module>a</script><style nonce="N" >b</style>',
        ),
        ('<script src="/a.js"></script>', '<script nonce="N" src="/a.js"></script>'),
        (
            "<script>let a = <%= v %>;</script><script>b</script>",
            '<script nonce="N">let a = "x";</script><script nonce="N">b</script>',
        ),
        (
            "<% if on: %><script>a</script><% else: %><style>b</style><% end %>",
            '<script nonce="N">a</script>',
        ),
        (
            "<% for i in 1, 2: %><script>a</script><% end %>",
            '<script nonce="N">a</script>' * 2,
        ),
        (
            '<script data-v="<%= v %>">a</script>',
            '<script nonce="N" data-v="x">a</script>',
        ),
    ],
)
def test_what_the_author_wrote(page: str, html: str) -> None:
    assert render(page) == html


@pytest.mark.parametrize(
    "page",
    [
        '<script src="<%= v %>">a</script>',
        '<script/src="<%= v %>">a</script>',
        '<script id="a"src="<%= v %>">a</script>',
        "<script src=/<%= v %>.js>a</script>",
        "<script src='/s?v=<%= v %>'>a</script>",
        '<script nonce="own">a</script>',
        "<script async nonce=<%= v %>>a</script>",
        "<!-- <script>a</script> -->",
        '<p title="<script>">a</p>',
        "<textarea><script>a</script></textarea>",
        "<scripts>a</scripts>",
        "</script>",
        "<%== '<script>a</script>' %>",
    ],
)
def test_what_is_not_his_or_no_script(page: str) -> None:
    assert "N" not in render(page)


def test_script_within_a_script() -> None:
    page = "<script>a = '<script>b'</script>"
    assert render(page) == "<script nonce=\"N\">a = '<script>b'</script>"


def test_parts_of_a_page_have_one_nonce() -> None:
    page = '<%@ include file="a.psp" %><% psp.include("b.psp") %><style>c</style>'
    html = render(page, a="<script>a</script>", b="<script>b</script>")
    assert html.count('nonce="N"') == 3


def test_included_file_within_a_script() -> None:
    html = render('<script><%@ include file="a.psp" %></script>', a="<script>")
    assert html == '<script nonce="N"><script></script>'


@pytest.mark.parametrize("escape", ["context", "html", "none"])
def test_however_values_are_escaped(escape: str) -> None:
    assert render("<script>a</script>", escape) == '<script nonce="N">a</script>'


def test_every_run_has_its_own() -> None:
    engine = Engine(
        DictLoader({"p": "<script></script>"}), options=PageOptions(nonce=True)
    )
    assert len({engine.render("p") for _ in range(100)}) == 100


def test_pages_are_left_alone_where_the_site_has_no_policy() -> None:
    engine = Engine(DictLoader({"p": "<script></script>"}))
    assert engine.render("p") == "<script></script>"


def test_errors_behind_a_nonce_stand_where_they_did() -> None:
    from psp.errors import PageSyntaxError

    with pytest.raises(PageSyntaxError) as caught:
        render("<script>a</script>\n<p><%= 1 +* 2 %>")
    assert (caught.value.lineno, caught.value.offset) == (2, 11)
