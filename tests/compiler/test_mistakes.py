"""A mistake in each construct of the language, and all that is said about it.

The texts name the file, line and column, what was found and what was wanted.
"""

from __future__ import annotations

import pytest

from psp import DictLoader, Engine, PageSyntaxError
from psp.cli.report import report_error

#: What is wrong, the page, and the report: where, what, the line and its caret.
MISTAKES = {
    "expression-assign": (
        "<p><%= x = 2 %></p>",
        "page.psp:1:4: an assignment is not an expression: use <% name = value %>\n"
        "    <p><%= x = 2 %></p>\n"
        "       ^^^^^^^^^^^^",
    ),
    "expression-colon": (
        "<%= if x: %>",
        "page.psp:1:5: 'if' starts a statement, expected an expression: use <% %>\n"
        "    <%= if x: %>\n"
        "        ^^",
    ),
    "expression-open": (
        "<p>a\n<%= 1",
        "page.psp:2:1: expression is never closed: expected %>\n    <%= 1\n    ^^^",
    ),
    "raw-open": (
        "<p>a\n<%== 1",
        "page.psp:2:1: expression is never closed: expected %>\n    <%== 1\n    ^^^^",
    ),
    "raw-bad": (
        "<%== 1 + %>",
        "page.psp:1:10: invalid syntax\n    <%== 1 + %>\n             ^",
    ),
    "expr-semicolon": (
        "<%= a; b %>",
        "page.psp:1:6: invalid syntax\n    <%= a; b %>\n         ^",
    ),
    "expr-brackets": (
        "<%= f(1 %>",
        "page.psp:1:6: '(' was never closed\n    <%= f(1 %>\n         ^",
    ),
    "expr-bracket-too-many": (
        "<p><%= f(1)) # all\n%>",
        "page.psp:1:12: unmatched ')'\n    <p><%= f(1)) # all\n               ^",
    ),
    "scriptlet-syntax": (
        "a\n <% x = = 2 %>",
        "page.psp:2:9: invalid syntax\n     <% x = = 2 %>\n            ^",
    ),
    "block-behind-code": (
        "<% i = 0; while i < 3: %>a<% end %>",
        "page.psp:1:11: invalid syntax\n"
        "    <% i = 0; while i < 3: %>a<% end %>\n"
        "              ^^^^^",
    ),
    "block-behind-code-goes-on": (
        "<% i = 0; if i: %>a<% else: %>b<% end %>",
        "page.psp:1:11: invalid syntax\n"
        "    <% i = 0; if i: %>a<% else: %>b<% end %>\n"
        "              ^^",
    ),
    "scriptlet-string": (
        "<% x = 'abc %>",
        "page.psp:1:8: unterminated string literal (detected at line 1)\n"
        "    <% x = 'abc %>\n"
        "           ^",
    ),
    "scriptlet-indent": (
        "<%\nx = 1\n  y = 2\n%>",
        "page.psp:3:3: unexpected indent: expected column 1, found 3\n"
        "      y = 2\n"
        "      ^",
    ),
    "declaration-open": (
        "a <%! x = 1",
        "page.psp:1:3: declaration is never closed: expected %>\n"
        "    a <%! x = 1\n"
        "      ^^^",
    ),
    "declaration-syntax": (
        "<%! def f(: pass %>",
        "page.psp:1:11: invalid syntax\n    <%! def f(: pass %>\n              ^",
    ),
    "comment-open": (
        "a\n<%-- b",
        "page.psp:2:1: comment is never closed: expected --%>\n    <%-- b\n    ^^^^",
    ),
    "directive-open": (
        "a <%@ page trim='x'",
        "page.psp:1:3: directive is never closed: expected %>\n"
        "    a <%@ page trim='x'\n"
        "      ^^^",
    ),
    "directive-unknown": (
        "<%@ pgae trim='lines' %>",
        "page.psp:1:1: unknown directive 'pgae': did you mean 'page'?\n"
        "    <%@ pgae trim='lines' %>\n"
        "    ^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "directive-empty": (
        "<%@ %>",
        "page.psp:1:1: no directive here: there are include, layout, param, page\n"
        "    <%@ %>\n"
        "    ^^^^^^",
    ),
    "attr-unknown": (
        "<%@ page trimm='lines' %>",
        "page.psp:1:16: directive 'page' has no attribute 'trimm': did you "
        "mean 'trim'?\n"
        "    <%@ page trimm='lines' %>\n"
        "                   ^^^^^^^",
    ),
    "attr-value": (
        "<%@ page trim='line' %>",
        'page.psp:1:15: "line" is not a value here: expected "none" or "lines"\n'
        "    <%@ page trim='line' %>\n"
        "                  ^^^^^^",
    ),
    "attr-quote": (
        "<%@ page trim='lines %>",
        "page.psp:1:10: unexpected 'trim': expected name=\"value\"\n"
        "    <%@ page trim='lines %>\n"
        "             ^^^^",
    ),
    "attr-noquote": (
        "<%@ page trim=lines %>",
        "page.psp:1:10: unexpected 'trim': expected name=\"value\"\n"
        "    <%@ page trim=lines %>\n"
        "             ^^^^",
    ),
    "include-nofile": (
        "<%@ include %>",
        "page.psp:1:1: directive 'include' needs file=\"…\"\n"
        "    <%@ include %>\n"
        "    ^^^^^^^^^^^^^^",
    ),
    "include-missing": (
        "<%@ include file='none.psp' %>",
        "page.psp:1:18: included file 'none.psp' is not there: no page "
        "named 'none.psp'\n"
        "    <%@ include file='none.psp' %>\n"
        "                     ^^^^^^^^^^",
    ),
    "include-self": (
        "a<%@ include file='page.psp' %>",
        "page.psp:1:2: includes go round in a circle: page.psp > page.psp\n"
        "    a<%@ include file='page.psp' %>\n"
        "     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "layout-nofile": (
        "<%@ layout name='x' %>",
        "page.psp:1:1: directive 'layout' needs file=\"…\"\n"
        "    <%@ layout name='x' %>\n"
        "    ^^^^^^^^^^^^^^^^^^^^^^",
    ),
    "param-nothing": (
        "<%@ param %>",
        "page.psp:1:1: no parameter here: expected <%@ param name: type %> "
        "or <%@ param name: type = default %>\n"
        "    <%@ param %>\n"
        "    ^^^^^^^^^^^^",
    ),
    "param-bad": (
        "<%@ param 2title %>",
        "page.psp:1:11: not a parameter: invalid decimal literal; expected "
        "<%@ param name: type %> or <%@ param name: type = default %>\n"
        "    <%@ param 2title %>\n"
        "              ^^^^^^",
    ),
    "param-type": (
        "<%@ param title: %>",
        "page.psp:1:11: not a parameter: invalid syntax; expected <%@ "
        "param name: type %> or <%@ param name: type = default %>\n"
        "    <%@ param title: %>\n"
        "              ^^^^^^",
    ),
    "param-attr": (
        "<%@ param title=%>",
        "page.psp:1:11: not a parameter: invalid syntax; expected <%@ "
        "param name: type %> or <%@ param name: type = default %>\n"
        "    <%@ param title=%>\n"
        "              ^^^^^^",
    ),
    "block-unclosed": (
        "<p>\n<% for x in y: %>a",
        "page.psp:2:4: the 'for' block is never closed: expected <% end %> "
        "before the page ends on line 2\n"
        "    <% for x in y: %>a\n"
        "       ^^^^^^^^^^^",
    ),
    "block-toomany": (
        "a<% end %>",
        "page.psp:1:2: an end too many: no block is open\n"
        "    a<% end %>\n"
        "     ^^^^^^^^^",
    ),
    "block-wrongend": (
        "<% for x in y: %>a<% end if %>",
        "page.psp:1:19: 'end if' does not fit the 'for' opened on line 1, "
        "column 4\n"
        "    <% for x in y: %>a<% end if %>\n"
        "                      ^^^^^^^^^^^^",
    ),
    "block-else": (
        "<p><% else: %>",
        "page.psp:1:7: 'else' continues nothing: no block is open here\n"
        "    <p><% else: %>\n"
        "          ^^^^",
    ),
    "block-misfit": (
        "<% for x in y: %><% except: %><% end %>",
        "page.psp:1:21: 'except' does not fit the 'for' opened on line 1, "
        "column 4\n"
        "    <% for x in y: %><% except: %><% end %>\n"
        "                        ^^^^^^",
    ),
    "block-elif-after-else": (
        "<% if x: %>a<% else: %>b<% elif y: %>c<% end %>",
        "page.psp:1:28: 'elif' does not fit the 'else' opened on line 1, "
        "column 16\n"
        "    <% if x: %>a<% else: %>b<% elif y: %>c<% end %>\n"
        "                               ^^^^",
    ),
    "block-match": (
        "<% match x: %>text<% case 1: %>a<% end %>",
        "page.psp:1:15: text before the first case of a match\n"
        "    <% match x: %>text<% case 1: %>a<% end %>\n"
        "                  ^^^^",
    ),
    "block-break": (
        "a<% break %>",
        "page.psp:1:5: 'break' outside loop\n    a<% break %>\n        ^",
    ),
    "block-yield": (
        "a<% yield 1 %>",
        "page.psp:1:5: 'yield' outside function\n    a<% yield 1 %>\n        ^",
    ),
    "block-colon": (
        "<% for x in y %>a<% end %>",
        "page.psp:1:13: expected ':' at the end of this 'for'\n"
        "    <% for x in y %>a<% end %>\n"
        "                ^",
    ),
    "ctx-comment": (
        "<!-- <%= x %> -->",
        "page.psp:1:6: an expression cannot stand in an HTML comment; <%-- "
        "--%> is a comment that is not sent\n"
        "    <!-- <%= x %> -->\n"
        "         ^^^^^^^^",
    ),
    "ctx-tag": (
        "<<%= x %>>",
        "page.psp:1:2: an expression cannot be a tag's name or the start "
        "of a mark\n"
        "    <<%= x %>>\n"
        "     ^^^^^^^^",
    ),
    "ctx-attr": (
        "<p <%= x %>='1'>",
        "page.psp:1:4: an expression cannot stand in an attribute's name; "
        "write the name, or put it into an <% if %>\n"
        "    <p <%= x %>='1'>\n"
        "       ^^^^^^^^",
    ),
    "ctx-type": (
        "<script type='<%= x %>'></script>",
        "page.psp:1:15: an expression cannot decide 'type' of <script>: it "
        "says what is run\n"
        "    <script type='<%= x %>'></script>\n"
        "                  ^^^^^^^^",
    ),
    "ctx-branches": (
        "<% if x: %><p title='<% end %><%= x %>'>",
        "page.psp:1:21: branches leave the HTML in different places: in "
        "the value of 'title' (in ') here, in text where the page starts\n"
        "    <% if x: %><p title='<% end %><%= x %>'>\n"
        "                        ^",
    ),
    "ctx-loop": (
        "<% for a in x: %><p title='<% end %><%= x %>",
        "page.psp:1:27: branches leave the HTML in different places: in "
        "the value of 'title' (in ') here, in text where the page starts\n"
        "    <% for a in x: %><p title='<% end %><%= x %>\n"
        "                              ^",
    ),
    "ctx-section": (
        "<% with psp.section('a'): %><p title='<% end %><%= x %>",
        "page.psp:1:38: this part starts in text and ends in the value of "
        "'title' (in ')\n"
        "    <% with psp.section('a'): %><p title='<% end %><%= x %>\n"
        "                                         ^",
    ),
    "ctx-url": (
        "<a href='/<% if x: %>?<% end %><%= x %>'>",
        "page.psp:1:32: branches leave the URL in different parts: what "
        "follows could be of its path or of its query\n"
        "    <a href='/<% if x: %>?<% end %><%= x %>'>\n"
        "                                   ^^^^^^^^",
    ),
    "return-mp": (
        "<%@ page dialect='mod_python' %><% return %>",
        "page.psp:1:36: 'return' outside function\n"
        "    <%@ page dialect='mod_python' %><% return %>\n"
        "                                       ^",
    ),
    "end-attr": (
        "<%@ page methods='get' %>",
        'page.psp:1:18: "get" are no methods: expected some such as "GET POST"\n'
        "    <%@ page methods='get' %>\n"
        "                     ^^^^^",
    ),
    "buffer": (
        "<%@ page buffer='many' %>",
        'page.psp:1:17: "many" is not a size: expected "64kb", "8000" or "none"\n'
        "    <%@ page buffer='many' %>\n"
        "                    ^^^^^^",
    ),
    "with-if": (
        "<% if x %>a<% end %>",
        "page.psp:1:7: expected ':' at the end of this 'if'\n"
        "    <% if x %>a<% end %>\n"
        "          ^",
    ),
    "def-": (
        "<% def f: %>a<% end %>",
        "page.psp:1:9: expected '('\n    <% def f: %>a<% end %>\n            ^",
    ),
    "try-alone": (
        "<% try: %>a<% end %>",
        "page.psp:1:17: expected 'except' or 'finally' block\n"
        "    <% try: %>a<% end %>\n"
        "                    ^",
    ),
    "print2": (
        "<% print 'a' %>",
        "page.psp:1:4: Missing parentheses in call to 'print'. Did you "
        "mean print(...)?\n"
        "    <% print 'a' %>\n"
        "       ^^^^^^^^^",
    ),
    "nonlocal": (
        "<% nonlocal x %>",
        "page.psp:1:4: no binding for nonlocal 'x' found\n"
        "    <% nonlocal x %>\n"
        "       ^",
    ),
}


@pytest.mark.filterwarnings("ignore::psp.PageWarning")
@pytest.mark.parametrize(("page", "report"), MISTAKES.values(), ids=list(MISTAKES))
def test_what_is_said(page: str, report: str) -> None:
    with pytest.raises(PageSyntaxError) as caught:
        Engine(DictLoader({"page.psp": page})).get_page("page.psp")
    assert report_error(caught.value) == report


@pytest.mark.parametrize("opening", ["<%=", "<%", "<%!", "<%@ param x ="])
def test_code_that_is_nested_too_deeply(opening: str) -> None:
    engine = Engine(DictLoader({"page.psp": f"{opening} {'-' * 100_000}1 %>"}))
    with pytest.raises(PageSyntaxError, match="nested too deeply"):
        engine.render("page.psp")
