"""Scripts that are put together at random, with values in known kinds of places."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from psp import DictLoader, Engine

VALUE = "q\"'`/\\"
IN_CODE = '"q\\"\\u0027`/\\\\"'
IN_STRING = "q\\u0022\\u0027\\u0060\\u002f\\u005c"
CODE, STRING, HOLE = "\ue000", "\ue001", "<%= x %>"

# Values stand as CODE between tokens and as STRING inside of strings, templates and
# regular expressions, which are escaped alike here.
pieces = st.sampled_from(["a", " ", "/", "\\\\", "\\n", STRING])
bodies = st.lists(pieces, max_size=4).map("".join)
quoted = st.one_of(
    bodies.map(lambda text: f'"{text}{{}}\'`"'),
    bodies.map(lambda text: f"'{text}\"`//'"),
    bodies.map(lambda text: f"`{text}\"'\n$ {{}}`"),
)
regexps = st.sampled_from(
    ["/a/g", "/['\"`]/", "/[/'\"]\\/'/u", f'/{STRING}"/', f"/a[{STRING}]'/", "/=/"]
)
atoms = st.sampled_from(["1", "a", "a.b", "a[0]", CODE, "(1)", "i++", "i--", "this"])


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} / {}".format, inner.filter(_divides), inner.filter(_divides)),
        st.builds("({} / 2)/{}".format, inner.filter(_divides), atoms),
        st.builds("a ? {} : {}".format, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("({{a: {}, b: {{}}}})".format, inner),
        st.builds("f({}, {})".format, inner, inner),
        st.builds("typeof {}".format, inner),
        st.builds("(function (a) {{ return {} }})".format, inner),
        st.builds("`'${{{}}}\"`".format, inner),
        st.builds("`${{(({{a: {}}}))}}{}`".format, inner, st.just(STRING)),
        st.builds("({}) + {}".format, inner, inner),
        st.builds("({} /* '\"` */ , {})".format, inner, inner),
    )


def _divides(text: str) -> bool:
    """Whether a slash may stand behind *text*, whatever it starts with."""
    return not text.startswith("/")


values = st.recursive(st.one_of(atoms, quoted, regexps), larger, max_leaves=6)
statements = st.one_of(
    st.builds("var a = {};\n".format, values),
    st.builds("if ({}) /'/.test({});\n".format, values, values),
    st.builds('for (;{};) /"/.test(1);\n'.format, values),
    st.builds("while (f({})) {{ a = {}; }}\n;".format, values, values),
    st.builds('// it\'s "{}"\na = {};'.format, st.just("`"), values),
    st.builds("a = b\n/ {};".format, values.filter(_divides)),
)


@given(st.lists(statements, min_size=1, max_size=4).map("".join))
def test_every_value_is_escaped_for_its_place(script: str) -> None:
    text = f"<script>{script}</script>"
    page = text.replace(CODE, HOLE).replace(STRING, HOLE)
    wanted = text.replace(CODE, IN_CODE).replace(STRING, IN_STRING)
    engine = Engine(DictLoader({"page.psp": page}))
    assert engine.render("page.psp", x=VALUE) == wanted
