"""Django's template language, outside a Django project."""

from .jinja2_ import JinjaLike


class Engine(JinjaLike):
    name, dist, module = "Django", "Django", "django.template"

    def open(self, directory, escape, cache=None):
        import django
        from django.conf import settings

        if not settings.configured:
            settings.configure(USE_I18N=False, USE_TZ=False, TEMPLATES=[])
            django.setup()
        from django.template import Engine as DjangoEngine

        return DjangoEngine(
            dirs=[directory],
            autoescape=escape,
            loaders=[
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
        )

    def get(self, env, name):
        return env.get_template(name), env

    def renderer(self, template, ctx):
        from django.template import Context

        template, env = template
        return lambda: template.render(Context(ctx, autoescape=env.autoescape))

    def compile(self, env, source):
        return env.from_string(source)
