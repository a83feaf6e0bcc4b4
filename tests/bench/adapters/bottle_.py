"""Bottle's SimpleTemplate."""

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "Bottle SimpleTemplate", "bottle", "bottle"
    suffix = ".tpl"

    def expr(self, e, escape):
        return "{{" + e + "}}" if escape else "{{!" + e + "}}"

    def loop(self, var, seq, body):
        return f"% for {var} in {seq}:\n{body}% end\n"

    def cond(self, test, body):
        return f"% if {test}:\n{body}% end\n"

    def include(self, name):
        return f"% include('{name}')\n"

    def block(self, name):
        return "{{!base}}" if name == "content" else "{{!" + name + "}}"

    def page(self, layout, blocks):
        # The content is the page itself; other blocks are handed to rebase().
        return f"% rebase('{layout}', title=_escape(heading))\n" + blocks["content"]

    def open(self, directory, escape, cache=None):
        return directory

    def get(self, env, name):
        from bottle import SimpleTemplate

        return SimpleTemplate(name=name, lookup=[env])

    def renderer(self, template, ctx):
        render = template.render
        return lambda: render(ctx)

    def compile(self, env, source):
        from bottle import SimpleTemplate

        template = SimpleTemplate(source)
        assert template.co  # compiles
        return template
