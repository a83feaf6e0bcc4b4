"""The module that a page is for mypy: its Python, with what it is given declared."""

from __future__ import annotations

import ast
import re
import typing
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..abi import PREFIX
from ..compiler.declarations import declaration_texts
from ..compiler.nodes import Page
from ..compiler.skeleton import Skeleton
from ..compiler.unbound import is_opaque, read_names
from ..compiler.writer import Origin, SkeletonWriter
from .calls import Call, annotation_of, signatures, stand_in

SITE = f"{PREFIX}site"  # the module of what the pages of a site have in common
#: Where an expression of a page begins, in a line of the module.
_HOLE = re.compile(rf"{PREFIX}\d+\(\s*\Z")
_GIVEN = frozenset(("psp", "req", "form", "session", "_", "ngettext"))


class Module(NamedTuple):
    """The text of a module, and for each of its lines where that comes from."""

    lines: list[str]
    origins: list[Origin | None]
    is_opaque: bool  # whether there may be names that nobody sees

    @property
    def text(self) -> str:
        """The whole module."""
        return "\n".join(self.lines) + "\n"

    def locate(self, line: int, column: int) -> tuple[str, int, int] | None:
        """File, line and column of what stands there; None for what is of no page.

        *line* and what is given count from 1, *column* from 0 and in bytes.
        """
        origin = self.origins[line - 1] if line <= len(self.origins) else None
        if origin is None:
            return None
        before = self.lines[line - 1].encode()[:column].decode(errors="replace")
        at = origin.start + max(len(before) - origin.prefix, 0)
        return origin.source.filename, *origin.source.position(at)

    def is_written(self, line: int, column: int) -> bool:
        """Whether what stands there is the whole of an expression that is written."""
        before = self.lines[line - 1].encode()[:column].decode(errors="replace")
        return _HOLE.search(before) is not None


def module_name(number: int) -> str:
    """The name of the module of page *number*."""
    return f"{PREFIX}page{number}"


def build_module(
    page: Page, skeleton: Skeleton, found: list[Call], numbers: Mapping[str, int]
) -> Module:
    """The module of *page*, which makes the calls *found*.

    *numbers* are those of the pages, by name.
    """
    module = Module([], [], is_opaque(page, skeleton))
    mine = numbers[page.source.name]
    others = {numbers[call.page.source.name] for call in found} - {mine}
    _add(module, _header(page, skeleton, others, module.is_opaque))
    for writer in declaration_texts(page):
        _copy(module, writer)
    _copy(module, _required(page))
    if page.parameters:
        _add(module, signatures(page, mine))
    lines = skeleton.text.removesuffix("\n").split("\n")
    for call in found:
        node, number = call.node, numbers[call.page.source.name]
        lines[node.lineno - 1] = _replaced(lines[node.lineno - 1], node, number)
    module.lines.extend(lines)
    module.origins.extend(skeleton.origins)
    return module


def _header(
    page: Page, skeleton: Skeleton, others: set[int], is_opaque: bool
) -> Iterator[str]:
    """What the page does not say itself, because it needs not."""
    yield "from __future__ import annotations"
    yield f"from typing import Any as {PREFIX}Any"
    declared = {one.name for one in page.parameters}
    names = read_names(page, skeleton) - declared
    given = sorted(names & _GIVEN)
    if given:
        yield f"from {SITE} import {', '.join(given)}"
    if not (page.parameters or is_opaque):
        yield from (f"{name}: {PREFIX}Any" for name in sorted(names - _GIVEN))
    typed = sorted(_annotation_names(page) & set(typing.__all__))
    if typed:
        yield f"from typing import {', '.join(typed)}"
    yield from (f"{PREFIX}{n}: {PREFIX}Any" for n in range(len(skeleton.holes)))
    for number in sorted(others):
        alike = ", ".join(
            stand_in(method, number) for method in ("include", "component")
        )
        yield f"from {module_name(number)} import {alike}"


def _annotation_names(page: Page) -> set[str]:
    """The names that the types of parameters are made of."""
    found = (annotation_of(parameter) for parameter in page.parameters)
    return {
        node.id
        for annotation in found
        if annotation is not None
        for node in ast.walk(annotation)
        if isinstance(node, ast.Name)
    }


def _required(page: Page) -> SkeletonWriter:
    """The parameters without a default; the others are in the skeleton."""
    writer = SkeletonWriter(page.source)
    for one in page.parameters:
        if one.required:
            untyped = "" if annotation_of(one) else f": {PREFIX}Any"
            writer.write("", one.code, one.start, untyped)
    return writer


def _replaced(line: str, node: ast.Attribute, number: int) -> str:
    """*line* with the stand-in for a call's function, as wide as that."""
    data = line.encode()
    end = node.end_col_offset or 0
    name = stand_in(node.attr, number).encode().ljust(end - node.col_offset)
    return (data[: node.col_offset] + name + data[end:]).decode()


def _add(module: Module, lines: Iterator[str]) -> None:
    for line in lines:
        module.lines.append(line)
        module.origins.append(None)


def _copy(module: Module, writer: SkeletonWriter) -> None:
    module.lines.extend(writer.lines)
    module.origins.extend(writer.origins)
