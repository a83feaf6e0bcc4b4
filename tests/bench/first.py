"""A process that renders one page and imports no more than it must (W7).

Started by ``python -c`` rather than ``python -m``, which imports more than some
engines do.
"""

import os

from . import adapters, workloads

STATEMENT = "import sys; from {}.first import main; main(*sys.argv[1:])"


def main(engine: str, workload: str, directory: str, cache: str = "") -> None:
    """Render *workload* with templates in *directory*, written where there are none."""
    adapter = adapters.load(engine)
    w = workloads.WORKLOADS[workload]
    if adapter.by_hand:
        assert len(adapter.make(w, directory)()) > 1000
        return
    name = entry(adapter, w, directory)
    env = adapter.open(directory, w.escape, cache or None)
    got = adapter.renderer(adapter.get(env, name), w.context)()
    assert len(got) > 1000


def entry(adapter, w, directory):
    """The name of the entry template; the first process writes the templates."""
    path = os.path.join(directory, "entry")
    if os.path.exists(path):
        adapter.workload = w
        with open(path) as file:
            return file.read()
    name = adapter.write(directory, w)
    with open(path, "w") as file:
        file.write(name)
    return name
