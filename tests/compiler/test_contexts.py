"""Every place in HTML has the escaper it needs, through blocks and includes."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from psp import DictLoader, Engine, PageSyntaxError
from psp.runtime.interface import PageInterface as Interface

NASTY = "a'\"<b>&` =x/\\"


def render(text: str, x: object = NASTY, **files: str) -> str:
    pages = {"page.psp": text, **{f"{k}.psp": v for k, v in files.items()}}
    return Engine(DictLoader(pages)).render("page.psp", x=x)


def refusal(text: str) -> str:
    """The whole text of the error, as ``line:column: message``."""
    with pytest.raises(PageSyntaxError) as caught:
        render(text)
    return f"{caught.value.lineno}:{caught.value.offset}: {caught.value.msg}"


HTML = "a&#39;&#34;&lt;b&gt;&amp;` =x/\\"
STRING = "a\\u0027\\u0022\\u003cb\\u003e\\u0026\\u0060 \\u003dx\\u002f\\u005c"
PATH = "a%27%22%3Cb%3E&amp;%60%20=x/%5C"
QUERY = "a%27%22%3Cb%3E%26%60%20%3Dx/%5C"
JSON = '"a\\u0027\\"\\u003cb\\u003e\\u0026` =x/\\\\"'
STYLE = "a\\000027\\000022\\00003cb\\00003e\\000026\\000060 \\00003dx\\00002f\\00005c"

ROWS = [
    ("<p>{}</p>", HTML),
    ("<p title='{}'>", HTML),
    ('<p title="{}">', HTML),
    ("<p title={}>", "a&#39;&#34;&lt;b&gt;&amp;&#96;&#32;&#61;x/\\"),
    ("<p title=a{}>", "a&#39;&#34;&lt;b&gt;&amp;&#96;&#32;&#61;x/\\"),
    ("<title>{}</title>", HTML),
    ("<textarea>{}</textarea>", HTML),
    ("<noscript>{}</noscript>", HTML),
    ("<svg><title>{}</title></svg>", HTML),
    ("<a href='{}'>", PATH),
    ("<a href=' {}'>", PATH),
    ("<a href=/{}>", PATH.replace("=", "&#61;")),
    ("<a HREF = '/x/{}'>", PATH),
    ("<a href='/x?q={}'>", QUERY),
    ("<a href='/x#{}'>", QUERY),
    ("<a xlink:href='{}'>", PATH),
    ("<form action='{}'>", PATH),
    ("<meta http-equiv='refresh' content='0; url={}'>", PATH),
    ("<meta content='5;url=/?{}'>", QUERY),
    ("<iframe srcdoc='{}'>", HTML.replace("&", "&amp;")),
    ("<script>var a = {};</script>", JSON),
    ("<script type=module>let a = {}</script>", JSON),
    ("<script>a = '{}'</script>", STRING),
    ('<script>a = "it\\"s {}"</script>', STRING),
    ("<script>a = `{}`</script>", STRING),
    ("<script>a = `x${{ {{b: {}}} }}y`</script>", JSON),
    ("<script>a = `x${{b}}{}`</script>", STRING),
    ("<script>a = b / {} / c</script>", JSON),
    ("<script>// {}\na</script>", ""),
    ("<script>/* {} */</script>", ""),
    ("<script>// it's\na = {}</script>", JSON),
    ("<script>'</scr' + {}</script>", JSON),
    ("<script type='application/ld+json'>{{\"a\": {}}}</script>", JSON),
    ("<script type='text/template'><p>{}</p></script>", HTML),
    ("<p onclick='f({})'>", JSON.replace('"', "&#34;")),
    ("<p onclick=\"f('{}')\">", STRING),
    ("<p onclick='f(&quot;{}&quot;)'>", STRING),
    (
        "<a href=\"javascript:f('{}')\">",
        STRING.replace("\\", "%5C").replace(" ", "%20"),
    ),
    ("<style>a {{ b: {} }}</style>", "psp-unsafe"),
    ("<style>a {{ b: '{}' }}</style>", STYLE),
    ("<style>a {{ b: url({}) }}</style>", PATH.replace("&amp;", "&")),
    ("<style>/* {} */</style>", ""),
    ("<p style='width: {}'>", "psp-unsafe"),
    ("<p style=\"background: url('{}')\">", PATH),
    ("<!-- <script> --><p>{}</p>", HTML),
    ("<!-->{}", HTML),
    ("<!doctype html>{}", HTML),
    ("<b/>{}", HTML),
    ("a < b {}", HTML),
]


@pytest.mark.parametrize(("text", "written"), ROWS, ids=[row[0] for row in ROWS])
def test_the_place_decides(text: str, written: str) -> None:
    page = text.format("<%= x %>")
    assert render(page) == text.format(written)


@pytest.mark.parametrize(
    "url", ["javascript:f()", " JaVaScRiPt:f()", "java\tscript:f()", "\x01data:,", "x:"]
)
def test_a_url_runs_nothing(url: str) -> None:
    assert render("<a href='<%= x %>'>", url) == "<a href='about:invalid#psp'>"


@pytest.mark.parametrize(
    "url",
    ["/a/b?c=%20", "http://x/", "https://x/?a=b#c", "mailto:a@b", "tel:+1", "a/b:c"],
)
def test_a_harmless_url_stays(url: str) -> None:
    assert render("<a href='<%= x %>'>", url) == f"<a href='{url}'>"


def test_a_scheme_in_two_parts_is_none() -> None:
    page = "<a href='java<%= x %>'>"
    assert render(page, "script:f()") == "<a href='javascript%3Af%28%29'>"


def test_candidates_of_an_image() -> None:
    page = "<img srcset='<%= x %>'>"
    assert render(page, "a.png 1x, javascript:f() 2x") == (
        "<img srcset='a.png 1x, about:invalid#psp 2x'>"
    )


def test_a_value_without_quotes_is_never_empty() -> None:
    assert render("<p title=<%= x %> id=a>", "") == "<p title=&#32; id=a>"


def test_values_are_json() -> None:
    page = "<script>a = <%= x %></script>"
    assert render(page, {"a": [1, None, True]}) == (
        '<script>a = {"a": [1, null, true]}</script>'
    )
    assert render("<script>a-<%= x %></script>", -1) == "<script>a- -1</script>"


@pytest.mark.parametrize("part", ["", "/x/", "/x?y=", "javascript:f("])
def test_numbers_in_urls(part: str) -> None:
    assert render(f"<a href='{part}<%= x %>'>", 5) == f"<a href='{part}5'>"


def test_plain_styles_stay() -> None:
    assert render("<p style='width: <%= x %>px'>", 5) == "<p style='width: 5px'>"
    assert render("<p style='color: <%= x %>'>", "#fff") == "<p style='color: #fff'>"


def test_html_is_trusted_in_text_and_attributes_alone() -> None:
    markup = Markup("<b>'")
    assert render('<p title="<%= x %>"><%= x %>', markup) == "<p title=\"<b>'\"><b>'"
    assert render("<script>'<%= x %>'</script>", markup) == (
        "<script>'\\u003cb\\u003e\\u0027'</script>"
    )


def test_marks_of_the_author() -> None:
    page = "<a href='<%= x %>'>"
    assert render(page, Interface.safe_url("data:,a&b")) == "<a href='data:,a&amp;b'>"
    assert (
        render("<script><%= x %></script>", Interface.safe_js("f()"))
        == "<script>f()</script>"
    )
    assert (
        render("<style><%= x %></style>", Interface.safe_css("a{}"))
        == "<style>a{}</style>"
    )
    page = "<a href='<%= psp.safe_url(x) %>'>"
    assert render(page, "data:,a") == "<a href='data:,a'>"


def test_marks_are_not_mistaken_for_strings() -> None:
    page = "<% for one in x: %><a href='<%= one %>'></a><% end %>"
    url = "data:,a"
    assert render(page, [url, Interface.safe_url(url), url]) == (
        "<a href='about:invalid#psp'></a><a href='data:,a'></a>"
        "<a href='about:invalid#psp'></a>"
    )


def test_raw_output_is_raw_everywhere() -> None:
    assert render("<<%== x %>><script><%== x %></script>", "b") == (
        "<b><script>b</script>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<option <% if x: %>selected<% end %> value='<%= x %>'>",
        "<% if x: %><p title='a'><% else: %><p><% end %><%= x %>",
        "<p class='a <% if x: %>b<% end %> <%= x %>'>",
        "<% for a in x: %><p title='<%= a %>'></p><% end %><%= x %>",
        "<script>[<% for a in x: %><%= a %>,<% end %>]</script>",
        "<% while x: %><% if x: %><% break %><% end %><i><% end %><%= x %>",
        "<% try: %><p><%= x %></p><% except ValueError: %>no<% end %><%= x %>",
        "<% match x: %><% case 1: %><b><% case _: %><i><% end %><%= x %>",
        "<% def f(): %><script>a = <%= x %></script><% end %><p title='<% f() %>'>",
        "<p title='<% with psp.capture() as c: %><i><%= x %></i><% end %>'>",
    ],
)
def test_blocks_that_meet(text: str) -> None:
    render(text)


def test_the_place_goes_through_includes() -> None:
    page = '<script>a = "<%@ include file="part.psp" %>"</script>'
    assert render(page, part="<%= x %>") == f'<script>a = "{STRING}"</script>'
    page = '<%@ include file="part.psp" %><%= x %></script>'
    assert render(page, part="<script>") == f"<script>{JSON}</script>"


PLACE = "branches leave the HTML in different places: "
REFUSED = [
    ("<<%= x %>>", "1:2: an expression cannot be a tag's name or the start of a mark"),
    ("</<%= x %>>", "1:3: an expression cannot be a tag's name or the start of a mark"),
    ("<h<%= x %>>", "1:3: an expression cannot be a tag's name or the start of a mark"),
    (
        "<p\n<%= x %>>",
        "2:1: an expression cannot stand in an attribute's name; "
        "write the name, or put it into an <% if %>",
    ),
    (
        "<!-- <%= x %> -->",
        "1:6: an expression cannot stand in an HTML comment; "
        "<%-- --%> is a comment that is not sent",
    ),
    (
        "<!doctype <%= x %>>",
        "1:11: an expression cannot stand in a declaration such as <!doctype>",
    ),
    (
        "<script type='<%= x %>'>",
        "1:15: an expression cannot decide 'type' of <script>: it says what is run",
    ),
    (
        "<meta content='<%= x %>' http-equiv='refresh'>",
        "1:38: http-equiv has to come before the content it explains",
    ),
    (
        "<% if x: %><a href='/'><% else: %><a href=\"<% end %><%= x %>",
        f"1:43: {PLACE}in the value of 'href' (in \") here, "
        "in text in page.psp, line 1, column 23",
    ),
    (
        "<% for a in x: %><script><% end %><%= x %>",
        f"1:25: {PLACE}inside <script> here, in text where the page starts",
    ),
    (
        "<a href='/<% if x: %>?<% end %><%= x %>'>",
        "1:32: branches leave the URL in different parts: "
        "what follows could be of its path or of its query",
    ),
    (
        "<p <% if x: %>on<% end %>click='<%= x %>'>",
        "1:33: branches give the attribute this expression stands in "
        "different meanings",
    ),
    (
        "<% def f(): %><p title='<%= x %><% end %>",
        "1:25: f() starts in text and ends in the value of 'title' (in ')",
    ),
]


@pytest.mark.parametrize(("text", "error"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused_with_the_place(text: str, error: str) -> None:
    assert refusal(text) == error


@pytest.mark.parametrize("escape", ["html", "none"])
def test_other_rules_look_at_no_place(escape: str) -> None:
    page = f'<%@ page escape="{escape}" %><!--<%= x %>--><script><%= x %></script>'
    assert render(page, "a") == "<!--a--><script>a</script>"


def test_mod_python_knows_no_places() -> None:
    page = '<%@ page dialect="mod_python" %><<%= x %>>'
    assert render(page, "a") == "<a>"


def test_xml_is_escaped_as_html_is() -> None:
    page = "<?xml version='1.0'?>\n<script><%= x %></script>"
    assert render(page, "<") == "<?xml version='1.0'?>\n<script>&lt;</script>"
