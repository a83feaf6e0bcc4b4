"""The registry of micro-benchmarks, and what several of them use."""

from .. import sketch, workloads

TOPICS = {}


def topic(f):
    TOPICS[f.__name__.rstrip("_")] = f
    return f


def variants(workload, *names):
    w = workloads.WORKLOADS[workload]
    return {v: sketch.make(v, w) for v in names}


def loop(body, setup="pass", n=1000, **scope):
    """A function that runs `body` (an expression or statement) n times over `v`."""
    source = f"def run(values):\n {setup}\n for v in values:\n  {body}\n"
    exec(compile(source, "<micro>", "exec"), scope)
    run, values = scope["run"], scope["values"]
    return lambda: run(values)
