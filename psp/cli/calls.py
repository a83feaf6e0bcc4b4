"""Other pages that a page calls: whether they are there, and given what they want."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from ..compiler.lint import place_in_page
from ..compiler.nodes import Page, notice
from ..compiler.pipeline import build_skeleton
from ..compiler.skeleton import Skeleton
from ..errors import PageSyntaxError, ParameterError
from ..page import Notice
from ..runtime.parameters import check_names
from ..source import Span
from .layouts import layouts_of, read_called
from .pages import Site

_UNKNOWN = ""  # a component whose name is computed


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
                    yield _at(node, skeleton, problem)


def unplaced_sections(site: Site, page: Page, skeleton: Skeleton) -> Iterator[Notice]:
    """Parts that *page* fills and none of its layouts, or the component, places."""
    own = page.options.layout
    layouts = layouts_of(site, page)
    placed = {own: _placed_by(layouts) if layouts else None}
    for node, component in _filled(skeleton.tree.body, None):
        file = own if component is None else component
        if component is not None and file not in placed:
            placed[file] = _placed_by_component(site, page, component)
        name, known = _constant_name(node), placed[file]
        if name is not None and known is not None and name not in known:
            what = "layout" if component is None else "component"
            has = ", ".join(map(repr, sorted(known))) or "none"
            message = f"{what} {file!r} places no section {name!r}: it has {has}"
            yield _at(node, skeleton, message)


def _at(node: ast.expr, skeleton: Skeleton, message: str) -> Notice:
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


def _placed_by(layouts: list[Page]) -> set[str] | None:
    """The sections that *layouts* place; None if that cannot be told."""
    placed: set[str] = set()
    for page in layouts:
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
    return placed


def _placed_by_component(site: Site, page: Page, file: str) -> set[str] | None:
    """The sections that the component which *page* calls *file* places."""
    called = read_called(site, page.source.name, file)
    layouts = None if called is None else layouts_of(site, called)
    if called is None or layouts is None:
        return None
    return _placed_by([called, *layouts])


def _filled(
    body: Iterable[ast.AST], component: str | None
) -> Iterator[tuple[ast.expr, str | None]]:
    """Calls whose ``with`` fills a part, each with the component whose part it is.

    That is None for the layout's. Components whose name is not written out are left
    out.
    """
    for node in body:
        inner = component
        if isinstance(node, ast.With):
            for call in [item.context_expr for item in node.items]:
                if _calls(call, "push"):
                    yield call, None
                elif _calls(call, "section") and inner != _UNKNOWN:
                    yield call, inner
                elif _calls(call, "component"):
                    inner = _constant_name(call) or _UNKNOWN
        yield from _filled(ast.iter_child_nodes(node), inner)


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
