"""``psp doctor``: what a live site gives away, and what to do about it."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext

import click

from ..doctor.examination import examine
from ..doctor.fixes import KNOWN, fix_for, host_of
from ..doctor.patient import Patient
from ..doctor.plant import Plant, planted
from ..doctor.visitor import Visitor
from ..settings import Settings
from .site import FILE, FOLDER, SETTINGS_FILE, fail, load_site


@click.command
@click.argument("url")
@click.option("--root", type=FOLDER, help="Folder that the site serves.")
@click.option("--config", type=FILE, help="Settings file of the site.")
@click.option(
    "--plant",
    is_flag=True,
    help="Write two pages into the folder meanwhile, which tell what reaches pages.",
)
@click.option("--insecure", is_flag=True, help="Take any certificate.")
def command(
    url: str, root: str | None, config: str | None, plant: bool, insecure: bool
) -> None:
    """Examine the site at URL as a visitor would.

    Everything asked is harmless: GET, HEAD and, of the doctor's own page, POST. Pages
    are found by --root or --config, otherwise by links from URL. The exit code is 1 if
    anything is wrong.
    """
    settings = _settings(root, config)
    if plant and settings is None:
        raise click.UsageError("--plant needs --root or --config")
    try:
        visitor = Visitor(url, insecure=insecure)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    try:
        with _own_pages(settings if plant else None) as pages:
            patient = Patient(visitor, settings, pages)
            findings = examine(patient)
            server = patient.server
    except OSError as error:
        fail(f"{url}: {error}")
    host = host_of(server)
    click.echo(f"{url}: {server or 'a server without a name'}", nl=False)
    click.echo(f"; {len(patient.paths)} pages, {visitor.requests} requests")
    notes = [one for one in findings if (one.kind, host) in KNOWN]
    findings = [one for one in findings if one not in notes]
    for note in notes:
        click.echo(f"note: {note.text}; no setting of {host} helps")
    for finding in findings:
        click.echo(f"{finding.kind}: {finding.text}")
    for kind in dict.fromkeys(finding.kind for finding in findings):
        click.echo(f"To mend {kind}: {fix_for(kind, host)}")
    if not plant:
        click.echo("Headers and bodies were not looked at: --plant")
    click.echo(f"{len(findings)} findings")
    if findings:
        raise click.exceptions.Exit(1)


def _settings(root: str | None, config: str | None) -> Settings | None:
    """The settings of a site whose files are here; None without any."""
    if root is None and config is None and not os.path.exists(SETTINGS_FILE):
        return None
    return load_site(config, root)


def _own_pages(settings: Settings | None) -> AbstractContextManager[Plant | None]:
    if settings is None:
        return nullcontext(None)
    return planted(settings.document_root, settings.extensions[0])
