"""Parts that a page fills, and who places them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from ..compiler.nodes import Page
from ..compiler.pipeline import build_skeleton
from ..compiler.skeleton import Skeleton
from ..page import Notice
from .calls import at_call
from .layouts import layouts_of, read_called
from .pages import Site

_UNKNOWN = ""  # a component whose name is computed


def unplaced_sections(
    site: Site, page: Page, skeleton: Skeleton, is_part: bool
) -> Iterator[Notice]:
    """Parts that *page* fills and nobody places: no layout, no component, not itself.

    What *is_part* of other pages may fill those of their layouts.
    """
    own = page.options.layout
    layouts = layouts_of(site, page)
    placed: dict[str | None, set[str] | None] = {None: None}
    if layouts is not None and not (own is None and is_part):
        placed[None] = _placed_by([page, *layouts])
    for node, component in _filled(skeleton.tree.body, None):
        if component is None and own is None and _calls(node, "push"):
            continue  # for the layout of whoever includes the page
        if component not in placed:
            placed[component] = _placed_by_component(site, page, component)
        name, known = _constant_name(node), placed[component]
        if name is not None and known is not None and name not in known:
            yield at_call(node, skeleton, _message(name, known, component, own))


def _message(
    name: str, known: set[str], component: str | None, layout: str | None
) -> str:
    if component is None and layout is None:
        return f"nothing places section {name!r}: the page has no layout"
    what = f"layout {layout!r}" if component is None else f"component {component!r}"
    has = ", ".join(map(repr, sorted(known))) or "none"
    return f"{what} places no section {name!r}: it has {has}"


def _placed_by(pages: list[Page]) -> set[str] | None:
    """The sections that *pages* place; None if that cannot be told."""
    placed: set[str] = set()
    for page in pages:
        tree = build_skeleton(page).tree
        filled = {id(call) for call, _ in _filled(tree.body, None)}
        for node in ast.walk(tree):
            if _calls(node, "section") and id(node) not in filled:
                name = _constant_name(node)
                if name is None:
                    return None
                placed.add(name)
    return placed


def _placed_by_component(site: Site, page: Page, file: str | None) -> set[str] | None:
    """The sections that the component which *page* calls *file* places."""
    called = read_called(site, page.source.name, file) if file else None
    layouts = None if called is None else layouts_of(site, called)
    if called is None or layouts is None:
        return None
    return _placed_by([called, *layouts])


def _filled(
    body: Iterable[ast.AST], component: str | None
) -> Iterator[tuple[ast.expr, str | None]]:
    """Calls whose ``with`` fills a part, each with the component whose part it is.

    That is None for the layout's, and empty for one whose name is not written out.
    """
    for node in body:
        inner = component
        if isinstance(node, ast.With):
            for call in [item.context_expr for item in node.items]:
                if _calls(call, "push"):
                    yield call, None
                elif _calls(call, "section"):
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
