"""Tenjin, with its cache beside the templates."""

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "Tenjin", "Tenjin", "tenjin"
    suffix = ".pyhtml"
    cached = True

    def expr(self, e, escape):
        return f"${{{e}}}" if escape else f"#{{{e}}}"

    def loop(self, var, seq, body):
        return f"<?py for {var} in {seq}: ?>\n{body}<?py #endfor ?>\n"

    def cond(self, test, body):
        return f"<?py if {test}: ?>\n{body}<?py #endif ?>\n"

    def include(self, name):
        return f"<?py include('{name}') ?>\n"

    def block(self, name):
        return "#{_content}" if name == "content" else "#{escape(heading)}"

    def page(self, layout, blocks):
        return f"<?py _context['_layout'] = '{layout}' ?>\n" + blocks["content"]

    def open(self, directory, escape, cache=None):
        import markupsafe
        import tenjin
        import tenjin.helpers

        self.globals = dict(vars(tenjin.helpers), escape=markupsafe.escape)
        storage = tenjin.MarshalCacheStorage() if cache else tenjin.MemoryCacheStorage()
        # the disk cache lies beside the templates
        return tenjin.Engine(path=[directory], cache=storage)

    def get(self, env, name):
        env.get_template(name)
        return env, name

    def renderer(self, template, ctx):
        env, name = template
        g = self.globals
        return lambda: env.render(name, dict(ctx), globals=dict(g))

    def compile(self, env, source):
        import tenjin

        template = tenjin.Template(input=source)
        template.compile()
        return template
