"""Deferred parts: what is sent, in which order."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from werkzeug.test import Client

from psp import DictLoader, Engine, PageOptions, WSGIApplication
from psp.runtime.interface import PageInterface
from psp.runtime.output import Output

PAGE = "<%@ layout file='l.psp' %><% def late(): %><i><%= n %></i><% end %>"
PAGE += "<% psp.defer(late, placeholder='<') %>"
LAYOUT = "<body><%= psp.content() %></body>"


def sent(page: str, nonce: str | None = None) -> list[str]:
    """What *page* sends, piece by piece, where its scripts have *nonce* or none."""
    options = PageOptions(nonce=nonce is not None)
    engine = Engine(DictLoader({"p.psp": page, "l.psp": LAYOUT}), options=options)
    pieces: list[bytes] = []
    output = Output(pieces.append)
    interface = PageInterface(engine, output)
    if nonce:
        interface._nonce = nonce
    engine.run("p.psp", {"n": 1}, output, interface)
    output.flush()
    return [piece.decode() for piece in pieces]


def test_the_page_is_sent_before_the_part_is_made() -> None:
    first, late = sent(PAGE)
    assert first == '<body><span id="psp-place-1">&lt;</span></body>'
    assert late.startswith('<template id="psp-late-1"><i>1</i></template><script>')


def test_each_part_is_sent_by_itself() -> None:
    pieces = sent(PAGE + "<% psp.defer(late) %>")
    assert len(pieces) == 3
    assert pieces[2].startswith('<template id="psp-late-2"><i>1</i></template>')


def test_the_script_has_the_nonce() -> None:
    assert '<script nonce="abc">' in sent(PAGE, "abc")[1]


def test_the_script_has_the_nonce_of_a_policy_of_the_page(tmp_path: Path) -> None:
    header = "<% req.headers_out['X-Policy'] = psp.nonce %>"
    (tmp_path / "p.psp").write_text(
        "<% def f(): %>x<% end %><% psp.defer(f) %>" + header
    )
    answer = Client(WSGIApplication(tmp_path)).get("/p.psp")
    assert f'<script nonce="{answer.headers["X-Policy"]}">' in answer.text


def test_a_part_may_defer_another() -> None:
    page = "<% def a(): %>a<% psp.defer(b) %><% end %><% def b(): %>b<% end %>"
    pieces = sent(page + "<% psp.defer(a) %>")
    assert pieces[1].startswith('<template id="psp-late-1">a<span id="psp-place-2">')
    assert pieces[2].startswith('<template id="psp-late-2">b</template>')


def test_it_is_streamed_over_http(tmp_path: Path) -> None:
    (tmp_path / "p.psp").write_text(PAGE.replace("<%= n %>", "x"))
    (tmp_path / "l.psp").write_text(LAYOUT)
    answer = Client(WSGIApplication(tmp_path)).get("/p.psp")
    assert answer.status_code == 200
    assert "Content-Length" not in answer.headers
    assert answer.text.index("</body>") < answer.text.index("<i>x</i></template>")


FAILS = """<% def other(): %>other<% end %>
<% def bad(): %>half<% psp.defer(other, "gone") %><% psp.section("s").__enter__() %>
<%= 1 / 0 %><% end %><% def good(): %>good<% end %>
<body><% psp.defer(bad, "one") %><% psp.defer(good, "two") %></body>"""


def test_a_part_that_fails_leaves_its_placeholder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "p.psp").write_text(FAILS)
    with caplog.at_level(logging.ERROR, "psp"):
        answer = Client(WSGIApplication(tmp_path)).get("/p.psp")
    assert answer.status_code == 200
    assert '<span id="psp-place-1">one</span>' in answer.text
    assert answer.text.count("<template") == answer.text.count("</template>") == 1
    assert '<template id="psp-late-2">good</template><script>' in answer.text
    assert "half" not in answer.text and "gone" not in answer.text
    assert answer.text.endswith("</script>")
    assert "ZeroDivisionError" in caplog.text and "p.psp" in caplog.text


def test_without_a_visitor_who_renders_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        Engine(DictLoader({"p.psp": FAILS})).render("p.psp")
