"""What a page compiler may emit: one generator of Python source per choice.

A sketch, not an engine: it starts from the workloads' nodes, not from text.
Three choices make a variant, written "scope-output-escape":

scope   how the names of a page are looked up
        exec     module code run by exec in a fresh namespace (mod_python)
        gfn      a function whose globals are a fresh namespace per request
        glo      as gfn, and every name that the page assigns is declared global,
                 so that exec's rules for names hold
        sgfn     a function whose globals are one dict, updated per request
        loc      a function; names are loaded into locals from a dict
        fun      as loc, but header, blocks and so on stay functions of their own

output  how text leaves the page
        req      req.write(text) and req.write(value), a Python method
        app      append(text); append(value)       (append a bound method)
        met      out.append(text); out.append(value)
        lfl      as met, and `if len(out) > 1000: flush(out)` at the end of each
                 loop round (streaming of long pages)
        ext      out.extend((text, value, text)) per run of text and values
        iadd     out += (text, value, text)
        fst      append(f"text{value}text") per run
        fstm     out.append(f"text{value}text") per run
        pct      append("text%stext" % (value,)) per run
        yld      yield text; yield value
        yfst     yield f"text{value}text"
        sio      StringIO().write(...)
        siof     StringIO().write(f"...")
        cat      s += f"text{value}text", a local string

escape  how a value becomes text when the workload escapes
        pub      markupsafe.escape(v)
        fn       a Python function with a fast path for exact str
        in       that fast path inline: inner(v) if type(v) is str else slow(v)
        ini      also int inline
        hyb      ini inside loops, fn elsewhere
        raw      inner(v) with no check at all (wrong for non-str; a floor)
"""

from . import templates
from .adapters.base import names as names_in


class Emitter:
    def __init__(self, variant, escape):
        self.scope, self.output, self.esc = variant.split("-")
        self.escape = escape
        self.lines, self.depth, self.loops = [], 0, 0
        self.functions = []

    # ------------------------------------------------------------ expressions --
    def value(self, e):
        """An expression that is a str (or what the output form accepts)."""
        if not self.escape:
            if self.output in ("fst", "fstm", "pct", "yfst", "siof", "cat"):
                return e
            return f"str({e})"
        simple = e.isidentifier()
        esc = self.esc
        if esc == "hyb":
            esc = "ini" if self.loops else "fn"
        if esc == "pub":
            return f"_escape({e})"
        if esc == "fn":
            return f"_fast({e})"
        if esc == "raw":
            return f"_inner({e})"
        bind = e if simple else f"(_v := {e})"
        use = e if simple else "_v"
        if esc == "in":
            return f"(_inner({use}) if type({bind}) is str else _slow({use}))"
        if esc == "ini":
            rest = f"str({use}) if type({use}) is int else _slow({use})"
            return f"(_inner({use}) if type({bind}) is str else {rest})"
        raise ValueError(esc)

    # ----------------------------------------------------------------- output --
    def run(self, parts):
        """Emit a run of static text and values without anything between."""
        o = self.output
        if o in ("req", "app", "met", "lfl", "yld", "sio"):
            form = {
                "req": "req.write(%s)",
                "app": "_w(%s)",
                "met": "_o.append(%s)",
                "lfl": "_o.append(%s)",
                "yld": "yield %s",
                "sio": "_w(%s)",
            }[o]
            for kind, x in parts:
                self.add(form % (repr(x) if kind == "t" else self.value(x)))
            return
        if o in ("ext", "iadd"):
            items = ", ".join(
                repr(x) if kind == "t" else self.value(x) for kind, x in parts
            )
            if len(parts) == 1:
                self.add(f"_o.append({items})")
            else:
                self.add(("_o.extend((%s))" if o == "ext" else "_o += (%s)") % items)
            return
        if len(parts) == 1 and parts[0][0] == "t":
            text = repr(parts[0][1])
        elif o == "pct":
            text = "{!r} % ({},)".format(
                "".join(
                    x.replace("%", "%%") if kind == "t" else "%s" for kind, x in parts
                ),
                ", ".join(self.value(x) for kind, x in parts if kind == "e"),
            )
        else:
            text = "f" + "".join(
                repr(x)[1:-1].replace("{", "{{").replace("}", "}}").replace('"', '\\"')
                if kind == "t"
                else f"{{{self.value(x)}}}"
                for kind, x in parts
            ).join(('"', '"'))
        form = {
            "fst": "_w(%s)",
            "fstm": "_o.append(%s)",
            "pct": "_w(%s)",
            "yfst": "yield %s",
            "siof": "_w(%s)",
            "cat": "_s += %s",
        }[o]
        self.add(form % text)

    def add(self, line):
        self.lines.append("    " * self.depth + line)

    def nodes(self, nodes):
        run = []

        def flush():
            if run:
                merged = []
                for kind, x in run:
                    if kind == "t" and merged and merged[-1][0] == "t":
                        merged[-1] = ("t", merged[-1][1] + x)
                    else:
                        merged.append((kind, x))
                self.run(merged)
                run.clear()

        for node in self.flat(nodes):
            kind = node[0]
            if kind in "te":
                run.append(node[:2])
                continue
            flush()
            if kind == "for":
                self.add("for {} in {}:".format(*node[1:3]))
                self.depth += 1
                self.loops += 1
                self.nodes(node[3])
                self.loops -= 1
                if self.output == "lfl":
                    self.add("if len(_o) > 1000: _flush(_o)")
                self.depth -= 1
            elif kind == "if":
                self.add(f"if {node[1]}:")
                self.depth += 1
                self.nodes(node[2])
                self.depth -= 1
            elif kind in ("inc", "block"):
                name = f"_{kind}_{node[1]}"
                self.functions.append((name, templates.part(node)))
                self.add(f"{name}(_ctx, _o)")
        flush()

    def flat(self, nodes):
        """Includes and blocks put in place, unless the scope keeps functions."""
        for node in nodes:
            if node[0] in ("inc", "block") and self.scope != "fun":
                yield from self.flat(templates.part(node))
            else:
                yield node

    # ------------------------------------------------------------------- pages --
    def names(self, nodes):
        return sorted(names_in(list(self.flat(nodes))))

    def prologue(self, nodes):
        for name in self.names(nodes):
            self.add(f"try: {name} = _ctx[{name!r}]")
            self.add("except KeyError: pass")

    def setup(self):
        o = self.output
        if o in ("app", "fst", "pct"):
            self.add("_w = _o.append")
        elif o in ("sio", "siof"):
            self.add("_w = _o.write")
        elif o == "cat":
            self.add("_s = ''")

    def function(self, name, nodes):
        self.add(f"def {name}(_ctx, _o):")
        self.depth += 1
        if self.scope == "glo":
            assigned = sorted(loop_names(list(self.flat(nodes))))
            if assigned:
                self.add("global " + ", ".join(assigned))
        self.setup()
        if self.scope in ("loc", "fun"):
            if self.output == "req":
                self.add("req = _ctx['req']")
            self.prologue(nodes)
        self.nodes(nodes)
        if self.output == "cat":
            self.add("return _s")
        self.depth -= 1

    def source(self, nodes):
        if self.scope == "exec":
            self.setup()
            self.nodes(nodes)
        else:
            self.function("_page", nodes)
            while self.functions:
                self.function(*self.functions.pop())
        return "\n".join(self.lines) + "\n"


def loop_names(nodes):
    found = set()
    for node in nodes:
        if node[0] == "for":
            found |= {node[1]} | loop_names(node[3])
        elif node[0] == "if":
            found |= loop_names(node[2])
    return found
