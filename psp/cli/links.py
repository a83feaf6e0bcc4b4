"""Other pages that a page names and that are not there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..compiler.lint import place_in_page
from ..compiler.nodes import Directive, Page, notice
from ..compiler.parser import parse
from ..compiler.skeleton import Skeleton
from ..engine import candidates
from ..errors import PageNotFound
from ..lexer.lexer import tokenize
from ..page import Notice
from ..source import Source, Span
from .pages import Site


def missing_layout(site: Site, source: Source) -> Iterator[Notice]:
    """The layout of the page *source*, where it is not there."""
    for node in parse(source, tokenize(source)).nodes:
        if isinstance(node, Directive) and node.name == "layout":
            problem = _problem(site, source.name, node["file"])
            if problem:
                span = node.attributes["file"].span
                yield notice(source, span, f"layout {node['file']!r}: {problem}")


def missing_includes(site: Site, page: Page, skeleton: Skeleton) -> Iterator[Notice]:
    """What *page* includes at run time by a name written out that is not there."""
    lines = skeleton.text.split("\n")
    for node in ast.walk(skeleton.tree):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Name(id="psp"), attr="include" | "component"
                ),
                args=[ast.Constant(value=str(file)) as argument, *_],
            ):
                problem = _problem(site, page.source.name, file)
                if problem:
                    source, at = place_in_page(argument, skeleton, lines)
                    yield notice(source, Span(at, at + 1), problem)


def _problem(site: Site, page: str, file: str) -> str:
    """Why *page* cannot have the page that it calls *file*; empty if it can."""
    name = candidates(file, page, page, site.options.dialect)[0]
    try:
        site.loader.fingerprint(name)
    except PageNotFound as error:
        return str(error)
    return ""
