"""``psp cgi``: answers one request as a CGI program."""

from __future__ import annotations

import os
import sys
from io import FileIO

import click

from .gateway import load_gateway_site, shared_sessions
from .serving import set_up_logging
from .site import FOLDER, site_options


@click.command
@click.argument("root", type=FOLDER, required=False)
@site_options
def command(root: str | None, dialect: str | None, config: str | None) -> None:
    """Answer one request for ROOT as a CGI program."""
    from ..adapters.cgi import serve_once
    from ..adapters.wsgi import WSGIApplication

    settings = shared_sessions(load_gateway_site(root, None, dialect, config))
    set_up_logging(settings)
    serve_once(
        WSGIApplication(settings=settings),
        os.environ,
        FileIO(0, closefd=False),
        sys.stdout.buffer,
        settings.extensions,
    )
