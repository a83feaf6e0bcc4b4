"""yatl, the templates of web2py."""

from .base import Adapter


class Yatl(Adapter):
    def expr(self, e, escape):
        return f"{{{{={e}}}}}" if escape else f"{{{{=NOESCAPE(str({e}))}}}}"

    def loop(self, var, seq, body):
        return f"{{{{for {var} in {seq}:}}}}{body}{{{{pass}}}}"

    def cond(self, test, body):
        return f"{{{{if {test}:}}}}{body}{{{{pass}}}}"

    def include(self, name):
        return f"{{{{include '{name}'}}}}"

    def block(self, name):
        return f"{{{{block {name}}}}}{{{{end}}}}"

    def page(self, layout, blocks):
        return f"{{{{extend '{layout}'}}}}" + "".join(
            f"{{{{block {k}}}}}{v}{{{{end}}}}" for k, v in blocks.items()
        )


class Engine(Yatl):
    name, dist, module = "yatl", "yatl", "yatl"

    def open(self, directory, escape, cache=None):
        return directory

    def get(self, env, name):
        from yatl.template import parse_template

        return compile(parse_template(name, path=env), name, "exec")

    def renderer(self, template, ctx):
        from yatl.template import NOESCAPE, DummyResponse

        def render():
            namespace = dict(ctx, response=DummyResponse(), NOESCAPE=NOESCAPE)
            exec(template, namespace)
            return namespace["response"].body.getvalue()

        return render

    def compile(self, env, source):
        from yatl.template import TemplateParser

        return compile(str(TemplateParser(source, path=env)), "compiled", "exec")
