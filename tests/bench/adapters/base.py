"""What the harness asks of an engine."""

import os

from .. import templates


class Adapter:
    """An engine: its syntax, and how a program uses it."""

    name = ""  # shown in the tables
    dist = ""  # distribution that gives the version
    module = ""  # what a user imports (W11)
    suffix = ".html"  # of template files
    by_hand = False  # Python without templates: only make() works
    cached = False  # open() takes a folder for compiled templates (W7)
    streams = False  # can yield output while rendering (W9)
    skip: dict[str, str] = {}  # workload -> why it does not apply

    def version(self):
        """The installed version; raises ImportError where there is none."""
        import importlib.metadata

        return importlib.metadata.version(self.dist) if self.dist else ""

    # -- the engine's syntax --------------------------------------------------
    # Every method returns source text.  Control statements emit nothing.

    def text(self, s):
        return s

    def expr(self, e, escape):
        raise NotImplementedError

    def loop(self, var, seq, body):
        raise NotImplementedError

    def cond(self, test, body):
        raise NotImplementedError

    def include(self, name):
        raise NotImplementedError

    def block(self, name):
        raise NotImplementedError

    def page(self, layout, blocks):
        """The source of a page that fills the blocks of `layout`."""
        raise NotImplementedError

    def wrap(self, source, names):
        """Last touch to a whole file; `names` are the context names it reads."""
        return source

    def source(self, nodes, escape):
        out = []
        for node in nodes:
            kind = node[0]
            if kind == "t":
                out.append(self.text(node[1]))
            elif kind == "e":
                out.append(self.expr(node[1], escape))
            elif kind == "for":
                out.append(self.loop(node[1], node[2], self.source(node[3], escape)))
            elif kind == "if":
                out.append(self.cond(node[1], self.source(node[2], escape)))
            elif kind == "inc":
                out.append(self.include(node[1] + self.suffix))
            elif kind == "block":
                out.append(self.block(node[1]))
        return "".join(out)

    def file(self, nodes, escape):
        return self.wrap(self.source(nodes, escape), sorted(names(nodes)))

    def write(self, directory, workload):
        """Write the workload's templates, return the name of the entry file."""

        def put(name, text):
            with open(
                os.path.join(directory, name), "w", encoding="utf-8", newline=""
            ) as f:
                f.write(text)

        if workload.page:
            esc = workload.escape
            for name, nodes in templates.INCLUDES.items():
                put(name + self.suffix, self.file(nodes, esc))
            put("layout" + self.suffix, self.file(templates.LAYOUT, esc))
            put(
                "page" + self.suffix,
                self.page(
                    "layout" + self.suffix,
                    {k: self.source(v, esc) for k, v in templates.PAGE_BLOCKS.items()},
                ),
            )
            return "page" + self.suffix
        entry = workload.name.lower() + self.suffix
        put(entry, self.file(workload.nodes, workload.escape))
        return entry

    # -- the engine -------------------------------------------------------------

    def open(self, directory, escape, cache=None):
        """An environment that loads templates from `directory`.

        `cache` is a directory for compiled templates, or None for no cache.
        Reload checks are to be off.
        """
        raise NotImplementedError

    def get(self, env, name):
        """The compiled template."""
        raise NotImplementedError

    def renderer(self, template, ctx):
        """A function of no arguments that renders once and returns str."""
        raise NotImplementedError

    def compile(self, env, source):
        """Compile from source text, past any cache (W6, W8)."""
        raise NotImplementedError

    def compile_another(self, env, source, i):
        """The i-th of many templates to be held at once (W8)."""
        return self.compile(env, source)

    def stream(self, template, ctx):
        """An iterator of output chunks, or a function that takes `write` (W9)."""
        raise NotImplementedError

    # -- references override this -------------------------------------------------

    def make(self, workload, directory):
        """The zero-argument render function of a workload."""
        env = self.open(directory, workload.escape)
        name = self.write(directory, workload)
        return self.renderer(self.get(env, name), workload.context)


def names(nodes, bound=()):
    """Context names that the nodes read."""
    found = set()
    for node in nodes:
        kind = node[0]
        if kind == "e":
            found.add(node[1].split(".")[0])
        elif kind == "for":
            found.add(node[2].split(".")[0])
            found |= names(node[3]) - {node[1]}
        elif kind == "if":
            found.add(node[1].split(".")[0])
            found |= names(node[2])
    return found
