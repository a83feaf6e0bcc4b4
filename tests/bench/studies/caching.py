"""What compilation costs and what a cache of marshalled code objects saves.

python -m tests.bench.studies.caching [-r ROUNDS] [--json FILE]
"""

import _imp
import ast
import gc
import hashlib
import io
import marshal
import os
import re
import struct
import symtable
import tempfile
import time
import tokenize
import zlib

from .. import codegen, templates, workloads
from .showing import report

NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
HEADER = struct.Struct("<4sIqq")  # magic, version, mtime_ns, size
PAGES = 200


def emitted(name, variant):
    """The Python source of a workload's page."""
    return codegen.Emitter(variant, True).source(workloads.WORKLOADS[name].nodes)


def stages(study, name, variant):
    """From nodes to a code object and back from its file."""
    source = emitted(name, variant)
    code, tree = compile(source, name, "exec"), ast.parse(source)
    data = marshal.dumps(code)
    packed = zlib.compress(data, 1)
    study.note(
        f"{name} {variant}: Python source {len(source)} bytes, "
        f"marshal {len(data)}, zlib -1 {len(packed)}"
    )
    study.show(
        f"{name} {variant}",
        {
            "emit source": lambda: emitted(name, variant),
            "ast.parse(source)": lambda: ast.parse(source),
            "compile(source)": lambda: compile(source, name, "exec"),
            "compile(tree)": lambda: compile(tree, name, "exec"),
            "ast.unparse(tree)": lambda: ast.unparse(tree),
            "ast.walk(tree)": lambda: sum(1 for _ in ast.walk(tree)),
            "marshal.dumps(code)": lambda: marshal.dumps(code),
            "marshal.loads(data)": lambda: marshal.loads(data),
            "zlib.decompress + marshal.loads": lambda: marshal.loads(
                zlib.decompress(packed)
            ),
            "exec(code) (defines the page function)": lambda: exec(code, {}),
        },
    )


def forms(study):
    """What the form of the emitted code does to compile()."""
    variants = ("loc-met-fn", "loc-met-hyb", "loc-met-in", "loc-met-ini", "loc-ext-fn")
    variants += ("loc-ext-ini", "loc-fstm-fn", "loc-fstm-ini", "exec-req-fn")
    cases = {}
    for variant in variants:
        source = emitted("W6", variant)
        size = len(marshal.dumps(compile(source, variant, "exec")))
        cases[f"{variant} ({size} bytes of marshal)"] = lambda s=source: compile(
            s, "page", "exec"
        )
    study.show("compile(source) of W6 by the form of the code", cases)


def without_gc(call):
    """*call* with the garbage collector off."""
    gc.disable()
    try:
        call()
    finally:
        gc.enable()


def tokens(source):
    """How many tokens Python sees in *source*."""
    return sum(1 for _ in tokenize.generate_tokens(io.StringIO(source).readline))


def looking(study):
    """Ways to look into Python source."""
    plain, loop = emitted("W6", "loc-met-fn"), "for x in values: pass"
    study.show(
        "looking into W6's Python source, loc-met-fn",
        {
            "ast.parse, gc on": lambda: ast.parse(plain),
            "ast.parse, gc off": lambda: without_gc(lambda: ast.parse(plain)),
            "symtable.symtable": lambda: symtable.symtable(plain, "page", "exec"),
            "compile, gc off": lambda: without_gc(
                lambda: compile(plain, "page", "exec")
            ),
            "tokenize": lambda: tokens(plain),
        },
    )
    study.show(
        "one small piece of page code",
        {
            "compile('item.name', 'eval')": lambda: compile("item.name", "", "eval"),
            "ast.parse('item.name', mode='eval')": lambda: ast.parse(
                "item.name", mode="eval"
            ),
            f"compile({loop!r})": lambda: compile(loop, "", "exec"),
            "'item.name' by a regular expression": lambda: NAME.fullmatch("item.name"),
        },
    )


def write(path, data):
    """Write *data*, in the way that a reader sees all of it or nothing."""
    temporary = path + ".tmp"
    with open(temporary, "wb") as file:
        file.write(data)
    os.replace(temporary, path)


def read(path):
    """All of a file, by a file object."""
    with open(path, "rb") as file:
        return file.read()


def os_read(path):
    """All of a file, by system calls."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 1 << 20)
    finally:
        os.close(descriptor)


class Fresh:
    """Whether a file is still the one that was compiled."""

    def __init__(self, path):
        self.path = path
        self.known = self.state()
        self.checked = 0.0

    def state(self):
        stat = os.stat(self.path)
        return stat.st_mtime_ns, stat.st_size

    def now(self):
        return self.state() == self.known

    def once_a_second(self):
        now = time.monotonic()
        if now - self.checked > 1:
            self.checked = now
            return self.now()
        return True


def validation(study, folder):
    """What finding out about a cached page costs."""
    source, small, cache = (os.path.join(folder, n) for n in ("page", "small", "c"))
    write(source, os.urandom(1) + b"x" * 99_999)
    write(small, b"x" * 6000)
    fresh = Fresh(source)
    code = compile(emitted("W3", "loc-met-hyb"), "W3", "exec")
    data = HEADER.pack(b"PAGE", 1, *fresh.known) + marshal.dumps(code)
    write(cache, data)
    six = [source, small, cache] * 2

    def load():
        blob = os_read(cache)
        magic, version, *state = HEADER.unpack_from(blob)
        if tuple(state) == fresh.state():
            exec(marshal.loads(memoryview(blob)[HEADER.size :]), {})

    study.show(
        "validation",
        {
            "os.stat": lambda: os.stat(source),
            "os.stat of six files": lambda: [os.stat(path) for path in six],
            "os.path.getmtime": lambda: os.path.getmtime(source),
            "os.path.isfile + getmtime (mod_python)": lambda: (
                os.path.isfile(source) and os.path.getmtime(source)
            ),
            "stat and compare mtime and size": fresh.now,
            "the same at most once a second": fresh.once_a_second,
            "read source of 6 kB (open)": lambda: read(small),
            "read source of 6 kB (os.open, os.read)": lambda: os_read(small),
            "read source of 100 kB": lambda: read(source),
            "write cache: temporary file + os.replace": lambda: write(cache, data),
            "load a page: stat, read, check, marshal.loads, exec": load,
        },
    )


def digests(study):
    """Hashes of a small and of a large page."""
    for size in (6_000, 100_000):
        text = os.urandom(size)
        study.show(
            f"hash of {size // 1000} kB",
            {
                "_imp.source_hash, as .pyc": lambda t=text: _imp.source_hash(1, t),
                "zlib.crc32": lambda t=text: zlib.crc32(t),
                "zlib.adler32": lambda t=text: zlib.adler32(t),
                "md5": lambda t=text: hashlib.md5(t).digest(),
                "sha1": lambda t=text: hashlib.sha1(t).digest(),
                "sha256": lambda t=text: hashlib.sha256(t).digest(),
                "blake2b(16)": lambda t=text: hashlib.blake2b(
                    t, digest_size=16
                ).digest(),
            },
        )


def archives(study, folder):
    """Many pages: a file each, or one for all."""
    blobs = {}
    for number in range(PAGES):
        nodes = templates.small_template(number)
        source = codegen.Emitter("loc-met-hyb", True).source(nodes)
        blobs[f"p{number}"] = marshal.dumps(compile(source, f"p{number}", "exec"))
    paths = [os.path.join(folder, name) for name in blobs]
    for path, blob in zip(paths, blobs.values(), strict=True):
        write(path, blob)
    one = os.path.join(folder, "all")
    write(one, marshal.dumps(blobs))
    study.note(
        f"{PAGES} pages of 2 kB: {len(read(one)) // PAGES} bytes of marshal each"
    )
    study.show(
        f"{PAGES} pages",
        {
            "a file each, all loaded": lambda: [
                marshal.loads(os_read(path)) for path in paths
            ],
            "one file, all loaded": lambda: [
                marshal.loads(blob) for blob in marshal.loads(read(one)).values()
            ],
            "one file, no page loaded": lambda: len(marshal.loads(read(one))),
        },
    )


def measure(study):
    """Everything."""
    for name in ("W3", "W6"):
        for variant in ("loc-met-hyb", "loc-fstm-fn"):
            stages(study, name, variant)
    forms(study)
    looking(study)
    digests(study)
    with tempfile.TemporaryDirectory() as folder:
        validation(study, folder)
        archives(study, folder)


if __name__ == "__main__":
    report(__doc__, measure)
