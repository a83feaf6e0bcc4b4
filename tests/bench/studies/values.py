"""How a value becomes text: escaping, str()."""

import html

import markupsafe

from .. import sketch
from .topics import TOPICS, loop, topic, variants


def escapes(workload):
    return variants(
        workload,
        *[
            f"loc-{o}-{e}"
            for o in ("met", "fstm")
            for e in ("pub", "fn", "in", "ini", "hyb")
        ],
    )


for _w in ("W2", "W3"):
    TOPICS["escape_" + _w] = lambda w=_w: escapes(w)


def escape_ways(values):
    """Ways to escape one value, in a loop over 1000 values (time is per 1000)."""
    inner, slow, fast = sketch.inner, sketch.slow, sketch.fast
    table = str.maketrans(
        {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
    )

    def chain(s):
        return (
            s.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace('"', "&#34;")
            .replace("'", "&#39;")
        )

    values = (values * 1000)[:1000]
    cases = {
        "empty loop": loop("pass", values=values),
        "markupsafe.escape(v)": loop("e(v)", values=values, e=markupsafe.escape),
        "fast(v), a Python function": loop("e(v)", values=values, e=fast),
        "inner(v) if type(v) is str else slow(v)": loop(
            "inner(v) if type(v) is str else slow(v)",
            values=values,
            inner=inner,
            slow=slow,
        ),
        "the same, int inline": loop(
            "inner(v) if type(v) is str else str(v) if type(v) is int else slow(v)",
            values=values,
            inner=inner,
            slow=slow,
        ),
    }
    if all(type(v) is str for v in values):
        cases["inner(v), unchecked"] = loop("inner(v)", values=values, inner=inner)
        cases["html.escape(v)"] = loop("e(v)", values=values, e=html.escape)
        cases["replace chain in a function"] = loop("e(v)", values=values, e=chain)
        cases["v.translate(table)"] = loop("v.translate(t)", values=values, t=table)
    return cases


@topic
def escape_value_safe():
    return escape_ways([f"some safe text {i}" for i in range(100)])


@topic
def escape_value_unsafe():
    return escape_ways([f"a < b && c > {i}" for i in range(100)])


@topic
def escape_value_int():
    return escape_ways(list(range(1000, 1100)))


@topic
def escape_value_markup():

    return escape_ways([markupsafe.Markup(f"<b>{i}</b>") for i in range(100)])


@topic
def escape_value_1k():
    return escape_ways(
        ["a line of safe text, with some < in it " * 25 for i in range(10)]
    )


@topic
def stringify():
    """1000 ints to text."""
    values = list(range(1000))
    known = {i: str(i) for i in range(1000)}
    table = [str(i) for i in range(1000)]
    return {
        "str(v)": loop("str(v)", values=values),
        "f'{v}'": loop("f'{v}'", values=values),
        "f'<td>{v}</td>'": loop("f'<td>{v}</td>'", values=values),
        "'<td>%s</td>' % v": loop("'<td>%s</td>' % v", values=values),
        "'<td>%d</td>' % v": loop("'<td>%d</td>' % v", values=values),
        "v.__str__()": loop("v.__str__()", values=values),
        "repr(v)": loop("repr(v)", values=values),
        "v if type(v) is str else str(v)": loop(
            "v if type(v) is str else str(v)", values=values
        ),
        "known.get(v) or str(v)": loop(
            "known.get(v) or str(v)", values=values, known=known
        ),
        "known[v]": loop("known[v]", values=values, known=known),
        "table[v]": loop("table[v]", values=values, table=table),
        "f'<td>{known[v]}</td>'": loop(
            "f'<td>{known[v]}</td>'", values=values, known=known
        ),
    }


@topic
def stringify_str():
    """1000 values that are str already."""
    values = [f"value {i}" for i in range(1000)]
    return {
        "str(v)": loop("str(v)", values=values),
        "v if type(v) is str else str(v)": loop(
            "v if type(v) is str else str(v)", values=values
        ),
        "f'{v}'": loop("f'{v}'", values=values),
    }
