"""Decides for each Expression how it is escaped."""

from __future__ import annotations

from ..options import PageOptions
from .nodes import Escape, Expression, Include, Node, Page


def choose_escaping(page: Page) -> Page:
    """The page with the choice written on each of its expressions.

    In the psp dialect ``<%= %>`` is escaped as HTML, unless the place it stands in
    turns out to want more (contexts.py), and None writes nothing; in
    mod_python's everything is ``str`` of itself. ``<%== %>`` is never escaped.
    """
    return page._replace(nodes=_chosen(page.nodes, page.options))


def _chosen(nodes: tuple[Node, ...], options: PageOptions) -> tuple[Node, ...]:
    plain = Escape.STR if options.dialect == "mod_python" else Escape.PLAIN
    escaped = Escape.HTML if options.escape != "none" else plain
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Expression):
            escape = plain if node.raw else escaped
            if node.escape is not escape:
                node = node._replace(escape=escape)
        elif isinstance(node, Include):
            node = node._replace(nodes=_chosen(node.nodes, options))
        result.append(node)
    return tuple(result)
