"""Skeleton to ``ast.Module``: positions moved to the page, holes filled."""

from __future__ import annotations

import ast

from ..errors import PageSyntaxError
from ..light import NamedTuple
from ..options import PageOptions
from ..source import Source, Span
from . import emit
from .contexts import choose_escapers
from .filling import Filler
from .fragments import cut_fragments
from .freenames import Reads, page_reads
from .locality import local_names
from .nodes import Page
from .parameters import set_defaults
from .positions import Mover
from .scopes import PageScope, page_scope
from .skeleton import Skeleton
from .skips import make_skippable


class Unit(NamedTuple):
    """One module to compile: the page itself, or an included file of its own."""

    source: Source
    module: ast.Module


class Tree(NamedTuple):
    """What becomes the code objects of a page."""

    page: Unit
    fragments: list[Unit]
    tier: str
    reasons: list[str]  # why the tier is not the fastest
    spliced: tuple[str, ...]  # filenames of includes, where any shares a code object


def build_tree(
    skeleton: Skeleton, page: Page, declared: frozenset[str] = frozenset()
) -> Tree:
    """The modules of *page*; raises PageSyntaxError for what no page may say.

    *declared* are the names that its ``<%! %>`` bind.
    """
    body = skeleton.tree.body
    set_defaults(body, len(page.defaults))
    by_context = page.options.escape == "context"
    escapers = choose_escapers(skeleton) if by_context else {}
    fragments = cut_fragments(body, skeleton.holes, skeleton.sites)
    mover = Mover(skeleton.origins, skeleton.sites, {part.site for part in fragments})
    filler = Filler(skeleton, fragments, mover, page.options, escapers)
    bodies = [filler.fill(part) for part in (body, *(one.body for one in fragments))]
    filler.finish()
    scopes = [page_scope(part) for part in bodies]
    reasons = [reason for scope in scopes for reason in scope.reasons]
    tier = page.options.tier
    if tier != "module":
        tier = "module" if reasons else "function"
    _refuse(scopes[0], skeleton.source, page.options)
    layout = page.options.layout is not None
    reads: Reads | None = None
    if tier == "function":
        _choose_locals(bodies, scopes, layout)
    if tier == "function" and page.options.tier == "auto":
        found = page_reads(bodies, scopes, declared)
        if isinstance(found, Reads):
            tier, reads = "local", found
        else:
            reasons = found
    if "psp.cache" in skeleton.text:
        for statements in bodies:
            make_skippable(statements)
    build = emit.module if tier == "module" else emit.function
    units: list[Unit] = []
    for number, part in enumerate(fragments, 1):
        source = skeleton.sites[part.site].node.source
        loads = None if reads is None else emit.loads(reads.given[number])
        module = build(bodies[number], scopes[number], layout, loads)
        units.append(Unit(source, module))
    loads = None if reads is None else [emit.guarded_loads(reads)]
    main = Unit(skeleton.source, build(bodies[0], scopes[0], layout, loads))
    files = tuple(site.node.source.filename for site in skeleton.sites)
    spliced = files if len(fragments) < len(files) else ()
    return Tree(main, units, tier, reasons, spliced)


def _choose_locals(
    bodies: list[list[ast.stmt]], scopes: list[PageScope], has_layout: bool
) -> None:
    """Decide for each unit of a page which of its names are local variables."""
    for body, scope in zip(bodies, scopes, strict=True):
        others = [other for other in bodies if other is not body]
        scope.local = local_names(body, scope, others, has_layout)


def _refuse(scope: PageScope, source: Source, options: PageOptions) -> None:
    """What would change its meaning inside a function, or has none in a page."""
    if scope.yields:
        raise _error(source, scope.yields[0], "'yield' outside function")
    if options.dialect == "mod_python":
        if scope.returns:
            raise _error(source, scope.returns[0], "'return' outside function")
        if scope.awaits:
            raise _error(source, scope.awaits[0], "'await' outside function")


def _error(source: Source, node: ast.AST, message: str) -> PageSyntaxError:
    line = getattr(node, "lineno", 1)
    column = getattr(node, "col_offset", 0)
    return error_at(source, line, column, message)


def error_at(source: Source, line: int, column: int, message: str) -> PageSyntaxError:
    """The error at a line (from 1) and a column (from 0, in bytes) of *source*."""
    before = source.line(line).encode("utf-8", "surrogatepass")[:column]
    starts = source.starts
    at = starts[min(line, len(starts)) - 1] + len(before.decode("utf-8", "ignore"))
    return PageSyntaxError.at(source, Span(at, at + 1), message)
