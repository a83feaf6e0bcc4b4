"""mod_python's PSP outside Apache: its C scanner, exec per request, a fake req.

The scanner `_psp` comes from an installed mod_python (Debian:
libapache2-mod-python); without one the adapter is left out. `run` below does
what mod_python.psp.PSP.run does for a page that uses neither form nor session;
only req.write is Python here, where Apache's is C.
"""

import glob
import importlib.util
import os
import sys

from .. import templates
from .base import Adapter


def scanner():
    """mod_python's scanner, by BENCH_PSP_SCANNER or where Debian puts it."""
    pattern = "/usr/lib/python3/dist-packages/mod_python/_psp.*"
    for path in glob.glob(os.environ.get("BENCH_PSP_SCANNER", pattern)):
        if f"{sys.implementation.cache_tag}-" in path:
            spec = importlib.util.spec_from_file_location("_psp", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    raise ImportError("mod_python's _psp not found for this Python")


class Request:
    def __init__(self):
        self.out = []

    def write(self, s, flush=1):
        self.out.append(s)


class Engine(Adapter):
    name, module = "mod_python psp (emulated)", "mod_python.psp"
    suffix = ".psp"

    def version(self):
        scanner()
        return ""

    def expr(self, e, escape):
        return f"<%=h({e})%>" if escape else f"<%={e}%>"

    # Blocks are made by indentation, so depth has to be known.
    def source(self, nodes, escape, depth=0):
        out, pad = [], "\t" * depth
        for node in nodes:
            kind = node[0]
            if kind == "t":
                out.append(node[1])
            elif kind == "e":
                out.append(self.expr(node[1], escape))
            elif kind in ("for", "if"):
                head = (
                    f"for {node[1]} in {node[2]}" if kind == "for" else f"if {node[1]}"
                )
                body = self.source(node[-1], escape, depth + 1)
                out.append(f"<%\n{pad}{head}:\n%>{body}<%\n{pad}# end\n%>")
            elif kind == "inc":
                out.append(f'<%@ include file="{node[1]}{self.suffix}" %>')
            elif kind == "block":
                out.append(self.source(templates.PAGE_BLOCKS[node[1]], escape, depth))
        return "".join(out)

    def page(self, layout, blocks):
        return self.source(templates.LAYOUT, True)

    def open(self, directory, escape, cache=None):
        return scanner(), directory

    def get(self, env, name):
        psp, directory = env
        return compile(psp.parse(name, directory + os.sep), name, "exec")

    def renderer(self, template, ctx):
        from markupsafe import escape

        extra = dict(ctx, h=escape)
        scope = dict.fromkeys(f"g{i}" for i in range(30))

        def run():
            req = Request()
            g = scope.copy()
            g.update({"req": req, "form": None, "psp": None})
            g.update({"session": None})
            g.update(extra)

            class _InstanceInfo:
                def __init__(self, label, file, cache):
                    pass

            g["__file__"] = ""
            g["__mp_info__"] = _InstanceInfo(None, "", None)
            exec(template, g)
            return "".join(req.out)

        return run

    def compile(self, env, source):
        return compile(env[0].parsestring(source.encode()), "compiled", "exec")
