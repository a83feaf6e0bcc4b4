"""Floor for W7: a page's code from a marshal file, checked by mtime and size.

There is no parser behind it: the "compilation" of a missing file starts from
the workloads' nodes.  Only the warm start says something.
"""

import marshal
import os
import struct

from .base import Adapter

MAGIC = b"PSPC\x01"


class Engine(Adapter):
    name = "floor: marshal'd code"
    cached = True

    def write(self, directory, workload):
        self.workload = workload
        path = os.path.join(directory, workload.name + ".psp")
        if not os.path.exists(path):
            with open(path, "w") as f:
                f.write("source")
        return workload.name + ".psp"

    def open(self, directory, escape, cache=None):
        return directory, cache

    def get(self, env, name):
        from _frozen_importlib_external import MAGIC_NUMBER

        directory, cache = env
        source = os.path.join(directory, name)
        stat = os.stat(source)
        want = MAGIC + MAGIC_NUMBER + struct.pack("<qq", stat.st_mtime_ns, stat.st_size)
        code = None
        path = os.path.join(cache or directory, name + "c")
        try:
            with open(path, "rb") as f:
                data = f.read()
            if data.startswith(want):
                code = marshal.loads(memoryview(data)[len(want) :])
        except OSError:
            pass
        if code is None:
            from .. import codegen

            w = self.workload
            emitter = codegen.Emitter("loc-met-hyb", w.escape)
            code = compile(emitter.source(w.nodes), name, "exec")
            if cache:
                with open(path, "wb") as f:
                    f.write(want + marshal.dumps(code))
        from markupsafe import Markup
        from markupsafe._speedups import _escape_inner

        def fast(v):
            return v if type(v) is Markup else _escape_inner(str(v))

        scope = {"_fast": fast, "_slow": fast, "_inner": _escape_inner}
        exec(code, scope)
        return scope["_page"]

    def renderer(self, template, ctx):
        def render():
            out = []
            template(ctx, out)
            return "".join(out)

        return render
