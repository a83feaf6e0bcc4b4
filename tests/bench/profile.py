"""python -m tests.bench.profile [W3 W5 W6 W7 W8 serving]: where psp's share goes.

What the table of ``python -m tests.bench`` only sums up: the stages of a render, of a
compilation, the modules of a start, the parts of a page in memory, the stages of a
request. CPU time, the least of several rounds; shares of the whole in percent.
"""

from __future__ import annotations

import argparse
import gc
import io
import platform
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

from psp import DictLoader, Engine, FileLoader, WSGIApplication
from psp.compiler import pipeline
from psp.compiler.blocks import write_lenient
from psp.runtime.interface import PageInterface
from psp.runtime.output import Output
from psp.source import Source

from . import adapters, document, templates, workloads
from .timing import environment

Rows = Iterator[tuple[str, float]]
ROUNDS = 9
LEAST = 0.04  # the share from which on a part has a line of its own


def least(run: Callable[[], object], calls: int) -> float:
    """Microseconds of CPU that *run* takes in the fastest of some rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(calls):
            run()
        found.append((time.process_time() - start) / calls)
    return min(found) * 1e6


def differences(stages: list[tuple[str, Callable[[], object]]], calls: int) -> Rows:
    """What each of *stages* adds to the one before, which it includes."""
    before = 0.0
    for title, run in stages:
        took = least(run, calls)
        yield title, took - before
        before = took


def render(name: str) -> Rows:
    """The stages of one render."""
    workload, adapter = workloads.WORKLOADS[name], adapters.load("psp_")
    context = workload.context
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(FileLoader(folder), reload_interval=None)
        template = engine.get_template(adapter.write(folder, workload))
        page = template.load()

        def code() -> None:
            output = Output()
            names = {**context, "psp": PageInterface(engine, output)}
            page.start(names, output)

        def captured() -> None:
            output = Output()
            names = {**context, "psp": PageInterface(engine, output)}
            output.begin()
            page.start(names, output)
            output.end()

        stages: list[tuple[str, Callable[[], object]]] = []
        if page.page.options.layout:
            stages = [("the page's own code", code), ("joining it", captured)]
        else:
            stages = [("the page's own code", lambda: page.text(context))]
        stages.append(("layout, sections and the rest", lambda: template.render(context)))
        yield from differences(stages, 20_000 if name == "W5" else 1_000)


def compilation(name: str) -> Rows:
    """The stages of one cold compilation."""
    adapter = adapters.load("psp_")
    text = adapter.file(workloads.WORKLOADS[name].nodes, True)
    no_include: Any = adapter.resolve

    def source() -> Source:
        return Source(text, "page.psp")

    def page() -> Any:
        return pipeline.read_page(source(), no_include)

    def skeleton() -> Any:
        return pipeline.build_skeleton(page())

    def tree() -> Any:
        read = page()
        return pipeline.build_tree(pipeline.build_skeleton(read), read)

    gc.disable()
    yield from differences(
        [
            ("tokens (PLY)", lambda: list(pipeline.tokenize(source()))),
            ("nodes, directives, texts", page),
            ("skeleton", lambda: write_lenient(page()).text()),
            ("Python's parser, on the skeleton", skeleton),
            ("contexts, names, positions, tree", tree),
            (
                "Python's compile(), code objects",
                lambda: pipeline.compile_page(source(), no_include),
            ),
        ],
        1,
    )
    gc.enable()


def start(name: str) -> Rows:
    """The modules that a process loads for its first cached page, besides MarkupSafe."""
    known = set(loaded("import markupsafe"))
    least_of: dict[str, float] = {}
    for _ in range(ROUNDS):
        for module, took in loaded("import psp.engine, psp.diskcache").items():
            least_of[module] = min(took, least_of.get(module, took))
    for module, took in sorted(least_of.items(), key=lambda item: -item[1]):
        if module not in known:
            yield module, took


def loaded(statement: str) -> dict[str, float]:
    """Microseconds for each module that *statement* loads, by Python's own count."""
    command = [sys.executable, "-X", "importtime", "-c", statement]
    told = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment()
    )
    lines = (line.removeprefix("import time:") for line in told.stderr.splitlines()[1:])
    columns = [line.split("|") for line in lines if line.count("|") == 2]
    return {name.strip(): float(own) for own, _, name in columns}


def memory(name: str) -> Rows:
    """Bytes of a template of 2 kB, by what they are of."""
    adapter = adapters.load("psp_")
    engine = Engine(DictLoader({}), reload_interval=None)
    texts = [adapter.file(templates.small_template(i), True) for i in range(200)]
    held = [engine.from_string(text) for text in texts[:100]]
    gc.collect()
    tracemalloc.start()
    held += [engine.from_string(text) for text in texts[100:]]
    gc.collect()
    whole = tracemalloc.get_traced_memory()[0] / 100
    tracemalloc.stop()
    page = held[-1].load().page
    code = page.code
    parts = {
        "bytecode": float(len(code.co_code)),
        "positions of all instructions": float(len(code.co_linetable)),
        "texts and other constants": float(sum(map(sys.getsizeof, code.co_consts))),
        "names that it mentions": float(
            sys.getsizeof(page.names) + sys.getsizeof(page.toplevel)
        ),
    }
    yield from parts.items()
    yield "objects around them", whole - sum(parts.values())


def request(name: str) -> Rows:
    """The stages of a request for the page of W3, in one process without a server."""
    workload, adapter = workloads.WORKLOADS["W3"], adapters.load("psp_")
    with tempfile.TemporaryDirectory() as folder:
        adapter.write(folder, workload)
        with open(f"{folder}/hello.psp", "w") as file:
            file.write("Hello")
        application = WSGIApplication(folder)

        def ask() -> None:
            environ = {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": "/hello.psp",
                "SCRIPT_NAME": "",
                "QUERY_STRING": "",
                "SERVER_NAME": "localhost",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "REMOTE_ADDR": "127.0.0.1",
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(),
                "wsgi.errors": sys.stderr,
            }
            b"".join(application(environ, lambda *_: None))

        yield "finding, running and answering a page of one word", least(ask, 2_000)
        engine = Engine(FileLoader(folder), reload_interval=None)
        template = engine.get_template("page.psp")
        names = workload.context
        yield "rendering W3", least(lambda: template.render(names), 1_000)


PROFILES = {
    "W3": (render, "µs"),
    "W5": (render, "µs"),
    "W6": (compilation, "µs"),
    "W7": (start, "µs"),
    "W8": (memory, "bytes"),
    "serving": (request, "µs"),
}


def main() -> None:
    """Print the profiles that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.profile")
    parser.add_argument("names", nargs="*", choices=[[], *PROFILES], metavar="NAME")
    parser.add_argument(
        "--write", action="store_true", help="put them into docs/performance.md"
    )
    given = parser.parse_args()
    told = [line for name in given.names or PROFILES for line in lines(name)]
    print(*told, sep="\n")
    if given.write:
        python = f"{platform.python_implementation()} {platform.python_version()}"
        made = document.origin("tests.bench.profile", python)
        document.write("profile", [made, "", *(f"    {line}" for line in told)])


def lines(name: str) -> Iterator[str]:
    """The profile *name*, its parts with their shares."""
    profile, unit = PROFILES[name]
    rows = list(profile(name))
    whole = sum(amount for _, amount in rows)
    yield f"{name}: {whole:,.1f} {unit}"
    small = [amount for _, amount in rows if amount < whole * LEAST]
    for title, amount in rows:
        if amount >= whole * LEAST:
            yield f"  {amount / whole:4.0%} {amount:12,.1f}  {title}"
    if small:
        yield f"  {sum(small) / whole:4.0%} {sum(small):12,.1f}  {len(small)} smaller"


if __name__ == "__main__":
    main()
