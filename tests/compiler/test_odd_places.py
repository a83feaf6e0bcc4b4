"""Places in HTML that look like others: odd white space, schemes, slashes, ends."""

from __future__ import annotations

import pytest

from psp import DictLoader, Engine, PageSyntaxError

NASTY = "a'\"<b>&` =x/\\"
HTML = "a&#39;&#34;&lt;b&gt;&amp;` =x/\\"
BARE = "a&#39;&#34;&lt;b&gt;&amp;&#96;&#32;&#61;x/\\"
STRING = "a\\u0027\\u0022\\u003cb\\u003e\\u0026\\u0060 \\u003dx\\u002f\\u005c"
JSON = '"a\\u0027\\"\\u003cb\\u003e\\u0026` =x/\\\\"'
JSON_IN_QUOTES = JSON.replace('"', "&#34;")
PATH = "a%27%22%3Cb%3E&amp;%60%20=x/%5C"


def render(text: str, x: object = NASTY) -> str:
    return Engine(DictLoader({"page.psp": text})).render("page.psp", x=x)


ROWS = [
    # white space of Unicode is none of HTML's
    ("<p title=a\xa0alt='{}'>", BARE),
    ("<p title=a\x0balt='{}'>", BARE),
    ("<p title=a\x1calt='{}'>", BARE),
    # and neither is every small letter that a capital has
    ("<script>'</\u017fcript>' + {}</script>", JSON),
    # slashes in scripts
    ('<script>if (a) /"/.test({})</script>', JSON),
    ('<script>while (f(a)) /"/.test({})</script>', JSON),
    ('<script>a = (b) / 2; c = "{}"</script>', STRING),
    ('<script>a = `${{(b)}}` / 2; c = "{}"</script>', STRING),
    ("<script>a = b++ / '{}'</script>", STRING),
    ("<script>{{ a }}\n// b's\nc = {}</script>", JSON),
    # backslashes
    ("<script>a = 'it\\\\{}'</script>", STRING),
    ("<script>a = '\\<% pass %>'{}'</script>", STRING),
    ('<style>.a\\:b, .\\"c {{ d: {} }}</style>', "psp-unsafe"),
    # where a script ends
    ("<script>a = '<!--<script>'</script> + '{}'</script>", STRING),
    ("<script>'<!--<script>'</script>'--></script>{}", HTML),
    ("<script><!--\na = {}\n//--></script>", JSON),
    ("<script><!-->'<script>'</script>{}", HTML),
    ("<script>'<script>'</script>{}", HTML),
    # what is a script
    ("<script type='text&#47;javascript'>a = {}</script>", JSON),
    ("<script type=module type=text/plain>a = {}</script>", JSON),
    ("<script type='' type=text/plain>a = {}</script>", JSON),
    ("<script type=text/plain type=module>{}</script>", HTML),
    ("<script src=a/>a = {}</script>", JSON),
    # HTML in an attribute
    ("<iframe srcdoc='<p>{}'>", HTML.replace("&", "&amp;")),
    ("<iframe srcdoc=\"<a href='/{}'>\">", PATH.replace("&", "&amp;")),
    ("<iframe srcdoc='<script>a = {}</script>'>", JSON_IN_QUOTES),
    ("<iframe srcdoc='&lt;script&gt;a = {}</script>'>", JSON_IN_QUOTES),
    ("<iframe srcdoc=\"<script>'{}'</script><p>\">", STRING),
    # code of frameworks
    ("<p @click=\"f('{}')\">", STRING),
    ("<p x-on:click.once=\"f('{}')\">", STRING),
    ("<p x-model.lazy=\"a['{}']\">", STRING),
    ("<p x-data='{{a: {}}}'>", JSON_IN_QUOTES),
    ("<p :class='{}'>", JSON_IN_QUOTES),
    ("<p v-if='a == {}'>", JSON_IN_QUOTES),
    ("<p hx-vals='{{\"a\": {}}}'>", JSON_IN_QUOTES),
    ("<p data-hx-on:click='f({})'>", JSON_IN_QUOTES),
    ("<p hx-get='/{}'>", PATH),
    ("<p data-hx-post='/?a={}'>", PATH.replace("&amp;", "%26").replace("=", "%3D")),
    ("<p x-transition:enter='{}'>", HTML),
    ("<p data-x='{}'>", HTML),
]


@pytest.mark.parametrize(("text", "written"), ROWS, ids=[ascii(r[0]) for r in ROWS])
def test_the_place_decides(text: str, written: str) -> None:
    page = text.format("<%= x %>")
    assert render(page) == text.format(written).replace("<% pass %>", "")


@pytest.mark.parametrize("start", ["java&#10;script", "java\nscript", "\x01javascript"])
def test_urls_that_run(start: str) -> None:
    page = f"<a href='{start}:f(\"<%= x %>\")'>"
    assert render(page, '"') == page.replace("<%= x %>", "%5Cu0022")


@pytest.mark.parametrize(
    "text",
    [
        "<a href='<%= x %>/a:b'>",
        "<a href='<%= x %>?a:b'>",
        "<a href='http://<%= x %>:80'>",
        "<a href='mailto:<%= x %>:'>",
        "<p title='<%= x %>:'>",
        "<iframe srcdoc='a:b <%= x %>:c'></iframe>",
    ],
)
def test_colons_that_end_no_given_scheme(text: str) -> None:
    assert render(text, "x") == text.replace("<%= x %>", "x")


@pytest.mark.parametrize("before", ["", "/a;"])
@pytest.mark.parametrize("value", ["/b;javascript:f()", "javascript:f();/b"])
def test_none_of_several_urls_runs(before: str, value: str) -> None:
    text = f"<svg><animate values='{before}<%= x %>'/></svg>"
    html = render(text, value)
    assert "javascript" not in html
    assert "about:invalid#psp" in html and "/b" in html


SCHEME = (
    "an expression cannot be the scheme of a URL: "
    "write all up to here as one expression"
)
SLASH = (
    "the slash behind a bracket or branch before this expression "
    "may divide or start a regular expression: put ( or ; before it"
)
BACKSLASH = "an expression cannot stand behind a backslash"
REFUSED = [
    ("<a href='<%= x %>:f()'>", f"1:18: {SCHEME}"),
    ("<a href='java<%= x %>:f()'>", f"1:22: {SCHEME}"),
    ("<a href='<%= x %>scr<%= x %>ipt&colon;f()'>", f"1:29: {SCHEME}"),
    ("<a href=<%= x %>:f()>", f"1:17: {SCHEME}"),
    ("<a href='<% if x: %><%= x %><% else: %>a<% end %>:f()'>", f"1:50: {SCHEME}"),
    ("<iframe srcdoc='<a href=\"<%= x %>:f()\">'>", f"1:34: {SCHEME}"),
    ("<script>a = '\\<%= x %>'</script>", f"1:15: {BACKSLASH}"),
    ("<script>a = /[\\<%= x %>]/</script>", f"1:16: {BACKSLASH}"),
    ("<style>a { b: '\\<%= x %>' }</style>", f"1:17: {BACKSLASH}"),
    ("<style>a { b: \\<%= x %> }</style>", f"1:16: {BACKSLASH}"),
    ("<script>a = {} / 2; b = <%= x %></script>", f"1:25: {SLASH}"),
    ("<script>a<% if x: %> = <% end %>/ b / <%= x %></script>", f"1:39: {SLASH}"),
    (
        "<svg><title/><a href='<%= x %>'>",
        "1:12: <title/> closes itself in SVG alone: write its end tag",
    ),
    (
        "<svg><style a=b /><p><%= x %>",
        "1:16: <style/> closes itself in SVG alone: write its end tag",
    ),
    (
        "<script>a = '</<%= x %> >'</script>",
        "1:16: an expression cannot follow '</' inside <script>",
    ),
]


@pytest.mark.parametrize(("text", "error"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused_with_the_place(text: str, error: str) -> None:
    with pytest.raises(PageSyntaxError) as caught:
        render(text)
    found = caught.value
    assert f"{found.lineno}:{found.offset}: {found.msg}" == error


WRITER = "<% def f(): %><b><%= x %></b><% end %>"


@pytest.mark.parametrize("call", ["<%= f() %>", "<% f() %>"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("<script>a = {}</script>", "inside <script>"),
        ("<style>{}</style>", "inside <style>"),
        ("<a href='{}'>", "in the value of 'href' (in ')"),
        ("<p onclick='{}'>", "in the value of 'onclick' (in ')"),
        ("<p title=a{}>", "in the value of 'title' (without quotes)"),
    ],
)
def test_a_function_that_writes_is_refused(text: str, place: str, call: str) -> None:
    message = f"f() writes HTML, which cannot stand {place}: have it return a value"
    with pytest.raises(PageSyntaxError) as caught:
        render(WRITER + text.format(call))
    assert caught.value.msg == message


@pytest.mark.parametrize("call", ["<%= f() %>", "<% f() %>"])
@pytest.mark.parametrize("text", ["{}", "<p title='{}'>", "<textarea>{}</textarea>"])
def test_a_function_that_writes_html_where_that_is_read(text: str, call: str) -> None:
    written = f"<b>{HTML}</b>"
    assert render(WRITER + text.format(call)) == text.format(written)


def test_a_function_that_returns_a_value() -> None:
    page = "<% def f(): return x %><script>a = <%= f() %></script>"
    assert render(page) == f"<script>a = {JSON}</script>"


def test_without_expressions_everything_goes() -> None:
    page = "<svg><title/></svg><script>a = {} / 2</script>"
    assert render(page) == page
