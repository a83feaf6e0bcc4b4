"""``psp check``: one line for everything that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run, Spawn

Write = Callable[[str, str], Path]


def test_nothing_to_say(run: Run, write: Write) -> None:
    write("a.psp", "<h1><%= title %></h1>")
    result = run("check")
    assert (result.exit_code, result.output) == (0, "")


def test_errors_in_the_order_of_places(run: Run, write: Write) -> None:
    write("b.psp", "<%= 1 +* 2 %>")
    write("a/x.psp", "one\n<% for %>")
    write("a/fine.psp", "fine")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "a/x.psp:2:6: expected ':' at the end of this 'for'",
        "b.psp:1:8: invalid syntax",
    ]
    assert result.stderr == ""


def test_only_what_is_named(run: Run, write: Write) -> None:
    write("a.psp", "<%= 1 +* 2 %>")
    write("b/c.psp", "<%= 1 +* 2 %>")
    write("d.psp", "<%= 1 +* 2 %>")
    result = run("check", "b", "d.psp", "d.psp")
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        "b/c.psp",
        "d.psp",
    ]


def test_includes_are_found_from_the_document_root(run: Run, write: Write) -> None:
    write("site/shop/a.psp", '<%@ include file="/parts/p.psp" %>')
    write("site/parts/p.psp", "p")
    assert run("check").exit_code == 1
    write("psp.toml", "document_root = 'site'")
    assert run("check").exit_code == 0
    assert run("check", "site/shop/a.psp").exit_code == 0


def test_parts_find_their_own_neighbours(run: Run, write: Write) -> None:
    write("shop/a.psp", '<%@ include file="../parts/p.psp" %>')
    write("parts/p.psp", '<%@ include file="q.psp" %>')
    write("parts/q.psp", "<%== 1 %>")
    assert run("check").stdout == "parts/q.psp:1:1: note: written raw: 1\n"


def test_folder_outside_of_the_document_root(
    run: Run, write: Write, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    (site / "parts").mkdir(parents=True)
    (site / "a.psp").write_text('<%@ include file="/parts/p.psp" %>')
    (site / "parts" / "p.psp").write_text("<%= 1 +* 2 %>")
    result = run("check", str(site))
    assert result.stdout.startswith(f"{site}/parts/p.psp:1:8: ")
    assert len(result.stdout.splitlines()) == 1


def test_parts_that_open_blocks_are_fine(run: Run, write: Write) -> None:
    write("a.psp", '<%@ include file="open.psp" %>x<% end %>')
    write("open.psp", "<% if True: %>")
    assert run("check").exit_code == 0


def test_warnings_do_not_fail(run: Run, write: Write) -> None:
    write("a.psp", "<%\ndef f():\n    return 1\n%>\n<h1>lost</h1>")
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout.startswith("a.psp:5:1: warning: this is never written")


def test_warnings_of_the_compiler_and_of_python(run: Run, write: Write) -> None:
    write("a.psp", "<%@ page foo='1' %>\n<%= 1 is 2 %>")
    result = run("check", "--dialect", "mod_python")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("a.psp:1:")
    assert "'foo'" in lines[0]
    assert lines[1].startswith('a.psp:2:1: warning: "is" with')
    assert all(": warning: " in line for line in lines)


def test_warning_of_a_part_is_said_once(run: Run, write: Write) -> None:
    write("part.psp", "<% total = 1 %><%= totla %>")
    write("a.psp", '<%@ include file="part.psp" %>')
    write("b.psp", '<%@ include file="part.psp" %>')
    assert run("check").stdout.splitlines() == [
        "part.psp:1:20: warning: nothing binds 'totla'; did you mean 'total'?"
    ]


def test_layout_that_is_not_there(run: Run, write: Write) -> None:
    write("shop/a.psp", '<%@ layout file="../base.psp" %>')
    write("shop/b.psp", 'x\n<%@ layout file="/none.psp" %>')
    write("base.psp", "<%= psp.content() %>")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "shop/b.psp:2:17: layout '/none.psp': no page named 'none.psp'"
    ]


def test_page_included_by_name_that_is_not_there(run: Run, write: Write) -> None:
    write(
        "a.psp", "<% psp.include('b.psp'); psp.include(x) %>\n<p><% psp.include('c') %>"
    )
    write("b.psp", "b")
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout == "a.psp:2:19: warning: no page named 'c'\n"


def test_raw_output_is_noted(run: Run, write: Write) -> None:
    write("a.psp", "<%= a %><%== b %>")
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout == "a.psp:1:9: note: written raw: b\n"


def test_everything_that_steps_around_escaping(run: Run, write: Write) -> None:
    write(
        "a.psp",
        "<%= a %><%== b %>\n<% from markupsafe import Markup %><%= Markup(c) %>"
        "<a href='<%= psp.safe_url(d) %>'>",
    )
    write("b.psp", "<%@ page escape='none' %><%= a %><%== b %>")
    write("c.psp", "<% totl = 1 %><%= total %>")
    result = run("check", "--raw")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "a.psp:1:9: written raw: b",
        "a.psp:2:40: marked as safe: Markup(c)",
        "a.psp:2:65: marked as safe: psp.safe_url(d)",
        "b.psp:1:26: not escaped on this page: a",
        "b.psp:1:34: written raw: b",
    ]


@pytest.mark.parametrize(
    ("page", "line"),
    [
        (
            "<p>\n<script>let a = 1;\n",
            "2:19: warning: the page starts in text and ends inside <script>",
        ),
        (
            '<p class="',
            "1:10: warning: the page starts in text and ends in the value of 'class'"
            ' (in ")',
        ),
        ("<!-- a", "1:6: warning: the page starts in text and ends in a comment"),
        (
            "<% if a: %><p title='<% end %>'>",
            "1:21: warning: branches leave the HTML in different places: in the value "
            "of 'title' (in ') here, in text where the page starts",
        ),
    ],
)
def test_html_that_is_doubtful(run: Run, write: Write, page: str, line: str) -> None:
    write("a.psp", page)
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, f"a.psp:{line}\n")


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        ("psp.include('card.psp', titel=1)", "no parameter 'titel': did you mean"),
        ("psp.include('card.psp')", "'card.psp' needs 'title', which was not given"),
        ("psp.include('card.psp', kind=1, **x)", ""),
        ("psp.include('card.psp', title=1, kind=2)", ""),
        ("psp.include('free.psp', anything=1)", ""),
        ("psp.include(name, anything=1)", ""),
    ],
)
def test_what_parts_are_given(run: Run, write: Write, call: str, problem: str) -> None:
    write("card.psp", "<%@ param title: str %><%@ param kind: str = '' %>a")
    write("free.psp", "a")
    write("a.psp", f"<p>\n<% x = {{}}; name = 'b'; {call} %>")
    result = run("check")
    assert result.exit_code == bool(problem)
    assert problem in result.stdout
    assert not problem or result.stdout.startswith("a.psp:2:24: ")
    assert bool(result.stdout) == bool(problem)


def test_component_that_is_not_given_what_it_needs(run: Run, write: Write) -> None:
    write("card.psp", "<%@ param title: str %><%= psp.content() %>")
    write("a.psp", "<% with psp.component('card.psp'): %>a<% end %>")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout == (
        "a.psp:1:9: 'card.psp' needs 'title', which was not given\n"
    )


def test_sections_that_no_layout_places(run: Run, write: Write) -> None:
    write("outer.psp", "<%= psp.section('head') %><%= psp.content() %>")
    write(
        "base.psp",
        "<%@ layout file='outer.psp' %><%= psp.section('nav') %><%= psp.content() %>",
    )
    write("card.psp", "<%= psp.section('foot') %><%= psp.content() %>")
    write(
        "a.psp",
        "<%@ layout file='base.psp' %>\n"
        "<% with psp.section('nav'): %>a<% end %><% with psp.push('head'): %>b<% end %>"
        "<% with psp.component('card.psp'): %>"
        "<% with psp.section('foot'): %>a<% end %><% end %>\n"
        "<% with psp.section('navi'): %>a<% end %>",
    )
    assert run("check").stdout.splitlines() == [
        "a.psp:3:9: warning: layout 'base.psp' places no section 'navi':"
        " it has 'head', 'nav'"
    ]


def test_sections_of_a_layout_that_computes_their_names(run: Run, write: Write) -> None:
    write("base.psp", "<% for n in 'ab': %><%= psp.section(n) %><% end %>")
    write(
        "a.psp",
        "<%@ layout file='base.psp' %><% with psp.section('c'): %>a<% end %>",
    )
    assert run("check").stdout == ""


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<div>\n<p>a", ["1:1: warning: <div> is never closed: expected </div>"]),
        (
            "<b><i></b></i>",
            [
                "1:4: warning: <i> is never closed: expected </i>",
                "1:11: warning: </i> closes nothing that is open here",
            ],
        ),
        ("a</b>", ["1:2: warning: </b> closes nothing that is open here"]),
        ("<% if a: %><div><% end %>b<% if a: %></div><% end %>", []),
        (
            "<% if a: %><div><b><% elif c: %><div id=c><b><% else: %><div id=d><b>"
            "<% end %></b>",
            ["1:12: warning: <div> is never closed: expected </div>"],
        ),
        ("<% if a: %><div><% else: %><p><% end %></div>", []),
        ("<% if a: %>" + "<% elif b: %><p></p>" * 200 + "<% end %>", []),
        ("<% for a in b: %><ul><li>a</ul><% end %><br><img src='</b>'>", []),
        ("<script>'<b>'</script><!-- <b> --><textarea><b></textarea>", []),
        ("<b title='<%= a %>'><%= a %></b>", []),
    ],
)
def test_elements_without_an_end(
    run: Run, write: Write, page: str, lines: list[str]
) -> None:
    write("a.psp", page)
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [f"a.psp:{line}" for line in lines]


def test_elements_across_included_files(run: Run, write: Write) -> None:
    write("top.psp", "<main>")
    write("a.psp", "<%@ include file='top.psp' %>a</main>")
    assert run("check").stdout == ""


def test_elements_across_layouts(run: Run, write: Write) -> None:
    write("base.psp", "<body><main><%= psp.content() %></section></main>")
    write("mid.psp", "<%@ layout file='base.psp' %><section><%= psp.content() %></div>")
    write("a.psp", "<%@ layout file='mid.psp' %><div>a")
    write("b.psp", "<%@ layout file='mid.psp' %><div>b</div></b>\n<i>")
    assert run("check", "a.psp").stdout == ""
    assert run("check").stdout.splitlines() == [
        "b.psp:1:41: warning: </b> closes nothing that is open here",
        "b.psp:2:1: warning: <i> is never closed: expected </i>",
        "mid.psp:1:59: warning: </div> closes nothing that is open here",
    ]


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        (
            "<% with psp.section('n'): %><ul><li>a<% end %></ul>"
            "<%= psp.section('n') %>",
            [
                "1:29: warning: <ul> is never closed: expected </ul>",
                "1:47: warning: </ul> closes nothing that is open here",
            ],
        ),
        ("<% with psp.cache('c'): %><b><% end %></b>", []),
        ("<% with psp.fragment('f'): %><b></b><% end %>", []),
        ("<% with psp.capture() as x: %><b><% end %><i>", []),
    ],
)
def test_elements_of_parts(run: Run, write: Write, page: str, lines: list[str]) -> None:
    write("a.psp", page)
    assert run("check").stdout.splitlines() == [f"a.psp:{line}" for line in lines]


def test_sections_that_a_component_does_not_place(run: Run, write: Write) -> None:
    write("card.psp", "<%= psp.content() %><%= psp.section('foot') %>")
    write("base.psp", "<%= psp.section('head') %><%= psp.content() %>")
    write(
        "a.psp",
        "<%@ layout file='base.psp' %>\n<% with psp.component('card.psp'): %>\n"
        "<% with psp.section('foot'): %>a<% end %>\n"
        "<% with psp.section('head'): %>a<% end %>\n"
        "<% with psp.push('head'): %>a<% end %><% with psp.push('foot'): %>a<% end %>\n"
        "<% end %><% with psp.component('ca' + 'rd.psp'): %>\n"
        "<% with psp.section('computed'): %>a<% end %><% end %>",
    )
    assert run("check").stdout.splitlines() == [
        "a.psp:4:9: warning: component 'card.psp' places no section 'head':"
        " it has 'foot'",
        "a.psp:5:47: warning: layout 'base.psp' places no section 'foot':"
        " it has 'head'",
    ]


def test_sections_that_nobody_places(run: Run, write: Write) -> None:
    write("part.psp", "<% with psp.section('nav'): %>a<% end %>")
    write("frame.psp", "<%= psp.content() %><%= psp.section('nav') %>")
    write("a.psp", "<%@ layout file='frame.psp' %><%@ include file='part.psp' %>")
    write("b.psp", "<% with psp.section('nav'): %>a<% end %>")
    write("c.psp", "<% with psp.section('x'): %>a<% end %><%= psp.section('x') %>")
    write("d.psp", "<% with psp.push('head'): %>a<% end %>")
    write(
        "e.psp",
        "<%@ layout file='frame.psp' %>" + "<% with psp.section('y'): %><% end %>" * 2,
    )
    assert run("check").stdout.splitlines() == [
        "b.psp:1:9: warning: nothing places section 'nav': the page has no layout",
        "e.psp:1:39: warning: layout 'frame.psp' places no section 'y': it has 'nav'",
        "e.psp:1:76: warning: layout 'frame.psp' places no section 'y': it has 'nav'",
    ]


def test_a_component_that_is_not_there(run: Run, write: Write) -> None:
    write("a.psp", "<% with psp.component('none.psp'): %><% end %>")
    assert run("check").stdout == "a.psp:1:23: warning: no page named 'none.psp'\n"


def test_pages_around_one_that_does_not_compile(run: Run, write: Write) -> None:
    write("broken.psp", "<%@ param x: int %><%= psp.content() %><div><%= 1 +* 2 %>")
    write("a.psp", "<%@ layout file='broken.psp' %><% psp.include('broken.psp') %>")
    write("b.psp", "<% with psp.component('broken.psp'): %><% end %></div>")
    result = run("check", "a.psp", "b.psp")
    assert result.stdout.splitlines() == [
        "b.psp:1:49: warning: </div> closes nothing that is open here"
    ]


def test_pages_are_not_run(run: Run, write: Write, folder: Path) -> None:
    write("a.psp", "<%! open('made', 'w') %><% open('made', 'w') %>")
    assert run("check").exit_code == 0
    assert not (folder / "made").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none"], "'none' does not exist"),
        (["--dialect", "x"], "'x' is not one of"),
    ],
)
def test_usage(run: Run, arguments: list[str], message: str) -> None:
    result = run("check", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_in_a_process_of_its_own(spawn: Spawn, write: Write) -> None:
    write("a.psp", "<%= 1 +* 2 %>")
    done = spawn("check", "a.psp")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "a.psp:1:8: invalid syntax\n"
