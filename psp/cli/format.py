"""``psp format``: pages with their tags written one way."""

from __future__ import annotations

import os

import click

from ..compiler.formatting import format_page
from ..errors import PageSyntaxError
from ..settings import Settings
from ..source import Source
from .report import report_error, short_path
from .site import fail, find_pages, load_site, site_options


@click.command
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 if it would.")
@site_options
def command(
    paths: tuple[str, ...], check: bool, dialect: str | None, config: str | None
) -> None:
    """Write the tags of pages one way.

    One blank inside the marks, double quotes in directives; what a page writes does
    not change. PATHS are pages and folders of pages; without them it is the
    document_root of psp.toml, or this folder. Pages that change are named.
    """
    settings = load_site(config, None, dialect=dialect)
    changed = broken = False
    for path in _pages(paths or (settings.document_root,), settings):
        try:
            if _format(path, settings.encoding, check):
                changed = True
                click.echo(short_path(path))
        except PageSyntaxError as error:
            broken = True
            click.echo(report_error(error), err=True)
    if broken or check and changed:
        raise click.exceptions.Exit(1)


def _pages(paths: tuple[str, ...], settings: Settings) -> list[str]:
    found: dict[str, None] = {}
    for path in paths:
        pages = find_pages(path, settings.extensions) if os.path.isdir(path) else [path]
        found.update(dict.fromkeys(map(os.path.abspath, pages)))
    return list(found)


def _format(path: str, encoding: str, check: bool) -> bool:
    """Whether the page *path* changes; unless it is to *check*, it is changed."""
    try:
        with open(path, encoding=encoding, newline="") as file:
            text = file.read()
    except (OSError, UnicodeError) as error:
        fail(f"{short_path(path)}: {error}")
    ends = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace(ends, "\n")
    if "\r" in lines or (ends == "\r\n" and lines.count("\n") != text.count(ends)):
        fail(f"{short_path(path)}: its line ends differ from line to line")
    formatted = format_page(Source(lines, path)).replace("\n", ends)
    if formatted == text:
        return False
    if not check:
        _replace(path, formatted.encode(encoding))
    return True


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
