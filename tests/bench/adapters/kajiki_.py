"""Kajiki: XML templates compiled to Python."""

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "Kajiki", "kajiki", "kajiki"
    suffix = ".xml"
    streams = True

    def expr(self, e, escape):
        return f"${{{e}}}" if escape else f"${{literal({e})}}"

    def loop(self, var, seq, body):
        return f'<py:for each="{var} in {seq}">{body}</py:for>'

    def cond(self, test, body):
        return f'<py:if test="{test}">{body}</py:if>'

    def include(self, name):
        return f'<py:include href="{name}"/>'

    def block(self, name):
        return f'<py:block name="{name}"></py:block>'

    def page(self, layout, blocks):
        return (
            f'<py:extends href="{layout}">'
            + "".join(f'<py:block name="{k}">{v}</py:block>' for k, v in blocks.items())
            + "</py:extends>"
        )

    def wrap(self, source, names):
        if source.startswith("<!DOCTYPE"):
            return source
        return f"<py:nop>{source}</py:nop>"

    def open(self, directory, escape, cache=None):
        from kajiki import FileLoader

        return FileLoader(
            directory, reload=False, force_mode="xml", xml_autoblocks=None
        )

    def get(self, env, name):
        return env.load(name)

    def renderer(self, template, ctx):
        return lambda: template(ctx).render()

    def compile(self, env, source):
        from kajiki import XMLTemplate

        return XMLTemplate(source)

    def stream(self, template, ctx):
        return iter(template(ctx))
