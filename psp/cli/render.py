"""``psp render``: one page, without a web, to standard output."""

from __future__ import annotations

import json
import keyword
from typing import Any

import click

from .report import report_error
from .site import FOLDER, load_site, locate, site_options


def _variables(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, Any]:
    """The names that ``--var`` gives, each a text."""
    names: dict[str, Any] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{value!r} is not of the form NAME=VALUE.")
        names[_checked_name(name)] = text
    return names


def _json(
    context: click.Context, parameter: click.Parameter, path: str | None
) -> dict[str, Any]:
    """The names in a JSON file, each of the type it has there."""
    if path is None:
        return {}
    try:
        with click.open_file(path, "rb") as file:
            names = json.load(file)
    except json.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise click.BadParameter(f"{place}: {error.msg}") from None
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise click.BadParameter(f"{path}: {error}") from None
    if not isinstance(names, dict):
        raise click.BadParameter(f"{path}: the file must hold an object.")
    return {_checked_name(name): value for name, value in names.items()}


def _checked_name(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise click.BadParameter(f"{name!r} is not a name that Python allows.")
    return name


@click.command
@click.argument("page")
@click.option(
    "--var",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_variables,
    help="A name for the page, its value a text; may be given several times.",
)
@click.option(
    "--json",
    "values",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    callback=_json,
    help="A file with an object of names and values; - is standard input.",
)
@click.option("--root", type=FOLDER, help="The folder that absolute includes mean.")
@site_options
def command(
    page: str,
    variables: dict[str, Any],
    values: dict[str, Any],
    root: str | None,
    dialect: str | None,
    config: str | None,
) -> None:
    """Write what the file PAGE gives to the output."""
    from .pages import Site

    settings = load_site(config, root, dialect=dialect)
    root, name = locate(page, root, settings)
    engine = Site(root, settings.page_options).engine()
    try:
        text = engine.render(name, **(values | variables))
        data = text.encode("utf-8", "surrogateescape")
    except Exception as error:
        click.echo(report_error(error), err=True)
        raise click.exceptions.Exit(1) from None
    click.echo(data, nl=False)
