"""What a page compiler can emit at best: a sketch without a parser."""

from .base import Adapter

RECOMMENDED, STREAMING = "fun-met-hyb", "loc-lfl-hyb"


class Engine(Adapter):
    streams = True
    skip = {"W6": "no parser", "W7": "no parser"}

    def __init__(self, variant=RECOMMENDED):
        self.variant = variant
        self.name = "sketch: " + variant

    def make(self, workload, directory):
        from .. import sketch

        return sketch.make(self.variant, workload)

    # W8 begins with the emitted Python source.
    def file(self, nodes, escape):
        from .. import codegen

        return codegen.Emitter(self.variant, escape).source(nodes)

    def open(self, directory, escape, cache=None):
        return None

    def compile_another(self, env, source, i):
        from .. import sketch

        scope = dict(sketch.HELPERS)
        exec(compile(source, f"page{i}", "exec"), scope)
        return scope["_page"]

    def write(self, directory, workload):
        return workload

    def get(self, env, workload):
        from .. import sketch

        return sketch.stream(STREAMING, workload)

    def stream(self, prepared, ctx):
        return prepared()
