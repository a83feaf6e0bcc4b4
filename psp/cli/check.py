"""``psp check``: what is wrong with pages, one line each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import click

from ..compiler.contexts import doubtful_html
from ..compiler.elements import unclosed_elements
from ..compiler.includes import included_files
from ..compiler.lint import raw_outputs, trusted_outputs
from ..compiler.nodes import Page
from ..compiler.pipeline import build_skeleton, read_page
from ..compiler.unbound import unbound_names
from ..errors import PageSyntaxError
from ..page import Notice
from ..settings import Settings
from ..types.check import type_errors
from ..types.mypy import MypyError
from .calls import unplaced_sections, wrong_calls
from .layouts import layouts_of, read_called
from .links import missing_includes, missing_layout
from .pages import Outcome, Site, compile_pages, failures
from .report import short_path
from .site import find_pages, is_inside, load_site, locate, page_name, site_options


@click.command
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option(
    "--raw", is_flag=True, help="List what is written unescaped, and nothing else."
)
@click.option("--types", is_flag=True, help="Have mypy check the Python of the pages.")
@site_options
def command(
    paths: tuple[str, ...],
    raw: bool,
    types: bool,
    dialect: str | None,
    config: str | None,
) -> None:
    """Check pages without running them.

    PATHS are pages and folders of pages; without them it is the document_root of
    psp.toml that is checked, or this folder. Errors end with exit code 1, warnings
    and notes do not.
    """
    settings = load_site(config, None, dialect=dialect)
    errors: set[Notice] = set()
    others: set[Notice] = set()
    for root, names in _by_root(paths or (settings.document_root,), settings).items():
        site = Site(root, settings.page_options)
        outcomes = list(compile_pages(site, names))
        errors.update(_error(one.error) for one in failures(outcomes) if one.error)
        pages = [(_read(site, one.name), one) for one in outcomes if one.error is None]
        if raw:
            others.update(found for page, _ in pages for found in _raw(page))
            continue
        whole = _seen_in_others(site, pages, outcomes)
        for page, one in pages:
            errors.update(missing_layout(site, page.source))
            errors.update(wrong_calls(site, page, build_skeleton(page)))
            others.update(_remarks(site, page, one.notices))
            if one.name not in whole:
                others.update(_html(site, page))
        if types:
            wrong, notes = _types(site, [page for page, _ in pages])
            errors.update(wrong)
            others.update(notes)
    for filename, line, column, message in sorted(errors | others):
        click.echo(f"{short_path(filename)}:{line}:{column}: {message}")
    if errors:
        raise click.exceptions.Exit(1)


def _by_root(paths: Iterable[str], settings: Settings) -> dict[str, list[str]]:
    """The names of the pages at *paths*, by the root they belong to."""
    names: dict[str, dict[str, None]] = {}
    for path in paths:
        for root, name in _pages(path, settings):
            names.setdefault(root, {})[name] = None
    return {root: list(found) for root, found in names.items()}


def _pages(path: str, settings: Settings) -> Iterator[tuple[str, str]]:
    """The root and the name of each page at *path*; a folder outside is a root."""
    if not os.path.isdir(path):
        yield locate(path, None, settings)
        return
    root = settings.document_root
    root = root if is_inside(path, root) else os.path.abspath(path)
    for page in find_pages(path, settings.extensions):
        yield root, page_name(page, root)


def _error(error: PageSyntaxError) -> Notice:
    filename = error.filename or "?"
    return Notice(filename, error.lineno or 1, error.offset or 1, error.msg)


def _read(site: Site, name: str) -> Page:
    source = site.loader.load(name)
    return read_page(source, site.resolver(name), site.options)


def _remarks(site: Site, page: Page, notices: Iterable[Notice]) -> Iterator[Notice]:
    """Warnings and notes about *page*, beside the *notices* of the compiler."""
    skeleton = build_skeleton(page)
    warnings = [
        *notices,
        *unbound_names(page, skeleton),
        *missing_includes(site, page, skeleton),
        *unplaced_sections(site, page, skeleton),
    ]
    for notice in warnings:
        yield _warning(notice)
    for notice in raw_outputs(page):
        yield notice._replace(message=f"note: {notice.message}")


def _warning(notice: Notice) -> Notice:
    return notice._replace(message=f"warning: {notice.message}")


def _html(site: Site, page: Page) -> Iterator[Notice]:
    """What is doubtful in the HTML of *page* with its layouts."""
    if page.options.escape == "none":
        return
    skeleton = build_skeleton(page)
    doubtful = doubtful_html(skeleton)
    if doubtful:
        yield _warning(doubtful)
        return
    layouts = layouts_of(site, page)
    if layouts is not None:
        around = [build_skeleton(layout) for layout in layouts]
        yield from map(_warning, unclosed_elements(skeleton, around))


def _seen_in_others(
    site: Site, pages: Iterable[tuple[Page, Outcome]], outcomes: Iterable[Outcome]
) -> frozenset[str]:
    """The pages whose HTML is looked at in others: their parts and their layouts."""
    parts = {part for one in outcomes for part in one.parts}
    for page, _ in pages:
        parts.update(layout.source.name for layout in layouts_of(site, page) or ())
    return frozenset(parts)


def _types(site: Site, pages: list[Page]) -> tuple[list[Notice], list[Notice]]:
    """What mypy says of *pages*; parts are looked at in those that they are part of."""
    parts = {name for page in pages for name in included_files(page.nodes)}

    def find(page: Page, file: str) -> Page | None:
        return read_called(site, page.source.name, file)

    try:
        whole = [page for page in pages if page.source.name not in parts]
        return type_errors(whole, find, [os.getcwd(), site.root])
    except MypyError as error:
        click.echo(f"Error: {error}", err=True)
        raise click.exceptions.Exit(2) from None


def _raw(page: Page) -> Iterator[Notice]:
    """Everything in *page* that steps around escaping."""
    yield from raw_outputs(page)
    yield from trusted_outputs(page, build_skeleton(page))
