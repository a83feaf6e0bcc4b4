"""``psp sessions``: what the store of a site holds, and how to be rid of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import click

from ..adapters.site import make_sessions
from ..errors import LockTimeout, SessionError, SettingsError
from ..session.pack import unpack
from ..session.store import SessionData
from .site import fail, load_site, site_options

SHORT = 16  # digits of a key that tell it from any other
ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    help="The document root, where its settings do not say it.",
)


@click.group(short_help="List, show and end the sessions of a site.")
def command() -> None:
    """List, show and end the sessions of a site.

    A session is named by the digest that the store knows it by, or the start of it:
    nobody can turn that back into the id that the visitor has.
    """


@command.command("list")
@ROOT
@site_options
def list_all(root: str | None, dialect: str | None, config: str | None) -> None:
    """List all sessions: when each was made and last used, its size in bytes."""
    now, count = time.time(), 0
    for key, record in _records(_open(root, dialect, config)):
        count += 1
        over = "  over" if record.is_over(now) else ""
        times = f"{_when(record.created)}  {_when(record.accessed)}"
        click.echo(f"{key[:SHORT]}  {times}  {len(record.data):8}{over}")
    click.echo(f"{count} sessions", err=True)


@command.command("show")
@click.argument("key")
@click.option("--values", is_flag=True, help="Print the values too, secrets or not.")
@ROOT
@site_options
def show(
    key: str, values: bool, root: str | None, dialect: str | None, config: str | None
) -> None:
    """Show the session KEY: its times, and the names of what is in it."""
    store = _open(root, dialect, config)
    found = _find(store, key)
    record = store.load(found)
    if record is None:
        fail(f"the session {key!r} is gone")
    click.echo(f"key       {found}")
    click.echo(f"created   {_when(record.created)}")
    click.echo(f"accessed  {_when(record.accessed)}")
    click.echo(f"timeout   {record.timeout:g} s")
    try:
        data = unpack(store.serializer, record.data)
    except SessionError as error:
        fail(str(error))
    for name, value in data.items():
        click.echo(f"{name!r}: {value!r}" if values else repr(name))


@command.command("expire")
@ROOT
@site_options
def expire(root: str | None, dialect: str | None, config: str | None) -> None:
    """Forget the sessions that are over; one that is in use is let be."""
    store, now, count = _open(root, dialect, config), time.time(), 0
    for key, record in _records(store):
        if not record.is_over(now):
            continue
        with suppress(LockTimeout), store.lock(key, object()):
            again = store.load(key)
            if again is not None and again.is_over(now):
                count += store.delete(key)
    click.echo(f"forgot {count} sessions")


@command.command("purge")
@click.option("--yes", is_flag=True, help="Do not ask.")
@ROOT
@site_options
def purge(yes: bool, root: str | None, dialect: str | None, config: str | None) -> None:
    """Forget all sessions: every visitor is logged out."""
    store = _open(root, dialect, config)
    keys = _keys(store)
    if not yes:
        click.confirm(f"Forget {len(keys)} sessions?", abort=True)
    click.echo(f"forgot {sum(store.delete(key) for key in keys)} sessions")


def _open(root: str | None, dialect: str | None, config: str | None) -> Any:
    """The store of the site; ends the command where nobody else can look into it."""
    settings = load_site(config, root, dialect=dialect)
    if settings.session.store == "memory":
        fail('session.store is "memory": only the server itself knows its sessions')
    try:
        return make_sessions(settings)
    except SettingsError as error:
        fail(str(error))


def _keys(store: Any) -> list[str]:
    try:
        found: list[str] = sorted(store.keys())
    except (SessionError, OSError) as error:
        fail(str(error))
    return found


def _records(store: Any) -> Iterator[tuple[str, SessionData]]:
    """Every session that can be read."""
    for key in _keys(store):
        record = store.load(key)
        if record is not None:
            yield key, record


def _find(store: Any, start: str) -> str:
    """The one key that begins with *start*."""
    found = [key for key in _keys(store) if key.startswith(start)]
    if len(found) != 1:
        fail(f"{len(found) or 'no'} sessions begin with {start!r}")
    return found[0]


def _when(seconds: float) -> str:
    """A time as ISO 8601 in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
