"""minijinja, written in Rust."""

import os

from .jinja2_ import JinjaLike


class Engine(JinjaLike):
    name, dist, module = "minijinja", "minijinja", "minijinja"

    def open(self, directory, escape, cache=None):
        import minijinja

        def load(name):
            with open(os.path.join(directory, name), encoding="utf-8") as f:
                return f.read()

        return minijinja.Environment(
            loader=load,
            keep_trailing_newline=True,
            debug=False,
            auto_escape_callback=lambda name: escape,
        )

    def get(self, env, name):
        return env, name

    def renderer(self, template, ctx):
        env, name = template
        render = env.render_template
        return lambda: render(name, **ctx)

    def compile(self, env, source):
        env.add_template("compiled", source)

    def compile_another(self, env, source, i):
        env.add_template(f"compiled{i}", source)
        return env
