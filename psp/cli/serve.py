"""``psp serve``: a folder of pages on a port of this machine."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from types import FrameType
from typing import TYPE_CHECKING

import click

from ..settings import Settings
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
    if settings.cache_dir is None:
        settings = replace(settings, cache_dir=_cache_folder(settings.document_root))
    _set_up_logging(settings)
    server = _make_server(settings)
    click.echo(f"Serving {settings.document_root} on {server.url}")
    click.echo(f"{_manner(settings)}; Ctrl+C stops.")
    with _stopped_by_signals(server):
        server.run()


def _cache_folder(root: str) -> str | None:
    """This user's cache folder for the site at *root*; None if there can be none."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    site = sha256(os.fsencode(root)).hexdigest()[:16]
    folder = os.path.join(caches, "psp", site)
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
    except OSError:
        return None
    return folder


def _make_server(settings: Settings) -> Server:
    """The server, listening; one line and exit code 1 where it cannot listen."""
    from ..adapters.devserver import Server
    from ..adapters.wsgi import WSGIApplication

    application = WSGIApplication(settings.document_root, settings=settings)
    try:
        return Server(application, settings)
    except (OSError, UnicodeError) as error:
        host, port = settings.server.host, settings.server.port
        fail(f"cannot listen on {host} port {port}: {_reason(error)}")


def _reason(error: OSError | UnicodeError) -> str:
    """The system's word for *error*, without what libraries have added to it."""
    if isinstance(error, UnicodeError):
        return "no such host"
    if isinstance(error, socket.gaierror) or error.errno is None:
        return str(error.strerror or error)
    return os.strerror(error.errno)


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


@contextmanager
def _stopped_by_signals(server: Server) -> Iterator[None]:
    """SIGINT and SIGTERM stop *server* in here; a second one ends the process."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        server.stop()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _LineFormatter(logging.Formatter):
    """Keeps a message on one line, whatever a visitor put into it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return re.sub(
            r"[\x00-\x1f\x7f-\x9f\u2028\u2029]",
            lambda match: match[0].encode("unicode_escape").decode("ascii"),
            super().formatMessage(record),
        )


def _set_up_logging(settings: Settings) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(
        _LineFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler])
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a busy site is fine
