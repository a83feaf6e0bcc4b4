"""wheezy.template."""

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "wheezy.template", "wheezy.template", "wheezy.template.engine"

    def expr(self, e, escape):
        # `str`: the engine itself joins what it is given.
        return "@{" + e + ("!!h}" if escape else "!!s}")

    def loop(self, var, seq, body):
        return f"@for {var} in {seq}:\n{body}@end\n"

    def cond(self, test, body):
        return f"@if {test}:\n{body}@end\n"

    def include(self, name):
        return f'@include("{name}")\n'

    def block(self, name):
        return f"\\\n@def {name}():\n@end\n@{name}()"

    def page(self, layout, blocks):
        # a page's defs see only what is required, the page's own first
        return f'@require(heading, products)\n@extends("{layout}")\n' + "".join(
            f"@def {k}():\n{v}\\\n@end\n" for k, v in blocks.items()
        )

    def wrap(self, source, names):
        required = ", ".join(names)
        return f"@require({required})\n{source}" if names else source

    def open(self, directory, escape, cache=None):
        from markupsafe import escape as h
        from wheezy.template.engine import Engine
        from wheezy.template.ext.core import CoreExtension
        from wheezy.template.loader import FileLoader

        env = Engine(loader=FileLoader([directory]), extensions=[CoreExtension()])
        env.global_vars.update({"h": h})
        return env

    def get(self, env, name):
        return env.get_template(name)

    def renderer(self, template, ctx):
        render = template.render
        return lambda: render(ctx)

    def compile(self, env, source):
        nodes = env.parser.parse(env.lexer.tokenize(source))
        source = env.builder.build_render(nodes)
        return env.compiler.compile_source(source, "compiled")["render"]
