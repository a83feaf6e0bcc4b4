"""This project: pages with explicit blocks, a layout and static includes."""

from .base import Adapter


class Engine(Adapter):
    name, dist, module = "psp", "psp", "psp"
    suffix = ".psp"
    cached = streams = True

    def expr(self, e, escape):
        return "<%= " + e + " %>" if escape else "<%== " + e + " %>"

    def loop(self, var, seq, body):
        return f"<% for {var} in {seq}: %>{body}<% end %>"

    def cond(self, test, body):
        return f"<% if {test}: %>{body}<% end %>"

    def include(self, name):
        return f'<%@ include file="{name}" %>'

    def block(self, name):
        return "<%= psp.content() %>" if name == "content" else self.section(name)

    def section(self, name):
        return f'<%= psp.section("{name}") %>'

    def page(self, layout, blocks):
        content = blocks.pop("content")
        sections = (
            f'<% with psp.section("{name}"): %>{body}<% end %>'
            for name, body in blocks.items()
        )
        return f'<%@ layout file="{layout}" %>' + "".join(sections) + content

    def open(self, directory, escape, cache=None):
        from psp.engine import Engine
        from psp.loaders import FileLoader

        if cache is None:
            return Engine(FileLoader(directory), reload_interval=None)
        from psp.diskcache import DiskCache

        kept = DiskCache(cache, key_file=cache + ".key")
        return Engine(FileLoader(directory), cache=kept, reload_interval=None)

    def get(self, env, name):
        return env.get_template(name)

    def renderer(self, template, ctx):
        render = template.render
        return lambda: render(ctx)

    def compile(self, env, source):
        from psp.compiler.pipeline import compile_page
        from psp.source import Source

        return compile_page(Source(source, "page.psp"), self.resolve, env.options)

    def resolve(self, name, source):
        from psp.errors import PageNotFound

        raise PageNotFound(name)

    def compile_another(self, env, source, i):
        page = env.from_string(source, f"page{i}.psp")
        page.load()
        return page

    def stream(self, template, ctx):
        from psp.runtime.interface import PageInterface
        from psp.runtime.output import Output

        def push(write):
            output = Output(write)
            env = template._engine
            env.run(template._slot.name, ctx, output, PageInterface(env, output))
            output.flush()

        return push
