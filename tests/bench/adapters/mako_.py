"""Mako."""

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "Mako", "Mako", "mako.template"
    cached = True
    streams = True

    def expr(self, e, escape):
        return f"${{{e}}}"

    # Control lines stand at the beginning of a line: text always ends in one.
    def loop(self, var, seq, body):
        return f"% for {var} in {seq}:\n{body}% endfor\n"

    def cond(self, test, body):
        return f"% if {test}:\n{body}% endif\n"

    def include(self, name):
        return f'<%include file="{name}"/>'

    def block(self, name):
        return f'<%block name="{name}"></%block>'

    def page(self, layout, blocks):
        return f'<%inherit file="{layout}"/>' + "".join(
            f'<%block name="{k}">{v}</%block>' for k, v in blocks.items()
        )

    def open(self, directory, escape, cache=None):
        from mako.lookup import TemplateLookup

        return TemplateLookup(
            directories=[directory],
            module_directory=cache,
            filesystem_checks=False,
            default_filters=["h"] if escape else ["str"],
            input_encoding="utf-8",
        )

    def get(self, env, name):
        return env.get_template(name)

    def renderer(self, template, ctx):
        render = template.render_unicode
        return lambda: render(**ctx)

    def compile(self, env, source):
        from mako.template import Template

        return Template(
            source, lookup=env, default_filters=env.template_args["default_filters"]
        )

    def stream(self, template, ctx):
        from mako.runtime import Context

        class Sink:
            pass

        def push(write):
            sink = Sink()
            sink.write = write
            template.render_context(Context(sink, **ctx))

        return push
