"""``psp show``: what a stage of the compiler makes of a page."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

import click

from ..compiler.codegen import Tree, Unit, build_tree
from ..compiler.declarations import build_declarations, declared_names
from ..compiler.nodes import Include, Node, Page
from ..compiler.pipeline import read_page
from ..compiler.skeleton import build_skeleton
from ..errors import PspError
from ..lexer.lexer import tokenize
from ..source import Source
from .pages import Site
from .report import report_error
from .site import FOLDER, load_site, locate, site_options


def _stage(
    name: str, what: str
) -> Callable[[click.decorators.FC], click.decorators.FC]:
    return click.option(
        f"--{name}", "stage", flag_value=name, default="python", help=what
    )


@click.command
@click.argument("page")
@_stage("tokens", "The pieces that the lexer finds.")
@_stage("nodes", "Texts, expressions and scriptlets, includes in place.")
@_stage("skeleton", "The scriptlets as Python, with holes for the rest.")
@_stage("python", "The Python that runs.  [default]")
@_stage("tier", "How the page runs: local names, global names, module code.")
@click.option("--root", type=FOLDER, help="The folder that absolute includes mean.")
@site_options
def command(
    page: str, stage: str, root: str | None, dialect: str | None, config: str | None
) -> None:
    """Show what the compiler makes of the file PAGE."""
    settings = load_site(config, root, dialect=dialect)
    root, name = locate(page, root, settings)
    site = Site(root, settings.page_options)
    try:
        lines = list(_show(site, name, stage))
    except PspError as error:
        click.echo(report_error(error), err=True)
        raise click.exceptions.Exit(1) from None
    click.echo("\n".join(lines))


def _show(site: Site, name: str, stage: str) -> Iterator[str]:
    """The lines that show *stage* of the page *name*."""
    source = site.loader.load(name)
    if stage == "tokens":
        for token in tokenize(source):
            yield f"{_place(source, token.span.start)} {token.type.name} {token.text!r}"
        return
    page = read_page(source, site.resolver(name), site.options)
    if stage == "nodes":
        yield from _nodes(source, page.nodes, "")
    elif stage == "skeleton":
        yield build_skeleton(page).text.rstrip("\n")
    elif stage == "tier":
        tree = _tree(page)
        yield tree.tier
        yield from (f"  {reason}" for reason in dict.fromkeys(tree.reasons))
    else:
        yield from _python(page)


def _place(source: Source, offset: int) -> str:
    line, column = source.position(offset)
    return f"{line}:{column}"


def _nodes(source: Source, nodes: Iterable[Node], indent: str) -> Iterator[str]:
    """A line for each node; those of an included file further in."""
    for node in nodes:
        place = f"{indent}{_place(source, node.span.start)}"
        if isinstance(node, Include):
            yield f"{place} Include {node.source.filename!r}"
            yield from _nodes(node.source, node.nodes, indent + "  ")
        else:
            names = (name for name in node.__match_args__ if name != "span")
            shown = "".join(f" {name}={getattr(node, name)!r}" for name in names)
            yield f"{place} {type(node).__name__}{shown}"


def _python(page: Page) -> Iterator[str]:
    """The modules of *page* as text: declarations, fragments, the page itself."""
    tree = _tree(page)
    for unit in build_declarations(page):
        yield from _unit("declarations", unit)
    for number, unit in enumerate(tree.fragments):
        yield from _unit(f"fragment {number}", unit)
    yield from _unit(f"page, tier {tree.tier}", tree.page)


def _tree(page: Page) -> Tree:
    declared = declared_names(build_declarations(page))
    return build_tree(build_skeleton(page), page, declared)


def _unit(what: str, unit: Unit) -> Iterator[str]:
    yield f"# {unit.source.filename}: {what}"
    yield ast.unparse(unit.module)
