"""Genshi: streams of XML events."""

from .base import Adapter

NS = (
    ' xmlns:py="http://genshi.edgewall.org/" xmlns:xi="http://www.w3.org/2001/XInclude"'
)


class Engine(Adapter):
    name, dist, module = "Genshi", "Genshi", "genshi.template"
    streams = True

    def expr(self, e, escape):
        return f"${{{e}}}"

    def loop(self, var, seq, body):
        return f'<py:for each="{var} in {seq}">{body}</py:for>'

    def cond(self, test, body):
        return f'<py:if test="{test}">{body}</py:if>'

    def include(self, name):
        return f'<xi:include href="{name}" />'

    def block(self, name):
        return f"${{{name}()}}"

    def page(self, layout, blocks):
        return (
            f'<py:if test="True"{NS}>'
            + "".join(f'<py:def function="{k}">{v}</py:def>' for k, v in blocks.items())
            + f'<xi:include href="{layout}" /></py:if>'
        )

    def wrap(self, source, names):
        doctype = "<!DOCTYPE html>\n"
        if source.startswith(doctype):
            source = source[len(doctype) :]
            return doctype + source.replace('<html lang="en">', f'<html lang="en"{NS}>')
        return f'<py:if test="True"{NS}>{source}</py:if>'

    def open(self, directory, escape, cache=None):
        from genshi.template import TemplateLoader

        return TemplateLoader(directory, auto_reload=False)

    def get(self, env, name):
        return env.load(name)

    def renderer(self, template, ctx):
        return lambda: template.generate(**ctx).render(
            "xhtml", encoding=None, strip_whitespace=False
        )

    def compile(self, env, source):
        from genshi.template import MarkupTemplate

        template = MarkupTemplate(source)
        assert template.stream  # compiles
        return template

    def stream(self, template, ctx):
        return template.generate(**ctx).serialize("xhtml", strip_whitespace=False)
