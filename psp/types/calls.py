"""Calls of other pages: checked against what those declare by ``param``."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..abi import PREFIX
from ..compiler.nodes import Page, Parameter
from ..compiler.skeleton import Skeleton

#: The page that a page calls by a name, None if it is not there.
Find = Callable[[Page, str], Page | None]

_RESULTS = {"include": "None", "component": f"{PREFIX}Component"}
_STAND_IN = re.compile(rf'"{PREFIX}[ic](\d+)"')


class Call(NamedTuple):
    """``psp.include("name", …)`` or its like, of a page that declares parameters."""

    node: ast.Attribute  # psp.include
    page: Page


def calls(page: Page, skeleton: Skeleton, find: Find) -> Iterator[Call]:
    """The calls in *page* of pages that are named there and declare parameters."""
    for node in ast.walk(skeleton.tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="psp"), attr=attr) as function,
                args=[ast.Constant(value=str(name))],
            ) if attr in _RESULTS and function.lineno == function.end_lineno:
                called = find(page, name)
                if called is not None and called.parameters:
                    yield Call(function, called)


def stand_in(method: str, number: int) -> str:
    """What is called in place of *method* for the page *number*; never longer."""
    return f"{PREFIX}{method[0]}{number}"


def with_names(message: str, pages: Sequence[Page]) -> str:
    """*message* with the names of *pages*, by their numbers, in place of stand-ins."""
    return _STAND_IN.sub(lambda m: repr(pages[int(m[1])].source.name), message)


def signatures(page: Page, number: int) -> Iterator[str]:
    """Functions that take what *page* declares, each on a line."""
    yield f"from psp.runtime.parts import Component as {PREFIX}Component"
    parameters = ", ".join(map(_as_parameter, page.parameters))
    for method, result in _RESULTS.items():
        name = stand_in(method, number)
        yield f"def {name}(_: str, /, *, {parameters}) -> {result}: ..."


def _as_parameter(parameter: Parameter) -> str:
    end = "" if parameter.required else " = ..."
    annotation = annotation_of(parameter)
    wanted = f"{PREFIX}Any" if annotation is None else ast.unparse(annotation)
    return f"{parameter.name}: {wanted}{end}"


def annotation_of(parameter: Parameter) -> ast.expr | None:
    """The type that *parameter* is declared with."""
    statement = ast.parse(parameter.code).body[0]
    return statement.annotation if isinstance(statement, ast.AnnAssign) else None
