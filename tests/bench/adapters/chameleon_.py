"""Chameleon: page templates in XML, with a cache of modules."""

import os

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "Chameleon", "Chameleon", "chameleon"
    suffix = ".pt"
    cached = True
    skip = {"W7 of W6": "compiles for seconds"}

    def expr(self, e, escape):
        return f"${{{e}}}" if escape else f"${{structure: {e}}}"

    def loop(self, var, seq, body):
        return f'<tal:x repeat="{var} {seq}">{body}</tal:x>'

    def cond(self, test, body):
        return f'<tal:x condition="{test}">{body}</tal:x>'

    def include(self, name):
        return f'<metal:x use-macro="load: {name}" />'

    def block(self, name):
        return f'<metal:x define-slot="{name}" />'

    def page(self, layout, blocks):
        return (
            f'<metal:x use-macro="load: {layout}">'
            + "".join(
                f'<metal:x fill-slot="{k}">{v}</metal:x>' for k, v in blocks.items()
            )
            + "</metal:x>"
        )

    def open(self, directory, escape, cache=None):
        if cache:
            os.environ["CHAMELEON_CACHE"] = cache
        from chameleon import PageTemplateLoader

        return PageTemplateLoader(directory, auto_reload=False)

    def get(self, env, name):
        return env[name]

    def renderer(self, template, ctx):
        return lambda: template(**ctx)

    def compile(self, env, source):
        from chameleon import PageTemplate

        template = PageTemplate(source)
        template.cook_check()
        return template
