"""``psp shadow``: an old site and its new pages, asked the same and compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote_to_bytes

import click

from ..doctor.links import crawl
from ..doctor.visitor import Reply, Visitor
from ..settings import Settings
from ..shadow.asked import Asked, read_requests
from ..shadow.differences import differences
from ..testing import Client
from .site import FOLDER, fail, load_site, site_options

Ask = Callable[[Asked], Reply]

_FORM = ("Content-Type", "application/x-www-form-urlencoded")


@click.command
@click.argument("old_url")
@click.argument("root", type=FOLDER, required=False)
@click.option(
    "--requests",
    type=click.File(encoding="utf-8", errors="replace"),
    help="What to ask: lines METHOD PATH [FORM], or an access log.",
)
@click.option(
    "--ignore", multiple=True, help="Regular expression of what may differ; repeatable."
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Pages that are asked for when links are followed.",
)
@site_options
def command(
    old_url: str,
    root: str | None,
    requests: Iterable[str] | None,
    ignore: tuple[str, ...],
    most: int,
    dialect: str | None,
    config: str | None,
) -> None:
    """Compare the site at OLD_URL with the pages below ROOT.

    Both are asked the same, the pages in this process: what --requests names, or where
    links of the old site lead. Status, headers and HTML are compared, and the exit code
    is 1 where they differ.
    """
    settings = load_site(config, root, dialect=dialect)
    try:
        visitor = Visitor(old_url)
        ignored = [re.compile(pattern) for pattern in ignore]
    except (ValueError, re.error) as error:
        raise click.UsageError(str(error)) from None
    old, new = _asks_old(visitor), _asks_new(settings, visitor)
    origin = f"{visitor.scheme}://{visitor.netloc}"
    count = differing = 0
    try:
        for asked, was in _answers(visitor, old, requests, most):
            found = list(differences(was, new(asked), origin, ignored))
            count, differing = count + 1, differing + bool(found)
            if found:
                click.echo(f"{asked.method} {asked.path}")
            for line in found:
                click.echo(f"    {line}")
    except ValueError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{old_url}: {error}")
    click.echo(f"{count} requests, {differing} differ")
    if differing:
        raise click.exceptions.Exit(1)


def _answers(
    visitor: Visitor, old: Ask, requests: Iterable[str] | None, most: int
) -> Iterator[tuple[Asked, Reply]]:
    """What is asked, and what the old site answers to it."""
    if requests is not None:
        for asked in read_requests(requests):
            yield asked, old(asked)
        return
    replies: dict[str, Reply] = {}

    def get(path: str) -> Reply:
        if path not in replies:
            replies[path] = old(Asked("GET", path))
        return replies[path]

    for path in crawl(visitor, get, most, queries=True):
        yield Asked("GET", path), get(path)


def _asks_old(visitor: Visitor) -> Ask:
    def ask(asked: Asked) -> Reply:
        body = asked.body.encode()
        headers = [_FORM, ("Content-Length", str(len(body)))] if body else []
        return visitor.ask(asked.method, asked.path, headers, body)

    return ask


def _asks_new(settings: Settings, visitor: Visitor) -> Ask:
    client = Client(settings=settings, raises=False, use_cookies=False)
    origin = f"{visitor.scheme}://{visitor.netloc}/"

    def ask(asked: Asked) -> Reply:
        headers = [_FORM] if asked.body else []
        path, _, query = asked.path.partition("?")
        with client.open(
            method=asked.method,
            base_url=origin,
            headers=headers,
            data=asked.body.encode() or None,
            environ_overrides={  # two slashes would begin the name of a host
                "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
                "QUERY_STRING": query,
                "REQUEST_URI": asked.path,
                "RAW_URI": asked.path,
            },
        ) as response:
            return Reply(
                response.status_code, list(response.headers), response.get_data()
            )

    return ask
