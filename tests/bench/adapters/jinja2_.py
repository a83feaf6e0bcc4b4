"""Jinja2, and the syntax that others share with it."""

from .base import Adapter


class JinjaLike(Adapter):
    """Syntax shared by Jinja2, minijinja and (nearly) Django."""

    def expr(self, e, escape):
        return "{{ " + e + " }}"

    def loop(self, var, seq, body):
        return f"{{% for {var} in {seq} %}}{body}{{% endfor %}}"

    def cond(self, test, body):
        return f"{{% if {test} %}}{body}{{% endif %}}"

    def include(self, name):
        return f'{{% include "{name}" %}}'

    def block(self, name):
        return f"{{% block {name} %}}{{% endblock %}}"

    def page(self, layout, blocks):
        return f'{{% extends "{layout}" %}}' + "".join(
            f"{{% block {k} %}}{v}{{% endblock %}}" for k, v in blocks.items()
        )


class Engine(JinjaLike):
    name, dist, module = "Jinja2", "Jinja2", "jinja2"
    cached = streams = True

    def open(self, directory, escape, cache=None):
        import jinja2

        return jinja2.Environment(
            loader=jinja2.FileSystemLoader(directory),
            autoescape=escape,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=jinja2.FileSystemBytecodeCache(cache) if cache else None,
        )

    def get(self, env, name):
        return env.get_template(name)

    def renderer(self, template, ctx):
        render = template.render
        return lambda: render(ctx)

    def compile(self, env, source):
        return env.from_string(source)

    def stream(self, template, ctx):
        return template.generate(ctx)
