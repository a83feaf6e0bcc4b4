"""What the peers would do with a faster escape, and what their renders cost."""

import tempfile

import jinja2.runtime
import mako.filters
import mako.runtime
import mako.util
import markupsafe

from .. import adapters, sketch, workloads
from .topics import TOPICS, topic


def peers_escape(workload):
    """Peers as they are, and with markupsafe.escape replaced by sketch.fast.

    Mako looks its filter up when it renders: it is only shown with the fast one.
    """
    w = workloads.WORKLOADS[workload]
    cases = {
        "hand-written (list, join)": adapters.load("ref_list").make(w, ""),
        "sketch fun-met-hyb": sketch.make("fun-met-hyb", w),
    }
    keep = peers_escape.keep = []

    def make(name):
        keep.append(tempfile.TemporaryDirectory())
        return adapters.load(name).make(w, keep[-1].name)

    for name in ("wheezy_", "jinja2_"):
        cases[name.rstrip("_")] = make(name)
    plain = markupsafe.escape, jinja2.runtime.escape
    markupsafe.escape = jinja2.runtime.escape = mako.filters.html_escape = sketch.fast
    for name in ("wheezy_", "jinja2_", "mako_"):
        f = make(name)
        f()
        cases[name.rstrip("_") + ", fast escape"] = f
    markupsafe.escape, jinja2.runtime.escape = plain
    want = cases["hand-written (list, join)"]()
    for k, f in cases.items():
        assert f() == want, k
    return cases


for _w in ("W2", "W3"):
    TOPICS["peers_escape_" + _w] = lambda w=_w: peers_escape(w)


@topic
def peers_fixed():
    """Fixed costs of a render in the peers (W5: one expression)."""
    w = workloads.WORKLOADS["W5"]
    keep = peers_fixed.keep = []
    cases = {}
    for name in ("ref_list", "wheezy_", "jinja2_", "mako_"):
        adapter = adapters.load(name)
        keep.append(tempfile.TemporaryDirectory())
        d = keep[-1].name
        cases[adapter.name + ": render"] = adapter.make(w, d)
        if name == "jinja2_":
            t = adapter.get(adapter.open(d, True), adapter.write(d, w))
            ctx = t.new_context(w.context)
            cases["  dict(ctx)"] = lambda t=t: dict(w.context)
            cases["  new_context(dict)"] = lambda t=t: t.new_context(w.context)
            cases["  root_render_func(context), joined"] = lambda t=t, c=ctx: "".join(
                t.root_render_func(c)
            )
        if name == "mako_":
            adapter.get(adapter.open(d, True), adapter.write(d, w))
            cases["  FastEncodingBuffer()"] = lambda: mako.util.FastEncodingBuffer()
            buffer = mako.util.FastEncodingBuffer()
            cases["  Context(buffer, **ctx)"] = lambda b=buffer: mako.runtime.Context(
                b, **w.context
            )
    return cases
