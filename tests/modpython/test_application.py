from __future__ import annotations

from collections.abc import Callable

import pytest

from psp.modpython.configuration import Configuration

from .client import Site

MakeSite = Callable[..., Site]


def test_a_page_runs_and_its_settings_are_those_of_the_directives(
    make_site: MakeSite,
) -> None:
    text = "<%= req.get_options()['shop'] %> <%= req.get_config()['PythonDebug'] %>"
    site = make_site({"page.psp": text}, "PythonOption shop Corner")
    answer = site.get("/page.psp")
    assert (answer.status, answer.text) == (200, "Corner 1")
    assert answer.headers == [("Content-Type", "text/html"), ("Content-Length", "8")]


def test_settings_can_be_replaced_while_the_site_runs(make_site: MakeSite) -> None:
    site = make_site({"page.psp": "<%= 1 / 0 %>"})
    assert "ZeroDivisionError" in site.get("/page.psp").text
    root = site.application.document_root
    site.application.configuration = Configuration(root, more="PythonDebug Off")
    answer = site.get("/page.psp")
    assert answer.status == 500
    assert "ZeroDivisionError" not in answer.text
    assert str(site.root) not in answer.text


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/a.txt", "text/plain"),
        ("/a.html", "text/html"),
        ("/a.css", "text/css"),
        ("/a.unheardof", None),
        ("/noextension", None),
        ("/page.psp.html", "text/html"),
    ],
)
def test_other_files_are_sent_with_the_types_of_apache(
    make_site: MakeSite, path: str, kind: str | None
) -> None:
    site = make_site({path[1:]: "<%= 1 %>"})
    answer = site.get(path)
    assert (answer.status, answer.text) == (200, "<%= 1 %>")
    assert answer.header("Content-Type") == kind


@pytest.mark.parametrize(
    "path",
    [
        "/mod.py~",
        "/mod.pyc",
        "/page.psp.bak",
        "/page.psp~",
        "/.htaccess",
        "/.git/config",
        "/page.psc",
        "/page.psp%00.html",
        "/sub%2fpage.psp",
        "/..%2froot%2fpage.psp",
        "/page.psp%5c",
    ],
)
def test_source_is_never_sent_however_it_is_spelt(
    make_site: MakeSite, path: str
) -> None:
    names = ["page.psp", "mod.py", "sub/page.psp", ".git/config"]
    names += [path[1:]] if "%" not in path else []
    site = make_site({name: "SECRET" for name in names if name != ".htaccess"})
    answer = site.get(path)
    assert answer.status in (400, 404)
    assert b"SECRET" not in answer.body


def test_a_page_in_capitals_is_run_not_sent(make_site: MakeSite) -> None:
    site = make_site({"PAGE.PSP": "<%= 6 * 7 %>"})
    assert site.get("/PAGE.PSP").text == "42"


def test_code_that_nothing_handles_is_not_sent(make_site: MakeSite) -> None:
    site = make_site(
        {"page.psp": "SECRET", "mod.py": "SECRET"}, "RemoveHandler .psp .py"
    )
    assert site.get("/page.psp").status == 404
    assert site.get("/mod.py").status == 404


def test_a_handler_that_is_not_ours_sends_nothing(make_site: MakeSite) -> None:
    site = make_site({"run.cgi": "SECRET"}, "AddHandler cgi-script .cgi")
    assert site.get("/run.cgi").status == 404


def test_a_folder_is_redirected_to_its_slash_with_host_and_query(
    make_site: MakeSite,
) -> None:
    site = make_site({"sub/index.psp": "in <%= req.uri %> <%= req.the_request %>"})
    answer = site.get("/sub?a=b")
    assert answer.status == 301
    assert answer.header("Location") == "http://site.test/sub/?a=b"
    assert site.get("/sub/").text == "in /sub/index.psp GET /sub/ HTTP/1.1"


def test_the_first_index_that_exists_answers_for_a_folder(make_site: MakeSite) -> None:
    files = {"index.html": "html", "sub/index.psp": "psp", "sub/index.html": "html"}
    site = make_site({**files, "none/other.txt": "x"})
    assert [site.get(path).text for path in ("/", "/sub/")] == ["html", "psp"]
    assert site.get("/none/").status == 404
    index = make_site(directives="DirectoryIndex other.txt")
    assert index.get("/none/").text == "x"


@pytest.mark.parametrize("path", ["//page.psp", "/./page.psp", "/sub/../page.psp"])
def test_doubled_slashes_and_dots_mean_what_they_do_to_apache(
    make_site: MakeSite, path: str
) -> None:
    assert make_site({"page.psp": "<%= req.uri %>"}).get(path).text == "/page.psp"


def test_a_path_above_the_root_is_refused(make_site: MakeSite) -> None:
    site = make_site()
    (site.root.parent / "page.psp").write_text("SECRET")
    answer = site.get("/../page.psp")
    assert answer.status == 400


def test_a_changed_page_and_a_changed_include_are_seen_at_once(
    make_site: MakeSite,
) -> None:
    site = make_site({"page.psp": '[<%@ include file="i" %>]', "i": "old"})
    assert site.get("/page.psp").text == "[old]"
    site.write({"i": "new"})
    assert site.get("/page.psp").text == "[new]"
    site.write({"page.psp": "rewritten"})
    assert site.get("/page.psp").text == "rewritten"
    (site.root / "page.psp").unlink()
    assert site.get("/page.psp").status == 404


def test_absolute_includes_are_confined_to_the_allowed_roots(
    make_site: MakeSite,
) -> None:
    site = make_site()
    outside = site.root.parent / "outside"
    outside.mkdir()
    (outside / "part").write_text("OUTSIDE")
    site.write({"page.psp": f'<%@ include file="{outside}/part" %>'})
    refused = site.get("/page.psp")
    assert refused.status == 500 and "OUTSIDE" not in refused.text
    allowing = make_site(allowed_roots=[outside])
    assert allowing.get("/page.psp").text == "OUTSIDE"


def test_the_listing_of_a_page_is_there_with_debugging_alone(
    make_site: MakeSite,
) -> None:
    site = make_site({"page.psp": "caf\u00e9 <% req.status = 404 %>"})
    answer = site.get("/page.psp_")
    assert answer.status == 200
    assert "<font color=green>caf\u00e9&nbsp;&lt;%" in answer.text
    assert site.get("/none.psp_").status == 404
    off = make_site(directives="PythonDebug Off")
    assert off.get("/page.psp_").status == 404


def test_a_page_that_fails_after_a_flush_is_cut_where_nobody_may_look(
    make_site: MakeSite,
) -> None:
    from psp.errors import ResponseCut

    site = make_site(
        {"page.psp": "before <% req.flush() %><%= 1 / 0 %>"}, "PythonDebug Off"
    )
    with pytest.raises(ResponseCut):
        site.get("/page.psp")


def test_head_has_the_headers_and_no_body(make_site: MakeSite) -> None:
    site = make_site({"page.psp": "<% req.headers_out['X-A'] = '1' %>text"})
    answer = site.ask("HEAD", "/page.psp")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.header("X-A") == "1" and answer.header("Content-Length") == "4"


def test_a_bad_length_and_a_missing_one_are_refused(make_site: MakeSite) -> None:
    site = make_site({"page.psp": "<%= len(form) %>"})
    bad = {"CONTENT_LENGTH": "abc"}
    assert site.ask("POST", "/page.psp", environ=bad).status == 400
    assert site.ask("POST", "/page.psp").status == 411


def test_what_a_visitor_posts_to_a_file_changes_nothing(make_site: MakeSite) -> None:
    site = make_site({"a.txt": "text"})
    assert site.post("/a.txt", "a=b").text == "text"
    put = site.ask("PUT", "/a.txt", body=b"x")
    assert put.status == 405 and "GET" in str(put.header("Allow"))


def test_what_else_may_be_asked_of_a_file(make_site: MakeSite) -> None:
    site = make_site({"a.txt": "text"})
    options = site.ask("OPTIONS", "/a.txt")
    assert (options.status, options.body) == (200, b"")
    assert options.header("Allow") == "GET, HEAD, POST, OPTIONS"
    unknown = site.ask("BREW", "/a.txt")
    assert (unknown.status, unknown.header("Allow")) == (501, options.header("Allow"))
