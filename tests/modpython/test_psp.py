"""The PSP class, error pages, redirects, and what a page finds around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .client import Site

MakeSite = Callable[..., Site]
Page = Callable[..., Any]


def test_a_template_gets_names_and_writes_in_place(make_site: MakeSite) -> None:
    site = make_site(
        {
            "t.html": "[<%= a %><%= b %>]",
            "page.psp": (
                "x<% t = PSP(req, 't.html', vars={'a': 1, 'b': 2}) %>"
                "<% t.run({'b': 3}) %>y<%= t %>z"
            ),
        }
    )
    assert site.get("/page.psp").text == "x[13]y[12]z"


def test_a_template_may_be_str_or_bytes_and_include(make_site: MakeSite) -> None:
    source = '<%@ include file="part" %\\x3e<%= n %\\x3e'
    site = make_site(
        {
            "part": "P",
            "page.psp": "<%\n"
            f"for text in ('{source}', b'{source}', ''):\n"
            "    PSP(req, string=text, vars={'n': 1}).run()\n"
            "    # again\n%>;<% # end\n%>",
        }
    )
    assert site.get("/page.psp").text == "P1;P1;;"


def test_names_may_be_pairs(page: Page) -> None:
    text = "<% PSP(req, string=b'<%= n %\\x3e', vars=[('n', 1)]).run([]) %>"
    assert page(text + text.replace("[])", "[('n', 2)])")).text == "12"


def test_a_template_without_its_include_is_a_missing_file(
    make_site: MakeSite,
) -> None:
    text = (
        "<%\ntry:\n    PSP(req, filename='t.html')\n"
        "except FileNotFoundError as error:\n"
        "    name = os.path.basename(error.filename)\n# end\n%><%= name %>"
    )
    files = {"page.psp": text, "t.html": '<%@ include file="gone.html" %>'}
    site = make_site(files)
    assert site.get("/page.psp").text == "gone.html"


def test_an_error_page_has_a_name(page: Page) -> None:
    answer = page("<% psp.set_error_page(5) %>")
    assert answer.report.startswith("TypeError: ")


def test_the_notice_of_a_redirect_quotes_as_escape_does(page: Page) -> None:
    answer = page("<% psp.redirect('/?a=\"b\"&c') %>")
    assert answer.header("Location") == '/?a="b"&c'
    assert 'href="/?a=&quot;b&quot;&amp;c"' in answer.text


def test_file_and_string_exclude_each_other(page: Page) -> None:
    answer = page("<% PSP(req, filename='a', string='b') %>")
    assert answer.report == "ValueError: Must specify either filename or string"


def test_relative_names_start_from_the_requested_page(make_site: MakeSite) -> None:
    files = {
        "tpl/a.html": "A<% PSP(req, filename='tpl/b.html').run() %>",
        "tpl/b.html": 'B<%@ include file="c.html" %>',
        "tpl/c.html": "C",
        "page.psp": "<% PSP(req, filename='tpl/a.html').run() %>",
    }
    assert make_site(files).get("/page.psp").text == "ABC"


def test_a_missing_template_is_a_404_that_can_be_caught(page: Page) -> None:
    assert page("<% PSP(req, filename='none') %>").status == 404
    text = (
        "<%\ntry:\n    PSP(req, filename='none')\n"
        "except apache.SERVER_RETURN as e:\n    r = e.args\n# end\n%><%= r %>"
    )
    assert page(text).text == "(404,)"


def test_no_template_lies_outside_of_the_root(make_site: MakeSite) -> None:
    site = make_site({"page.psp": "<% PSP(req, filename='../secret').run() %>"})
    (site.root.parent / "secret").write_text("SECRET")
    answer = site.get("/page.psp")
    assert answer.status == 404 and "SECRET" not in answer.text


def test_an_exception_passes_through_templates_as_it_is(make_site: MakeSite) -> None:
    files = {
        "t.html": "<%\nclass Two(Exception):\n    def __init__(self, a, b):\n"
        "        self.pair = a, b\nraise Two(1, 2)\n%>",
        "page.psp": "<%\ntry:\n    PSP(req, 't.html').run()\n"
        "except Exception as e:\n    r = e.pair\n# end\n%><%= r %>",
    }
    assert make_site(files).get("/page.psp").text == "(1, 2)"


def test_the_code_of_a_template_is_at_hand(page: Page) -> None:
    text = "<% t = PSP(req, string='x') %><%= t.code.co_filename %> <%= t.filename %>"
    assert page(text).text == "__psp__ None"


ERROR = "ERR <%= exception[0].__name__ %>: <%= exception[1] %>"


def test_an_error_page_goes_on_where_the_page_failed(make_site: MakeSite) -> None:
    page = "<% psp.set_error_page('err.psp') %>so far <%= 1 / 0 %>not reached"
    answer = make_site({"err.psp": ERROR, "page.psp": page}).get("/page.psp")
    wanted = "so far ERR ZeroDivisionError: division by zero"
    assert (answer.status, answer.text) == (200, wanted)


def test_an_error_page_of_a_template_is_for_the_template(make_site: MakeSite) -> None:
    files = {
        "err.psp": ERROR,
        "t.html": "t<% psp.set_error_page('err.psp') %><%= nope %>",
        "page.psp": "a<% PSP(req, 't.html').run() %>b<%= 1 / 0 %>",
    }
    answer = make_site(files).get("/page.psp")
    assert answer.status == 500
    assert answer.text.startswith("atERR NameError: name 'nope' is not definedb\n<pre>")


@pytest.mark.parametrize("name", ["/err.psp", "../err.psp"])
def test_an_error_page_is_named_from_the_root_or_the_page(
    make_site: MakeSite, name: str
) -> None:
    page = f"<% psp.set_error_page('{name}') %><%= 1 / 0 %>"
    site = make_site({"err.psp": "E", "sub/page.psp": page})
    assert site.get("/sub/page.psp").text == "E"


def test_an_error_page_that_is_its_own_runs_once_more_and_no_further(
    make_site: MakeSite,
) -> None:
    page = "a<% psp.set_error_page('page.psp') %><%= 1 / 0 %>"
    answer = make_site({"page.psp": page}).get("/page.psp")
    assert answer.status == 500 and answer.text.startswith("aa\n<pre>")
    assert "is its own error page" in answer.text


def test_an_error_page_is_not_for_redirects_and_endings(make_site: MakeSite) -> None:
    text = "<% psp.set_error_page('err.psp') %>{}"
    go, stop = "<% psp.redirect('/n') %>", "<% raise apache.SERVER_RETURN(410) %>"
    site = make_site({"err.psp": "E", "go.psp": text.format(go)})
    site.write({"stop.psp": text.format(stop)})
    assert site.get("/go.psp").status == 302
    assert site.get("/stop.psp").status == 410


def test_a_redirect_keeps_the_text_so_far_and_escapes_its_link(page: Page) -> None:
    answer = page("so far <% psp.redirect('/a?b=<c>&d', permanent=1) %>")
    assert answer.status == 301 and answer.header("Location") == "/a?b=<c>&d"
    link = "/a?b=&lt;c&gt;&amp;d"
    notice = f'<p>The document has moved <a href="{link}">here</a></p>\n'
    assert answer.text == f"so far {notice}"


@pytest.mark.parametrize("bad", ["'/a\\r\\nX-Evil: 1'", "'/a\\0'", "'/a\\x7f'"])
def test_no_redirect_breaks_a_header(page: Page, bad: str) -> None:
    answer = page(f"<% psp.redirect({bad}) %>")
    assert answer.status == 500 and answer.header("X-Evil") is None
    assert answer.report.startswith("ValueError: control characters")


def test_a_redirect_is_too_late_once_headers_are_out(page: Page) -> None:
    answer = page("text<% req.flush() %><% psp.redirect('/n') %>")
    assert answer.sent.startswith(b"text")
    assert answer.report.startswith("OSError: Cannot redirect")


def test_more_text_than_the_buffer_holds_fixes_status_and_headers(page: Page) -> None:
    text = "z" * 9000 + "<% req.status = 404; req.headers_out['X-Late'] = '1' %>"
    answer = page(text)
    assert answer.status == 200 and answer.header("X-Late") is None
    early = page("z" * 7000 + "<% req.status = 404 %>")
    assert early.status == 404


def test_text_that_cannot_be_sent_is_the_failure_of_the_page(
    make_site: MakeSite,
) -> None:
    bad = "a<%= '\\ud800' %>b"
    site = make_site({"page.psp": bad, "err.psp": "ERR <%= exception[0].__name__ %>"})
    assert site.get("/page.psp").report.startswith("UnicodeEncodeError")
    site.write({"page.psp": "<% psp.set_error_page('err.psp') %>" + bad})
    assert site.get("/page.psp").text == "ERR UnicodeEncodeError"


def test_names_of_one_run_are_gone_in_the_next(make_site: MakeSite) -> None:
    site = make_site({"page.psp": "<%= 'leak' in globals() %><% leak = 1 %>"})
    assert [site.get("/page.psp").text for _ in range(2)] == ["False", "False"]


@pytest.mark.parametrize(
    ("code", "makes"),
    [
        ("<%= session is not None %>", True),
        ("<%= req.session is not None %>", True),
        ("<% from os import sep as session %>", True),
        ("<%= (lambda: session is not None)() %>", True),
        ("<%= [len(session) for _ in (1, 2)] %>", True),
        ("<%= 'session' %> session <%-- session --%>", False),
        ("<%= dict(session=1) %>", False),
        ("<% f = lambda session: session %>", False),
        ("<%\nclass A:\n    session = 1\n# end\n%>", False),
        ("<%\ndef f(x):\n    return x.session\n# end\n%>", False),
    ],
)
def test_a_session_is_made_for_pages_that_mean_it(
    page: Page, code: str, makes: bool
) -> None:
    answer = page(code)
    assert answer.status == 200
    assert (answer.header("Set-Cookie") is not None) is makes


def test_psp_shows_the_names_that_mod_python_has(page: Page) -> None:
    wanted = "apply_data error_page filename form redirect req set_error_page"
    text = page("<%= ' '.join(sorted(n for n in dir(psp) if n[0] != '_')) %>").text
    assert text == wanted


def test_what_is_new_works_beside_what_is_old(make_site: MakeSite) -> None:
    files = {
        "part.psp": "<i><%= n %></i>",
        "base.psp": "<b><%= psp.content() %></b>",
        "page.psp": '<%@ layout file="base.psp" %><% psp.include("part.psp", n=1) %>',
    }
    assert make_site(files).get("/page.psp").text == "<b><i>1</i></b>"


def test_parse_gives_the_python_that_mod_python_makes(make_site: MakeSite) -> None:
    code = (
        "<%= escape(parse('t.html', req.document_root() + '/')) %>"
        "<%= escape(parsestring('a<% x %\\x3e')) %>"
    )
    site = make_site({"t.html": "T[<%= x %>]\\n", "page.psp": code})
    quotes = "&quot;" * 3
    wanted = (
        f"req.write({quotes}T[{quotes},0); req.write(str( x ),0); "
        f"req.write({quotes}]\\\\n{quotes},0)\n"
        f"req.write({quotes}a{quotes},0); x ;req.write({quotes}{quotes},0)\n"
    )
    assert site.get("/page.psp").text == wanted


def test_a_guarded_page_is_not_run_for_another_site(make_site: MakeSite) -> None:
    site = make_site({"page.psp": '<%@ page csrf="on" %>it ran'})
    for said, status in (
        ([], 200),
        ([("Origin", "http://site.test")], 200),
        ([("Origin", "http://evil.test")], 403),
        ([("Sec-Fetch-Site", "cross-site")], 403),
    ):
        answer = site.ask("POST", "/page.psp", said, body=b"")
        assert answer.status == status
        assert (answer.text == "it ran") is (status == 200)
    assert site.get("/page.psp", [("Origin", "http://evil.test")]).text == "it ran"


def test_an_application_guards_all_pages(make_site: MakeSite) -> None:
    files = {"page.psp": "it ran", "open.psp": '<%@ page csrf="off" %>it ran'}
    site = make_site(files, csrf=True, csrf_origins=["http://friend.test"])
    for page, origin, status in (
        ("/page.psp", "http://site.test", 200),
        ("/page.psp", "http://friend.test", 200),
        ("/page.psp", "http://evil.test", 403),
        ("/open.psp", "http://evil.test", 200),
    ):
        answer = site.ask("POST", page, [("Origin", origin)], body=b"")
        assert answer.status == status
