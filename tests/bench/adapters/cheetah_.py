"""Cheetah: inheritance by Python classes."""

import os

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "Cheetah (CT3)", "ct3", "Cheetah.Template"
    suffix = ".tmpl"
    # Its names are looked up in dicts' methods too: no context name may be
    # one of `items`, `values`, `keys`, ...

    def expr(self, e, escape):
        return f"${{{e}}}"

    def loop(self, var, seq, body):
        return f"#for ${var} in ${seq}\n{body}#end for\n"

    def cond(self, test, body):
        return f"#if ${test}\n{body}#end if\n"

    def include(self, name):
        return "${include_" + name.removesuffix(self.suffix) + "(), safe=True}"

    def block(self, name):
        return f"${{{name}(), safe=True}}"

    def page(self, layout, blocks):
        def one(name, body):
            slurp = "" if body.endswith("\n") else "#slurp\n"
            return f"#def {name}()\n{body}{slurp}#end def\n"

        return "".join(one(name, body) for name, body in blocks.items())

    # Inheritance is Python inheritance: the page class derives from the layout
    # class; includes are base classes too, each with a method of its own.
    def open(self, directory, escape, cache=None):
        from Cheetah.Filters import Filter
        from markupsafe import escape as h

        class Escape(Filter):
            def filter(self, val, safe=False, **kw):
                return val if safe else h(val)

        return directory, Escape if escape else None

    def _class(self, env, source, base=None, method="respond"):
        from Cheetah.Template import Template

        kw = {"baseclass": base} if base else {}
        return Template.compile(
            source=source,
            mainMethodName=method,
            cacheCompilationResults=False,
            useCache=False,
            **kw,
        )

    def _read(self, env, name):
        with open(os.path.join(env[0], name), encoding="utf-8") as f:
            return f.read()

    def get(self, env, name):
        if name.startswith("page"):
            base = None
            for part in ("header", "sidebar", "footer"):
                base = self._class(
                    env, self._read(env, part + self.suffix), base, "include_" + part
                )
            layout = self._read(env, "layout" + self.suffix)
            base = self._class(env, layout, base)
            return env, self._class(env, self._read(env, name), base, "unused")
        return env, self._class(env, self._read(env, name))

    def renderer(self, template, ctx):
        env, cls = template
        if env[1]:
            return lambda: cls(searchList=[ctx], filter=env[1]).respond()
        return lambda: cls(searchList=[ctx]).respond()

    def compile(self, env, source):
        return self._class(env, source)
