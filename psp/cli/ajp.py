"""``psp ajp``: a folder of pages for a web server that speaks AJP."""

from __future__ import annotations

from functools import partial

import click

from .gateway import find_place, gateway_options, load_gateway_site, run_gateway
from .site import fail

DEFAULT = "127.0.0.1:8009"


@click.command
@gateway_options(DEFAULT)
@click.option(
    "--secret",
    envvar="AJP_SECRET",
    default="",
    help="What requests must bring along; better given as the variable AJP_SECRET, "
    "since other users see command lines.",
)
@click.option(
    "--packet-size",
    type=click.IntRange(8192, 65536),
    default=8192,
    show_default=True,
    help="The size of a packet that the web server is set to.",
)
def command(
    root: str | None,
    listen: str | None,
    mode: int,
    threads: int | None,
    workers: int,
    secret: str,
    packet_size: int,
    dialect: str | None,
    config: str | None,
) -> None:
    """Serve ROOT to a web server over AJP.

    Who speaks AJP is believed about the visitor's address and name: beyond this
    machine a secret is needed.
    """
    from ..adapters.ajp import AJP
    from ..adapters.wire import WireLimits

    settings = load_gateway_site(root, threads, dialect, config)
    if not secret and not _is_local(listen or DEFAULT):
        fail("AJP beyond this machine needs --secret")
    wire = partial(AJP, WireLimits(packet=packet_size), secret)
    run_gateway(settings, find_place(listen, DEFAULT, mode), wire, workers)


def _is_local(address: str) -> bool:
    from ..adapters.devserver import is_loopback

    host = address.rpartition(":")[0].strip("[]")
    return address.startswith("unix:") or is_loopback(host or "127.0.0.1")
