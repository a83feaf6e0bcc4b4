"""What ``psp fcgi``, ``psp scgi`` and ``psp ajp`` have in common."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from ..adapters.preparing import set_up_logging, shared_sessions, with_cache
from ..errors import SettingsError
from ..settings import Settings
from .serving import reason_of, stopped_by_signals
from .site import FOLDER, fail, load_site, site_options

if TYPE_CHECKING:
    import socket

    from ..adapters.wire import Wire

F = TypeVar("F", bound=Callable[..., Any])


def _octal(context: click.Context, parameter: click.Parameter, text: str) -> int:
    """*text* as the mode of a file."""
    if not re.fullmatch("0?o?[0-7]{1,3}", text):
        raise click.BadParameter(f"{text!r} is no mode in octal, such as 660.")
    return int(text, 8)


def gateway_options(default: str) -> Callable[[F], F]:
    """The options of a command that listens at *default* unless it is told."""
    options = [
        click.argument("root", type=FOLDER, required=False),
        click.option(
            "--listen",
            metavar="ADDRESS",
            help="HOST:PORT or unix:PATH; without it the socket that the web server "
            f"has started this command with, or else {default}.",
        ),
        click.option(
            "--mode",
            metavar="MODE",
            default="660",
            show_default=True,
            callback=_octal,
            help="Mode of a Unix socket, in octal.",
        ),
        click.option(
            "--threads",
            type=click.IntRange(min=1),
            help="Requests worked on at the same time.  [default: 4]",
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help="Processes that serve, each with its threads.",
        ),
        site_options,
    ]

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def load_gateway_site(
    root: str | None,
    threads: int | None,
    dialect: str | None,
    config: str | None,
) -> Settings:
    """The settings of the site that a gateway serves."""
    server = {} if threads is None else {"threads": threads}
    settings = load_site(config, root, dialect=dialect, server=server)
    return with_cache(settings)


class Place(NamedTuple):
    """A socket that listens, and whether the web server made it."""

    listener: socket.socket
    spawned: bool


def find_place(address: str | None, default: str, mode: int) -> Place:
    """The socket to serve; one line and exit code 1 where there is none."""
    from ..adapters.listening import inherited, listen

    given = inherited() if address is None else None
    if given is not None:
        return Place(given, True)
    address = address or default
    try:
        return Place(listen(address, mode), False)
    except ValueError as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot listen at {address}: {reason_of(error)}")


def run_gateway(
    settings: Settings, place: Place, make_wire: Callable[[], Wire], workers: int
) -> None:
    """Serve until SIGTERM or SIGINT."""
    from ..adapters.listening import address_of, release
    from ..adapters.workers import Workers

    several = place.spawned or workers > 1
    if several:
        settings = shared_sessions(settings)
    set_up_logging(settings)
    _check(settings)
    serve = partial(_serve, settings, place.listener, make_wire, several)
    if not place.spawned:
        click.echo(f"Serving {settings.document_root} at {address_of(place.listener)}")
    try:
        Workers(workers, serve).run() if workers > 1 else serve()
    finally:
        if not place.spawned:
            release(place.listener)


def _check(settings: Settings) -> None:
    """Ends the command where the site cannot be served: each worker would fail."""
    from ..adapters.wsgi import WSGIApplication

    try:
        WSGIApplication(settings=settings)
    except (SettingsError, ValueError) as error:
        fail(str(error))


def _serve(
    settings: Settings,
    listener: socket.socket,
    make_wire: Callable[[], Wire],
    several: bool,
) -> None:
    """Serve in this process."""
    from ..adapters.gateway import Gateway
    from ..adapters.listening import peers
    from ..adapters.wsgi import WSGIApplication

    gateway = Gateway(
        WSGIApplication(settings=settings),
        listener,
        make_wire,
        threads=settings.server.threads,
        extensions=settings.extensions,
        allowed=peers(os.environ),
        multiprocess=several,
    )
    with stopped_by_signals(gateway):
        gateway.run()
