"""``psp serve``: a folder of pages on a port of this machine."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click

from ..adapters.preparing import set_up_logging, shared_sessions, with_cache
from ..errors import SettingsError
from ..settings import Settings
from .production import Production, Site, has_gunicorn, make_site
from .serving import reason_of, stopped_by_signals
from .site import FOLDER, fail, load_site, site_options

if TYPE_CHECKING:
    import socket


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
    "--workers",
    type=click.IntRange(1, 1000),
    help="Processes that serve, each with its threads; with --prod only.",
)
@click.option(
    "--access-log",
    metavar="FILE",
    help="Write a line for each request into FILE; - is standard output.",
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
    workers: int | None,
    access_log: str | None,
    development: bool | None,
    dialect: str | None,
    config: str | None,
) -> None:
    """Serve the pages and files below ROOT.

    Without ROOT it is the document_root of psp.toml that is served, or this folder.
    Compiled pages are kept in a cache folder of this user, unless cache_dir names
    another. With --workers SIGHUP reads the settings again and replaces the
    processes; no request is lost.
    """
    given = {
        "host": host,
        "port": port,
        "threads": threads,
        "workers": workers,
        "access_log": access_log,
    }

    def load() -> Settings:
        settings = load_site(
            config,
            root,
            dialect=dialect,
            development=development,
            server={name: value for name, value in given.items() if value is not None},
        )
        settings = with_cache(settings)
        several = settings.server.workers and not settings.development
        return shared_sessions(settings) if several else settings

    settings = load()
    several = settings.server.workers is not None and not settings.development
    if workers is not None and not several:
        raise click.UsageError("--workers goes with --prod only")
    set_up_logging(settings)
    site = _make_site(settings)
    listener = _listen(settings)
    if several:  # whoever says "reload" so early has what he wants: all is new
        signal.signal(signal.SIGHUP, lambda number, frame: None)
    _greet(settings, listener)
    if several:
        Production(settings, listener, load).run()
    else:
        _serve(site, settings, listener)


def _make_site(settings: Settings) -> Site:
    """The site; one line and exit code 1 where it cannot be served."""
    try:
        return make_site(settings)
    except SettingsError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{settings.server.access_log}: {reason_of(error)}")


def _listen(settings: Settings) -> socket.socket:
    """The socket, listening; one line and exit code 1 where it cannot listen."""
    from ..adapters.listening import listen_at

    host, port = settings.server.host, settings.server.port
    try:
        return listen_at(host, port)
    except (OSError, UnicodeError) as error:
        fail(f"cannot listen on {host} port {port}: {reason_of(error)}")


def _serve(site: Site, settings: Settings, listener: socket.socket) -> None:
    """Serve in this process."""
    from ..adapters.devserver import Server

    server = Server(site.application, settings, site.body_limit, listener)
    with stopped_by_signals(server):
        server.run()


def _greet(settings: Settings, listener: socket.socket) -> None:
    from ..adapters.devserver import url_of

    url = url_of(settings.server.host, listener.getsockname()[1])
    click.echo(f"Serving {settings.document_root} on {url}")
    click.echo(f"{_manner(settings)}; Ctrl+C stops.")


def _manner(settings: Settings) -> str:
    """The manner of serving in a few words."""
    from ..adapters.devserver import is_loopback

    workers = settings.server.workers
    manner = "production: errors go to this log"
    if settings.development:
        manner = "development: errors show in the browser"
    elif workers:
        server = "gunicorn" if has_gunicorn() else "waitress"
        manner = f"production, processes of {server}: {workers}; errors go to this log"
    open_to = (
        "" if is_loopback(settings.server.host) else "; other machines can ask too"
    )
    return f"Dialect {settings.dialect}, {manner}{open_to}"
