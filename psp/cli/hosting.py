"""``psp hosting``: the configuration of a host, filled in for a site."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from glob import glob
from typing import NamedTuple

import click

from ..settings import Settings
from .site import FOLDER, SETTINGS_FILE, load_site, site_options

_FENCE = re.compile(
    r"^```(sh|nginx|apache|lighttpd|file|toml) (\S+)\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_SERVERS = ("nginx", "apache", "lighttpd")
#: Recipes of web servers whose command is called otherwise.
_BEHIND = {"http": "serve", "jk": "ajp"}
_TITLES = {
    "sh": "Keep this command running",
    "file": "The file",
    "toml": "In the settings file",
}
_PORT = re.compile(r"\b8000\b")


class Recipe(NamedTuple):
    """A fence of the documentation: ``kind`` is its first word, ``name`` its second."""

    kind: str
    name: str
    text: str


def read_recipes() -> list[Recipe]:
    """The recipes of all hosts, as the documentation has them."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "hosting")
    recipes = []
    for file in sorted(glob(os.path.join(folder, "*.md"))):
        with open(file, encoding="utf-8") as page:
            recipes += [Recipe(*found) for found in _FENCE.findall(page.read())]
    return recipes


def host_names(recipes: list[Recipe]) -> list[str]:
    """What hosts are called: ``gunicorn``, or ``nginx-http`` for a web server."""
    servers = [f"{kind}-{name}" for kind, name, _ in recipes if kind in _SERVERS]
    return sorted(servers + [name for kind, name, _ in recipes if kind == "sh"])


def recipes_of(host: str, recipes: list[Recipe]) -> list[Recipe]:
    """The recipes that *host* is made of, with the files that they mention."""
    kind, _, name = host.partition("-")
    wanted = {("sh", host)}
    if kind in _SERVERS:
        wanted = {(kind, name), ("toml", name), ("sh", _BEHIND.get(name, name))}
    chosen = [one for one in recipes if one[:2] in wanted]
    for one in chosen:  # grows while files mention others
        chosen += [
            other
            for other in recipes
            if other not in chosen and other.kind == "file" and _mentions(one, other)
        ]
    return chosen


def _mentions(recipe: Recipe, file: Recipe) -> bool:
    module = re.escape(file.name.removesuffix(".py"))
    program = re.escape(os.path.basename(file.name))
    words = (
        rf"{re.escape(file.name)}(?![\w.])",
        rf"/-psp/{program}(?![\w.])",  # where CGI programs have their URL
        rf"\b{module}:|from {module} import",
    )
    return any(re.search(word, recipe.text) for word in words)


def fill_in(text: str, settings: Settings, config: str) -> str:
    """*text* with the folders, the settings file and the port of a site."""
    programs = os.path.dirname(os.path.abspath(sys.executable))
    for ours, theirs in (
        ("/srv/psp/bin", programs),
        ("/srv/site/htdocs", os.path.abspath(settings.document_root)),
        ("/srv/site/psp.toml", config),
        ("/srv/site", os.path.dirname(config)),
    ):
        text = text.replace(ours, theirs)
    return _PORT.sub(str(settings.server.port), text)


def _blocks(host: str, settings: Settings, config: str) -> Iterator[str]:
    for kind, name, text in recipes_of(host, read_recipes()):
        title = _TITLES.get(kind, kind)
        if kind == "file":
            title += " " + os.path.join(os.path.dirname(config), name)
        yield f"# {title}:\n\n{fill_in(text, settings, config)}"


@click.command
@click.argument("host", required=False)
@click.argument("root", type=FOLDER, required=False)
@site_options
def command(
    host: str | None, root: str | None, dialect: str | None, config: str | None
) -> None:
    """Print the configuration of HOST for the site at ROOT.

    Without HOST the hosts are listed. The paths are those of this site, the settings
    file is the one in use, or psp.toml of this folder, where it is to be written.
    """
    names = host_names(read_recipes())
    if host is None:
        click.echo("\n".join(names))
        return
    if host not in names:
        raise click.UsageError(f"no host {host!r}; psp hosting lists them")
    settings = load_site(config, root, dialect=dialect)
    file = os.path.abspath(config or SETTINGS_FILE)
    click.echo("\n".join(_blocks(host, settings, file)), nl=False)
