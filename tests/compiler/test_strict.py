"""Pages that mod_python compiles keep the meaning they have there.

The judge is the Python source that mod_python's scanner makes of a page: where that
compiles, running it and running our page write the same, errors included.
"""

from __future__ import annotations

import warnings

from hypothesis import given, settings
from hypothesis import strategies as st

from psp import MOD_PYTHON, DictLoader, Engine, PageSyntaxError
from psp.modpython.source import python_source

LINES = st.sampled_from(
    [
        "x = 1",
        "y = x + 1",
        "for i in (1, 2):",
        "if x:",
        "else:",
        "while True: break",
        "try:",
        "except NameError:",
        "finally:",
        "def f(a=3):",
        "return 5",
        "# note",
        "# note:",
        "s = '''a",
        "b'''",
        "t = [1,",
        "2]",
        "pass",
        "x = 2;",
        "f()",
        "",
        "with open('/dev/null'):",
        "d = {1:",
        "3}",
        "'s:'",
    ]
)
BLANKS = st.sampled_from(["", "", "", " ", "  ", "    ", "\t", "        "])
CODE = st.lists(st.tuples(BLANKS, LINES).map("".join), min_size=1, max_size=4)
#: Tags that go well together: blocks opened, continued and left.
WHOLE = st.sampled_from(
    [
        "<%\nx = 1\n%>",
        "<%\nfor i in (1, 2):\n%>",
        "<%\nfor i in (1, 2):\n    x = i\n%>",
        "<%\nif True:\n    # then\n%>",
        "<%\n    # deeper\n%>",
        "<%\nelse:\n%>",
        "<%\n# out\n%>",
        "<%\n%>",
        "<%\nif True: %>",
        "<%\nfor i in (1, 2):%>",
        "<%\ndef f():\n%>",
        "<%\n    y = 2\n%>",
        "<%\n\ty = 2\n%>",
        "<% x = 1 %>",
        "<% x = 1\ny = 2\n%>",
        "<%\nx = 2; %>",
        "<%\nwhile True:\n    break\n\n%>",
        "<%\ns = [1,\n2]\n%>",
        "<%\nif True:\n    s = [1,\n2]\n%>",
        "<%\ntry:\n%>",
        "<%\nexcept NameError:\n%>",
    ]
)
TAGS = st.one_of(
    WHOLE,
    WHOLE,
    CODE.map(lambda lines: "<%\n" + "\n".join(lines) + "\n%>"),
    CODE.map(lambda lines: "<% " + "\n".join(lines) + "\n%>"),
    CODE.map(lambda lines: "<%\n" + "\n".join(lines) + " %>"),
    LINES.map(lambda line: f"<% {line} %>"),
    st.sampled_from(["1", "'a'\n", "[i\nfor i in '12']", "", "4 # c\n", "x"]).map(
        lambda code: f"<%={code}%>"
    ),
    st.sampled_from(["<%\n%>", "<%-- c\n --%>", "<%@ nothing %>", "<%\n    %>"]),
)
TEXTS = st.sampled_from(["a", "\n", "  b\n", '"q"', "\\x41", "\\n", "'", "<p>", "\r\n"])
PAGES = st.lists(st.one_of(TAGS, TEXTS), max_size=8).map("".join)


class Request:
    """Takes what the generated source writes."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str, flush: int = 1) -> None:
        self.parts.append(text)


def outcome_there(code: object) -> tuple[str, str]:
    request = Request()
    failure = ""
    try:
        exec(code, {"req": request, "__name__": "page"})  # type: ignore[arg-type]
    except Exception as error:
        failure = type(error).__name__
    return "".join(request.parts), failure


def outcome_here(page: str) -> tuple[str, str]:
    engine = Engine(DictLoader({"page.psp": page}), options=MOD_PYTHON)
    request, failure = Request(), ""
    loaded = engine.load("page.psp")
    from psp.runtime.output import Output
    from psp.runtime.run import run_page

    output = Output()
    request.write = lambda text, flush=1: output.write(text)  # type: ignore[method-assign]
    try:
        run_page(loaded, {"req": request}, output)
    except Exception as error:
        failure = type(error).__name__
    return output.text(), failure


def compiled_there(page: str) -> object:
    """mod_python's code of *page*, None where it has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(python_source(page, open), "page", "exec")
    except (SyntaxError, ValueError):
        return None


def loses_text(page: str) -> bool:
    """A comment before a closing mark swallows text there, and must not here."""
    tags = [piece.split("%>")[0] for piece in page.split("<%")[1:]]
    return any("#" in tag.rpartition("\n")[2] for tag in tags)


@settings(max_examples=400, deadline=None)
@given(PAGES)
def test_pages_that_compile_there_mean_the_same_here(page: str) -> None:
    code = compiled_there(page)
    if code is None or loses_text(page):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert outcome_here(page) == outcome_there(code), page


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<%>=@!#-\"'\\\n :\tab1(){}[]endif", max_size=200))
def test_any_text_compiles_or_says_why_not(page: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for options in (MOD_PYTHON, MOD_PYTHON._replace(dialect="psp")):
            engine = Engine(DictLoader({"page.psp": page}), options=options)
            try:
                engine.get_page("page.psp")
            except PageSyntaxError as error:
                assert error.filename == "page.psp"
                assert error.lineno and error.offset
