"""``psp fcgi``: a folder of pages for a web server that speaks FastCGI."""

from __future__ import annotations

import click

from .gateway import find_place, gateway_options, load_gateway_site, run_gateway

DEFAULT = "127.0.0.1:9000"


@click.command
@gateway_options(DEFAULT)
def command(
    root: str | None,
    listen: str | None,
    mode: int,
    threads: int | None,
    workers: int,
    dialect: str | None,
    config: str | None,
) -> None:
    """Serve ROOT to a web server over FastCGI.

    Without ROOT it is the document_root of psp.toml that is served, or this folder.
    """
    from ..adapters.fcgi import FastCGI

    settings = load_gateway_site(root, threads, dialect, config)
    run_gateway(settings, find_place(listen, DEFAULT, mode), FastCGI, workers)
