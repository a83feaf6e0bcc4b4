"""Other pages that a page calls: whether they are there, and given what they want."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from ..compiler.lint import place_in_page
from ..compiler.nodes import Page, notice
from ..compiler.pipeline import build_skeleton, read_page
from ..compiler.skeleton import Skeleton
from ..engine import candidates
from ..errors import PageSyntaxError, ParameterError, PspError
from ..page import Notice
from ..runtime.parameters import check_names
from ..source import Span
from .pages import Site

_DEPTH = 50  # of layouts around layouts, before a circle is assumed


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
                called = _read(site, page.source.name, file)
                problem = _misgiven(called, node.keywords) if called else ""
                if problem:
                    yield _at(node, skeleton, problem)


def unplaced_sections(site: Site, page: Page, skeleton: Skeleton) -> Iterator[Notice]:
    """Parts that *page* fills and none of its layouts places."""
    layout = page.options.layout
    if layout is None:
        return
    placed = _placed_by_layouts(site, page)
    if placed is None:
        return
    for node in _filled(skeleton.tree.body):
        name = _constant_name(node)
        if name is not None and name not in placed:
            known = ", ".join(map(repr, sorted(placed))) or "none"
            message = f"layout {layout!r} places no section {name!r}: it has {known}"
            yield _at(node, skeleton, message)


def _at(node: ast.expr, skeleton: Skeleton, message: str) -> Notice:
    lines = skeleton.text.split("\n")
    source, at = place_in_page(node, skeleton, lines)
    return notice(source, Span(at, at + 1), message)


def _read(site: Site, page: str, file: str) -> Page | None:
    """The page that *page* calls *file*; None where another check complains of it."""
    name = candidates(file, page, page, site.options.dialect)[0]
    try:
        return read_page(site.loader.load(name), site.resolver(name), site.options)
    except (PspError, OSError):
        return None


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


def _placed_by_layouts(site: Site, page: Page) -> set[str] | None:
    """The sections that the layouts of *page* place; None if that cannot be told."""
    placed: set[str] = set()
    for _ in range(_DEPTH):
        layout = page.options.layout
        if layout is None:
            return placed
        found = _read(site, page.source.name, layout)
        if found is None:
            return None
        page = found
        try:
            tree = build_skeleton(page).tree
        except PageSyntaxError:
            return None
        for node in ast.walk(tree):
            if _calls(node, "section"):
                name = _constant_name(node)
                if name is None:
                    return None
                placed.add(name)
    return None


def _filled(body: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """Calls whose ``with`` fills a part of the layout, those of components left out."""
    for node in body:
        if isinstance(node, ast.With):
            calls = [item.context_expr for item in node.items]
            if any(_calls(call, "component") for call in calls):
                continue
            fills = (call for call in calls if _calls(call, "section", "push"))
            yield from fills
        yield from _filled(ast.iter_child_nodes(node))


def _calls(node: ast.AST, *methods: str) -> bool:
    """Whether *node* calls one of the *methods* of ``psp``."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="psp"), attr=attr)):
            return attr in methods
    return False


def _constant_name(node: ast.AST) -> str | None:
    match node:
        case ast.Call(args=[ast.Constant(value=str(name)), *_]):
            return name
    return None
