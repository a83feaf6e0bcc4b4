"""Renoir: yatl's syntax, rebuilt."""

from .yatl_ import Yatl


class Engine(Yatl):
    name, dist, module = "Renoir", "renoir", "renoir"

    def expr(self, e, escape):
        return f"{{{{={e}}}}}" if escape else f"{{{{=asis({e})}}}}"

    def open(self, directory, escape, cache=None):
        from renoir import Renoir

        return Renoir(path=directory, reload=False)

    def get(self, env, name):
        return env, name

    def renderer(self, template, ctx):
        env, name = template
        render = env.render

        class asis:
            def __init__(self, value):
                self.value = value

            def __html__(self):
                return str(self.value)

        return lambda: render(name, dict(ctx, asis=asis))

    def compile(self, env, source):
        parser = env.parser_cls(
            env,
            source,
            name="compiled",
            scope={},
            lexers=env.lexers,
            delimiters=env.delimiters,
        )
        return compile(parser.render(), "compiled", "exec")
