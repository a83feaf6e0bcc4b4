"""How a page reads its names, and what a request costs by itself."""

import collections
import types

from .topics import TOPICS, topic, variants


def scopes(workload):
    return variants(
        workload,
        *[
            f"{s}-{o}-in"
            for o in ("met", "fstm")
            for s in ("loc", "fun", "sgfn", "gfn", "glo", "exec")
        ],
        "exec-req-in",
    )


for _w in ("W1", "W2", "W3", "W4", "W5"):
    TOPICS["scope_" + _w] = lambda w=_w: scopes(w)


@topic
def names():
    """How a page reads a name: 1000 reads of each of three names, one request."""
    n = 1000
    body = "".join(" x = a; x = b; x = c\n" for _ in range(10))
    ctx = {"a": 1, "b": 2, "c": 3, "rounds": range(n // 10)}

    def code(source):
        return compile(source, "<page>", "exec")

    module = code("for _ in rounds:\n" + body)
    scope = {}
    exec(
        code(
            "def page(rounds):\n for _ in rounds:\n " + body.replace("\n", "\n ") + "\n"
        ),
        scope,
    )
    in_function = scope["page"].__code__
    scope = {}
    exec(
        code(
            "def page(ctx):\n a = ctx['a']; b = ctx['b']; c = ctx['c']\n"
            " for _ in ctx['rounds']:\n " + body.replace("\n", "\n ") + "\n"
        ),
        scope,
    )
    local = scope["page"]
    scope = {}
    exec(
        code(
            "def page(ctx):\n for _ in ctx['rounds']:\n "
            + "".join(" x = ctx['a']; x = ctx['b']; x = ctx['c']\n " for _ in range(10))
            + "\n"
        ),
        scope,
    )
    subscript = scope["page"]
    scope = {}
    exec(
        code(
            "def page(ctx):\n a = ctx['a']; b = ctx['b']; c = ctx['c']\n"
            " def f(): return a, b, c\n for _ in ctx['rounds']:\n "
            + body.replace("\n", "\n ")
            + "\n"
        ),
        scope,
    )
    cells = scope["page"]
    scope = {}
    exec(
        code(
            "def page(rounds):\n global x\n for _ in rounds:\n "
            + body.replace("\n", "\n ")
            + "\n"
        ),
        scope,
    )
    declared = scope["page"].__code__
    shared = dict(ctx)
    shared_page = types.FunctionType(in_function, shared)

    def fresh(code):
        g = dict(ctx)
        types.FunctionType(code, g)(ctx["rounds"])

    def chained():
        exec(module, {}, collections.ChainMap(dict(ctx)))

    return {
        "locals of a function": lambda: local(ctx),
        "locals that are cells": lambda: cells(ctx),
        "globals, the same dict": lambda: shared_page(ctx["rounds"]),
        "globals, a fresh dict": lambda: fresh(in_function),
        "globals, a fresh dict, assigned too": lambda: fresh(declared),
        "module code, exec in a fresh dict": lambda: exec(module, dict(ctx)),
        "ctx['a']": lambda: subscript(ctx),
        "module code, ChainMap as locals": chained,
    }


@topic
def request_cost():
    """Fixed costs of one request's page call (1 call each)."""
    empty = compile("pass", "<page>", "exec")
    scope = {}
    exec("def page(ctx, out): pass", scope)
    page = scope["page"]
    many = {f"g{i}": i for i in range(30)}
    ctx = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}
    scope = {}
    exec("def page(ctx, out):\n" + "".join(f" {k} = ctx[{k!r}]\n" for k in ctx), scope)
    sub = scope["page"]
    scope = {}
    exec(
        "def page(ctx, out):\n"
        + "".join(f" try: {k} = ctx[{k!r}]\n except KeyError: pass\n" for k in ctx),
        scope,
    )
    tried = scope["page"]
    scope = {}
    exec(
        "def page(ctx, out, U=object()):\n get = ctx.get\n"
        + "".join(f" {k} = get({k!r}, U)\n" for k in ctx),
        scope,
    )
    got = scope["page"]
    scope = {}
    exec(
        "def page(out, U=None, {}, **_): pass".format(
            ", ".join(f"{k}=None" for k in ctx)
        ),
        scope,
    )
    kw = scope["page"]

    def klass():
        class Info:
            def __init__(self, a):
                self.a = a

    return {
        "page(ctx, out)": lambda: page(ctx, None),
        "+ six names by ctx['a']": lambda: sub(ctx, None),
        "+ six names by ctx['a'], try/except": lambda: tried(ctx, None),
        "+ six names by ctx.get": lambda: got(ctx, None),
        "page(out, **ctx), six keywords": lambda: kw(None, **ctx),
        "dict(ctx) of 6": lambda: dict(ctx),
        "dict of 30 .copy() + update": lambda: many.copy().update(ctx),
        "exec(code, {})": lambda: exec(empty, {}),
        "exec(code, dict of 30 + update)": lambda: exec(empty, many | ctx),
        "FunctionType(code, {})": lambda: types.FunctionType(page.__code__, {}),
        "FunctionType(code, {})(ctx, out)": lambda: types.FunctionType(
            page.__code__, {}
        )(ctx, None),
        "a class statement": klass,
    }


@topic
def prologue():
    """Six names from the context into locals, all there or all missing."""
    names = "abcdef"
    there, missing = dict.fromkeys(names, 1), dict.fromkeys("uvwxyz", 1)
    forms = {
        "try: a = ctx['a']; except KeyError: pass": (
            " try: {0} = ctx['{0}']\n except KeyError: pass\n"
        ),
        "if 'a' in ctx: a = ctx['a']": " if '{0}' in ctx: {0} = ctx['{0}']\n",
        "a = get('a', U), get = ctx.get": " {0} = get('{0}', U)\n",
    }
    cases = {}
    for title, line in forms.items():
        scope = {"U": object()}
        exec(
            "def page(ctx):\n"
            + (" get = ctx.get\n" if "get(" in line else "")
            + "".join(line.format(n) for n in names),
            scope,
        )
        page = scope["page"]
        cases[title + ", there"] = lambda p=page: p(there)
        cases[title + ", missing"] = lambda p=page: p(missing)
    return cases
