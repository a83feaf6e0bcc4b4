"""``psp serve``: a folder of pages on a port of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..adapters.preparing import set_up_logging, with_cache
from ..settings import Settings
from .serving import reason_of, stopped_by_signals
from .site import FOLDER, fail, load_site, site_options

if TYPE_CHECKING:
    from ..adapters.devserver import Server


@click.command
@click.argument("root", type=FOLDER, required=False)
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.  [default: 8000]",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Requests worked on at the same time.  [default: 4]",
)
@click.option(
    "--dev/--prod",
    "development",
    default=None,
    help="Show errors in the browser and log requests, or not.  [default: --prod]",
)
@site_options
def command(
    root: str | None,
    host: str | None,
    port: int | None,
    threads: int | None,
    development: bool | None,
    dialect: str | None,
    config: str | None,
) -> None:
    """Serve the pages and files below ROOT.

    Without ROOT it is the document_root of psp.toml that is served, or this folder.
    Compiled pages are kept in a cache folder of this user, unless cache_dir names
    another.
    """
    given = {"host": host, "port": port, "threads": threads}
    settings = load_site(
        config,
        root,
        dialect=dialect,
        development=development,
        server={name: value for name, value in given.items() if value is not None},
    )
    settings = with_cache(settings)
    set_up_logging(settings)
    server = _make_server(settings)
    click.echo(f"Serving {settings.document_root} on {server.url}")
    click.echo(f"{_manner(settings)}; Ctrl+C stops.")
    with stopped_by_signals(server):
        server.run()


def _make_server(settings: Settings) -> Server:
    """The server, listening; one line and exit code 1 where it cannot listen."""
    from ..adapters.devserver import Server
    from ..adapters.wsgi import WSGIApplication

    application = WSGIApplication(settings.document_root, settings=settings)
    try:
        return Server(application, settings, application.body_limit)
    except (OSError, UnicodeError) as error:
        host, port = settings.server.host, settings.server.port
        fail(f"cannot listen on {host} port {port}: {reason_of(error)}")


def _manner(settings: Settings) -> str:
    """The manner of serving in a few words."""
    from ..adapters.devserver import is_loopback

    manner = "production: errors go to this log"
    if settings.development:
        manner = "development: errors show in the browser"
    open_to = (
        "" if is_loopback(settings.server.host) else "; other machines can ask too"
    )
    return f"Dialect {settings.dialect}, {manner}{open_to}"
