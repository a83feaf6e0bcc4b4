"""``psp check``: what is wrong with pages, one line each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

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
from .calls import wrong_calls
from .layouts import layouts_of, read_called
from .links import missing_includes, missing_layout
from .pages import Outcome, Site, compile_pages, failures
from .report import short_path
from .sections import unplaced_sections
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
    found = _Found(set(), set())
    for root, names in _by_root(paths or (settings.document_root,), settings).items():
        site = Site(root, settings.page_options)
        outcomes = list(compile_pages(site, names))
        found.errors.update(_error(o.error) for o in failures(outcomes) if o.error)
        pages = [(_read(site, one.name), one) for one in outcomes if one.error is None]
        if raw:
            found.others.update(notice for page, _ in pages for notice in _raw(page))
        else:
            _check(site, pages, types, found)
    for filename, line, column, message in sorted(found.errors | found.others):
        click.echo(f"{short_path(filename)}:{line}:{column}: {message}")
    if found.errors:
        raise click.exceptions.Exit(1)


class _Found(NamedTuple):
    """What there is to say: errors, and warnings and notes."""

    errors: set[Notice]
    others: set[Notice]


def _check(
    site: Site, pages: list[tuple[Page, Outcome]], types: bool, found: _Found
) -> None:
    """Find what is wrong with *pages*, which compile."""
    parts = {name for page, _ in pages for name in included_files(page.nodes)}
    layouts = _layouts(site, [page for page, _ in pages])
    for page, one in pages:
        found.errors.update(missing_layout(site, page.source))
        found.errors.update(wrong_calls(site, page, build_skeleton(page)))
        found.others.update(_remarks(site, page, one.notices, one.name in parts))
        if one.name not in parts | layouts:
            found.others.update(_html(site, page))
    if types:
        whole = [page for page, one in pages if one.name not in parts]
        wrong, notes = _types(site, whole)
        found.errors.update(wrong)
        found.others.update(notes)


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


def _remarks(
    site: Site, page: Page, notices: Iterable[Notice], is_part: bool
) -> Iterator[Notice]:
    """Warnings and notes about *page*, beside the *notices* of the compiler."""
    skeleton = build_skeleton(page)
    warnings = [
        *notices,
        *unbound_names(page, skeleton),
        *missing_includes(site, page, skeleton),
        *unplaced_sections(site, page, skeleton, is_part),
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


def _layouts(site: Site, pages: Iterable[Page]) -> set[str]:
    """The layouts of *pages*, whose HTML is looked at in these."""
    around = [layouts_of(site, page) or () for page in pages]
    return {layout.source.name for layouts in around for layout in layouts}


def _types(site: Site, pages: list[Page]) -> tuple[list[Notice], list[Notice]]:
    """What mypy says of *pages*."""

    def find(page: Page, file: str) -> Page | None:
        return read_called(site, page.source.name, file)

    try:
        return type_errors(pages, find, [os.getcwd(), site.root])
    except MypyError as error:
        click.echo(f"Error: {error}", err=True)
        raise click.exceptions.Exit(2) from None


def _raw(page: Page) -> Iterator[Notice]:
    """Everything in *page* that steps around escaping."""
    yield from raw_outputs(page)
    yield from trusted_outputs(page, build_skeleton(page))
