"""Document roots for psp: the shop of W3, and one page among others."""

from __future__ import annotations

from pathlib import Path

from .. import adapters, workloads
from ..model import PACKAGE

HELLO = "<p>Hello, World!</p>\n"
FEW, MANY = 10, 10_000


def shop(folder: str) -> str:
    """*folder*, filled with ``hello.psp``, ``tiny.psp`` and W3 as ``page.psp``.

    W3's data are made once for the process, as those of the hand-written page are.
    """
    root, w3 = Path(folder), workloads.WORKLOADS["W3"]
    page = root / adapters.load("psp_").write(folder, w3)
    data = [f'{name} = W3.context["{name}"]' for name in w3.context]
    lines = [
        f"from {PACKAGE}.workloads import WORKLOADS",
        'W3 = WORKLOADS["W3"]',
        *data,
    ]
    page.write_text(page.read_text() + "<%!\n" + "\n".join(lines) + "\n%>")
    (root / "hello.psp").write_text(HELLO)
    (root / "tiny.psp").write_text('<p>Hello, <%= form["name"] %>!</p>\n')
    return folder


def crowd(folder: str, name: str, count: int) -> str:
    """*folder*, filled with *count* pages, one of which is *name*."""
    for number in range(count - 1):
        Path(folder, f"page{number}.psp").write_text(HELLO)
    Path(folder, name).write_text(HELLO)
    return folder
