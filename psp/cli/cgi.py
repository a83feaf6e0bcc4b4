"""``psp cgi``: answers one request as a CGI program, or writes such a program."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files

import click

from .gateway import load_gateway_site
from .site import FOLDER, SETTINGS_FILE, site_options

#: It says where packages are: -S does not look for them, which takes longest. Nothing
#: is garbage before a page runs, and until then the collector need not look.
_PROGRAM = """\
#!{python} -IS
import gc
import sys

gc.disable()
sys.path += {path!r}
from psp.adapters.keptmodules import use_kept_modules

use_kept_modules()
from psp.adapters.cgi import end, run

run({config!r})
end()
"""

#: What the program imports, and nothing else, is kept for it.
_KEEP = """\
import sys
sys.path += {path!r}
import psp.adapters.cgi
from psp.adapters.keptmodules import keep_modules
keep_modules()
"""


@click.command
@click.argument("root", type=FOLDER, required=False)
@click.option(
    "--script",
    is_flag=True,
    help="Print a CGI program for the settings file instead, which starts faster.",
)
@site_options
def command(
    root: str | None, script: bool, dialect: str | None, config: str | None
) -> None:
    """Answer one request for ROOT as a CGI program."""
    from ..adapters.cgi import answer

    if not script:
        answer(load_gateway_site(root, None, dialect, config))
        return
    if root is not None or dialect is not None:
        raise click.UsageError("--script takes --config alone")
    config = os.path.abspath(config or SETTINGS_FILE)
    if not os.path.isfile(config):
        raise click.UsageError(f"there is no settings file {config!r}")
    homes = [files(name).joinpath("..") for name in ("psp", "markupsafe")]
    path = list(dict.fromkeys(os.path.normpath(str(home)) for home in homes))
    program = _PROGRAM.format(python=sys.executable, path=path, config=config)
    subprocess.run([sys.executable, "-ISc", _KEEP.format(path=path)], check=True)
    click.echo(program, nl=False)
