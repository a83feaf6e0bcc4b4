"""What every command needs to know of a site: its settings, its folder, its pages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar

import click

from ..errors import SettingsError
from ..options import DIALECTS
from ..settings import FILE_VARIABLE, Settings, load_settings

F = TypeVar("F", bound=Callable[..., Any])

SETTINGS_FILE = "psp.toml"
FOLDER = click.Path(exists=True, file_okay=False)
FILE = click.Path(exists=True, dir_okay=False)


def site_options(function: F) -> F:
    """The options ``--config`` and ``--dialect``, the same for every command."""
    config = click.option(
        "--config",
        type=FILE,
        envvar=FILE_VARIABLE,
        help=f"Settings file; without it {SETTINGS_FILE} of this folder, if any.",
    )
    dialect = click.option(
        "--dialect",
        type=click.Choice(list(DIALECTS)),
        help="The set of defaults that pages are written for.",
    )
    return config(dialect(function))


def load_site(config: str | None, root: str | None, **options: object) -> Settings:
    """The settings with *options* that are not None on top; ends the command if bad."""
    if config is None and os.path.exists(SETTINGS_FILE):
        config = SETTINGS_FILE
    options["document_root"] = root
    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = load_settings(config, options=given)
    except SettingsError as error:
        fail(str(error))
    check_folder(settings.document_root, "document_root ")
    return settings


def check_folder(folder: str, what: str = "") -> None:
    """Ends the command with one line on *what* unless *folder* can be listed."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        fail(f"{what}{folder}: {error.strerror}")


def fail(message: str) -> NoReturn:
    """Ends the command with exit code 1 and *message* on one line."""
    raise click.ClickException(message)


def locate(page: str, root: str | None, settings: Settings) -> tuple[str, str]:
    """The root that the file *page* belongs to, and its name there.

    Without *root* it is the document root where that holds the page, or else the
    page's own folder. Ends the command where there is no such file.
    """
    if root is not None and not os.path.isfile(page):
        page = os.path.join(root, page)
    if not os.path.isfile(page):
        raise click.UsageError(f"there is no file {page!r}")
    if root is None:
        root = settings.document_root
        root = root if is_inside(page, root) else os.path.dirname(page)
    if not is_inside(page, root):
        raise click.UsageError(f"{page!r} is not below {root!r}")
    root = os.path.abspath(root)
    return root, page_name(page, root)


def page_name(page: str, root: str) -> str:
    """The name that loaders of *root* know the file *page* by."""
    return os.path.relpath(page, root).replace(os.sep, "/")


def is_inside(page: str, root: str) -> bool:
    """Whether the file *page* lies below the folder *root*."""
    page, root = os.path.abspath(page), os.path.abspath(root)
    return os.path.commonpath((page, root)) == root


def find_pages(root: str, extensions: tuple[str, ...]) -> Iterator[str]:
    """The paths of all pages below *root*, hidden folders left out, in order."""
    for folder, folders, files in os.walk(root, onerror=_cannot_list):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(extensions) and not name.startswith("."):
                yield os.path.join(folder, name)


def _cannot_list(error: OSError) -> NoReturn:
    fail(f"{error.filename}: {error.strerror}")
