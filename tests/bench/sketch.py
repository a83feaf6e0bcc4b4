"""Runs what codegen.py emits: renderers and streams of its variants."""

import io
import types

from markupsafe import Markup, escape

from .codegen import Emitter

try:
    from markupsafe._speedups import _escape_inner as inner
except ImportError:  # MarkupSafe without its C module
    inner = escape

PLAIN = frozenset([int, float, bool, type(None)])  # their text is never special


def slow(v):
    """What is not exactly a str: already-safe markup, numbers, anything else."""
    t = type(v)
    if t is Markup:
        return v
    if t in PLAIN:
        return str(v)
    html = getattr(v, "__html__", None)
    return html() if html is not None else inner(str(v))


def fast(v):
    return inner(v) if type(v) is str else slow(v)


class Request:
    def __init__(self, out):
        self.out = out

    def write(self, s, flush=1):
        self.out.append(s)


SENT = []


def flush(out):
    """Stands for handing text to the server."""
    SENT.append("".join(out))
    out.clear()


HELPERS = {
    "_flush": flush,
    "_escape": escape,
    "_fast": fast,
    "_slow": slow,
    "_inner": inner,
    "_StringIO": io.StringIO,
    "_join": "".join,
}


def make(variant, workload):
    nodes = workload.nodes
    emitter = Emitter(variant, workload.escape)
    source = emitter.source(nodes)
    code = compile(source, "<page>", "exec")
    ctx, scope, output = workload.context, emitter.scope, emitter.output
    join = "".join
    new = io.StringIO if output in ("sio", "siof") else list
    finish = io.StringIO.getvalue if output in ("sio", "siof") else join

    if scope == "exec":

        def render():
            out = new()
            namespace = dict(HELPERS)
            namespace.update(ctx)
            namespace["_o"] = out
            if output == "req":
                namespace["req"] = Request(out)
            exec(code, namespace)
            return namespace["_s"] if output == "cat" else finish(out)

        return render

    namespace = dict(HELPERS)
    exec(code, namespace)
    page = namespace["_page"]
    if scope in ("gfn", "glo", "sgfn"):
        body = page.__code__
        shared = dict(HELPERS)
        shared_page = types.FunctionType(body, shared)

        def render():
            out = new()
            if scope != "sgfn":
                fresh = dict(HELPERS)
                fresh.update(ctx)
                if output == "req":
                    fresh["req"] = Request(out)
                result = types.FunctionType(body, fresh)(None, out)
            else:
                shared.update(ctx)
                if output == "req":
                    shared["req"] = Request(out)
                result = shared_page(None, out)
            if output in ("yld", "yfst"):
                return join(result)
            return result if output == "cat" else finish(out)

        return render

    def render():
        if output in ("yld", "yfst"):
            return join(page(ctx, None))
        if output == "cat":
            return page(ctx, None)
        out = new()
        if output == "req":
            page(dict(ctx, req=Request(out)), out)
        else:
            page(ctx, out)
        if output == "lfl":
            flush(out)
            text = join(SENT)
            SENT.clear()
            return text
        return finish(out)

    return render


def stream(variant, workload):
    """For W9: returns an iterator (yld, yfst) or a function of `write` (lfl)."""
    emitter = Emitter(variant, workload.escape)
    source = emitter.source(workload.nodes)
    namespace = dict(HELPERS)
    exec(compile(source, "<page>", "exec"), namespace)
    page, ctx = namespace["_page"], workload.context
    if emitter.output != "lfl":
        return lambda: page(ctx, None)

    def push(write):
        def flush(out):
            write("".join(out))
            out.clear()

        namespace["_flush"] = flush
        out = []
        page(ctx, out)
        flush(out)

    return lambda: push
