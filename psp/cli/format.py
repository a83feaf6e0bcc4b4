"""``psp format``: pages with their tags, and the Python in them, written one way."""

from __future__ import annotations

import os
from difflib import unified_diff

import click

from ..errors import PageSyntaxError
from ..format.formatters import Formatter, find_formatter
from ..format.page import format_page
from ..settings import Settings
from ..source import Source
from .report import report_error, short_path
from .site import fail, find_pages, load_site, site_options


@click.command
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 if it would.")
@click.option("--diff", is_flag=True, help="The same, and show what it would change.")
@site_options
def command(
    paths: tuple[str, ...],
    check: bool,
    diff: bool,
    dialect: str | None,
    config: str | None,
) -> None:
    """Write tags and the Python in them one way.

    One blank inside the marks, double quotes in directives, Python as ruff or black
    has it, if one of them is installed; what a page writes does not change. PATHS are
    pages and folders of pages; without them it is the document_root of psp.toml, or
    this folder. Pages that change are named.
    """
    settings = load_site(config, None, dialect=dialect)
    formatter = find_formatter()
    changed = broken = False
    for path in _pages(paths or (settings.document_root,), settings):
        try:
            before, after = _formatted(path, settings, formatter)
        except PageSyntaxError as error:
            broken = True
            click.echo(report_error(error), err=True)
            continue
        if before != after:
            changed = True
            click.echo(_diff(path, before, after) if diff else short_path(path))
            if not (check or diff):
                _replace(path, after.encode(settings.encoding))
    if broken or (check or diff) and changed:
        raise click.exceptions.Exit(1)


def _pages(paths: tuple[str, ...], settings: Settings) -> list[str]:
    found: dict[str, None] = {}
    for path in paths:
        pages = find_pages(path, settings.extensions) if os.path.isdir(path) else [path]
        found.update(dict.fromkeys(map(os.path.abspath, pages)))
    return list(found)


def _formatted(
    path: str, settings: Settings, formatter: Formatter | None
) -> tuple[str, str]:
    """The text of the page *path*, and what it should be."""
    try:
        with open(path, encoding=settings.encoding, newline="") as file:
            text = file.read()
    except (OSError, UnicodeError) as error:
        fail(f"{short_path(path)}: {error}")
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace(ends, "\n")
    if "\r" in lines or (ends == "\r\n" and lines.count("\n") != text.count(ends)):
        fail(f"{short_path(path)}: its line ends differ from line to line")
    formatted = format_page(Source(lines, path), settings.page_options, formatter)
    return text, formatted.replace("\n", ends)


def _diff(path: str, before: str, after: str) -> str:
    """What changes in *path*, as a unified diff."""
    name = short_path(path)
    old, new = (text.removesuffix("\n").split("\n") for text in (before, after))
    lines = unified_diff(old, new, name, name, n=2, lineterm="")
    return "\n".join(lines)


def _replace(path: str, data: bytes) -> None:
    """Put *data* in the place of the file *path*, which is whole at any time."""
    path = os.path.realpath(path)
    fresh = f"{path}.{os.getpid()}.tmp"
    try:
        with open(fresh, "xb") as file:
            os.fchmod(file.fileno(), os.stat(path).st_mode)
            file.write(data)
        os.replace(fresh, path)
    except OSError as error:
        if os.path.exists(fresh):
            os.unlink(fresh)
        fail(f"{short_path(path)}: {error.strerror}")
