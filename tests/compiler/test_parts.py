"""Walks follow every field that holds a node, whatever Python's grammar has."""

from __future__ import annotations

import ast
import sysconfig
from pathlib import Path

import pytest

from psp.compiler.parts import PARTS

LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = ("ast.py", "typing.py", "dataclasses.py", "asyncio/tasks.py", "copy.py")
PIECES = """
d = {**a, "b": c}
def f(x: int = 1, /, *args: str, k=None, **rest) -> None: global g
async def h():
    async with a as b, c: await d
    return [x async for x in y if z]
match v:
    case {"a": 1, **others} | K(1, b=None): pass
    case [1, *rest] as whole if whole: pass
try: pass
except* E as e: raise X from e
n: int = (w := 2)
t = f"{a!r:>{width}}"
with open(p) as q: del q[1:2]
lambda *a, b=1: (yield)
"""


def nodes(tree: ast.AST) -> list[int]:
    """The nodes of *tree*, found by PARTS."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(id(node))
        for part in PARTS[type(node)]:
            value = getattr(node, part)
            if isinstance(value, list):
                waiting += (child for child in value if child is not None)
            elif value is not None:
                waiting.append(value)
    return found


def texts() -> list[str]:
    """Python code of many kinds."""
    return [PIECES, *((LIBRARY / file).read_text("utf-8") for file in FILES)]


@pytest.mark.parametrize("code", texts(), ids=["pieces", *FILES])
def test_no_node_with_a_place_or_a_name_is_left_out(code: str) -> None:
    tree = ast.parse(code)
    silent = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
    wanted = {id(n) for n in ast.walk(tree) if not isinstance(n, silent)}
    found = nodes(tree)
    assert len(found) == len(set(found))
    assert set(found) == wanted
