"""EmPy, an interpreter of its templates."""

import os

from .base import Adapter


class Engine(Adapter):
    """EmPy interprets its source on every run; there is no compiled form."""

    name, dist, module = "EmPy", "empy", "em"
    suffix = ".em"
    skip = {"W3": "no inheritance", "W6": "nothing compiled", "W8": "nothing compiled"}

    def expr(self, e, escape):
        return f"@(h({e}))" if escape else f"@({e})"

    def loop(self, var, seq, body):
        return f"@[for {var} in {seq}]{body}@[end for]"

    def cond(self, test, body):
        return f"@[if {test}]{body}@[end if]"

    def open(self, directory, escape, cache=None):
        return directory

    def get(self, env, name):
        with open(os.path.join(env, name), encoding="utf-8") as f:
            return f.read()

    def renderer(self, template, ctx):
        import em
        from markupsafe import escape

        def render():
            interpreter = em.Interpreter(globals=dict(ctx, h=escape), dispatcher=False)
            try:
                return interpreter.expand(template)
            finally:
                interpreter.shutdown()

        return render
