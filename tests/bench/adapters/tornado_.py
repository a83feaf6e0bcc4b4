"""Tornado's templates."""

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "Tornado", "tornado", "tornado.template"

    def expr(self, e, escape):
        return "{{ " + e + " }}" if escape else f"{{% raw {e} %}}"

    def loop(self, var, seq, body):
        return f"{{% for {var} in {seq} %}}{body}{{% end %}}"

    def cond(self, test, body):
        return f"{{% if {test} %}}{body}{{% end %}}"

    def include(self, name):
        return f"{{% include {name} %}}"

    def block(self, name):
        return f"{{% block {name} %}}{{% end %}}"

    def page(self, layout, blocks):
        return f"{{% extends {layout} %}}" + "".join(
            f"{{% block {k} %}}{v}{{% end %}}" for k, v in blocks.items()
        )

    def open(self, directory, escape, cache=None):
        from tornado.template import Loader

        return Loader(directory, whitespace="all")

    def get(self, env, name):
        return env.load(name)

    def renderer(self, template, ctx):
        generate = template.generate
        return lambda: generate(**ctx).decode("utf-8")

    def compile(self, env, source):
        from tornado.template import Template

        return Template(source, loader=env, whitespace="all")
