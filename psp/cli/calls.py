"""Other pages that a page calls: whether they are there, and given what they want."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..compiler.lint import place_in_page
from ..compiler.nodes import Page, notice
from ..compiler.skeleton import Skeleton
from ..errors import ParameterError
from ..page import Notice
from ..runtime.parameters import check_names
from ..source import Span
from .layouts import read_called
from .pages import Site


def wrong_calls(site: Site, page: Page, skeleton: Skeleton) -> Iterator[Notice]:
    """Includes and components that would be given what they do not declare, or not
    what they need.
    """
    for node in ast.walk(skeleton.tree):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Name(id="psp"), attr="include" | "component"
                ),
                args=[ast.Constant(value=str(file))],
            ):
                called = read_called(site, page.source.name, file)
                problem = _misgiven(called, node.keywords) if called else ""
                if problem:
                    yield at_call(node, skeleton, problem)


def at_call(node: ast.expr, skeleton: Skeleton, message: str) -> Notice:
    """*message* where *node* of *skeleton* stands."""
    lines = skeleton.text.split("\n")
    source, at = place_in_page(node, skeleton, lines)
    return notice(source, Span(at, at + 1), message)


def _misgiven(page: Page, keywords: list[ast.keyword]) -> str:
    """What is wrong with calling *page* with *keywords*."""
    parameters = page.options.parameters
    if not parameters:
        return ""
    names = [keyword.arg for keyword in keywords if keyword.arg is not None]
    if len(names) < len(keywords):  # the rest may be in a mapping
        parameters = tuple((name, False) for name, _ in parameters)
    try:
        check_names(page.source.name, parameters, names)
    except ParameterError as error:
        return str(error)
    return ""
