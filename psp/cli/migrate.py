"""``psp migrate``: Python 2 pages and modules to Python 3."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator
from typing import NoReturn

import click

from ..migrate.edits import lines
from ..migrate.finding import Site, find_site
from ..migrate.python2 import MISSING, Converter
from ..migrate.sites import Outcome, migrate_site
from ..migrate.writing import copy_file, copy_site, replace_file
from .report import short_path
from .site import fail, is_inside


def _codec(
    context: click.Context, parameter: click.Parameter, name: str | None
) -> str | None:
    """*name*, if it is an encoding of text."""
    try:
        "".encode(name or "utf-8")
    except LookupError:
        raise click.BadParameter(f"{name!r} is no encoding of text.") from None
    return name


def _extensions(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    for value in values:
        if not value.startswith(".") or len(value) < 2 or value == ".py":
            raise click.BadParameter(f"{value!r} is no extension of pages.")
    return (".psp", *values)


@click.command
@click.argument("path", type=click.Path(exists=True))
@click.option(
    "--write",
    is_flag=True,
    help="Write the files; what they were before stays beside them, as NAME.orig.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    help="Write a copy of PATH to this folder, which must be new or empty.",
)
@click.option(
    "--encoding",
    callback=_codec,
    help="Of files that are not UTF-8 and do not say what they are.  [cp1252]",
)
@click.option(
    "--extension",
    "extensions",
    multiple=True,
    metavar=".EXT",
    callback=_extensions,
    help="Another extension of pages beside .psp; may be given several times.",
)
def command(
    path: str,
    write: bool,
    out: str | None,
    encoding: str | None,
    extensions: tuple[str, ...],
) -> None:
    """Convert Python 2 pages and modules to Python 3.

    PATH is a file or a folder. Without --write or --out nothing is written: the output
    is what would change, and what a person must decide, a line for each place. Exit
    code 1 says that there is something to decide, or a file that cannot be read.
    """
    _check_usage(path, write, out)
    converter = _converter()
    try:
        site = find_site(path, extensions, encoding)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    outcomes = list(migrate_site(converter, site))
    if out is not None:
        _copy(site, path, out, outcomes)
    elif write:
        _write(site, outcomes)
    else:
        for outcome in outcomes:
            click.echo("".join(_diff(site, outcome)).encode(), nl=False)
    root = site.root if out is None else out
    for line in _report(root, outcomes, is_written=write or out is not None):
        click.echo(line)
    decisions = sum(one.decide for outcome in outcomes for one in outcome.reports)
    if decisions:
        raise click.exceptions.Exit(1)


def _check_usage(path: str, write: bool, out: str | None) -> None:
    """Ends the command where its options do not go together."""
    if out is None:
        return
    if write:
        raise click.UsageError("--write and --out exclude each other.")
    if os.path.isdir(out) and os.listdir(out):
        raise click.UsageError(f"{out!r} is not empty.")
    folder, target = os.path.realpath(path), os.path.realpath(out)
    if is_inside(target, folder) or is_inside(folder, target):
        raise click.UsageError(f"One of {path!r} and {out!r} lies in the other.")


def _converter() -> Converter:
    try:
        return Converter()
    except ImportError:
        message = MISSING
    except OSError as error:  # it keeps its tables in a folder of the user's
        message = f"fissix cannot start: {error}"
    click.echo(f"Error: {message}", err=True)
    raise click.exceptions.Exit(2)


def _diff(site: Site, outcome: Outcome) -> Iterator[str]:
    """What would change, as a unified diff."""
    path = short_path(site.path(outcome.name))
    old, new = lines(outcome.old_text), lines(outcome.text)
    for line in difflib.unified_diff(old, new, path, path):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _write(site: Site, outcomes: Iterable[Outcome]) -> None:
    """Write what has changed; ends the command at the first file that cannot be."""
    for outcome in outcomes:
        state = outcome.found.state
        if outcome.changed and state is not None:
            path = site.path(outcome.name)
            try:
                backup = replace_file(path, outcome.data, state)
            except OSError as error:
                _cannot_write(path, error)
            click.echo(f"{short_path(path)}: converted; it was {short_path(backup)}")


def _copy(site: Site, path: str, out: str, outcomes: Iterable[Outcome]) -> None:
    """Write the file or the whole folder *path*, converted, to *out*."""
    converted = {one.name: one.data for one in outcomes if one.changed}
    left_out: list[str] = []
    try:
        if os.path.isdir(path):
            left_out = copy_site(site.root, out, converted)
        else:
            copy_file(path, out, converted.get(os.path.basename(path)))
    except OSError as error:
        _cannot_write(out, error)
    for name in left_out:
        click.echo(f"{short_path(site.path(name))}: not copied: a link that leads out")


def _cannot_write(path: str, error: OSError) -> NoReturn:
    fail(f"{error.filename or path}: {error.strerror or error}")


def _report(root: str, outcomes: list[Outcome], *, is_written: bool) -> Iterator[str]:
    """A line for each place to look at, and one for all together."""
    for outcome in outcomes:
        path = short_path(os.path.join(root, outcome.name))
        for one in outcome.reports:
            line, column = one.after if is_written else one.before
            kind = "" if one.decide else "note: "
            kind = "left as it is: " if outcome.failed else kind
            yield f"{path}:{line}:{column}: {kind}{one.message}"
    failed = sum(outcome.failed for outcome in outcomes)
    converted = sum(outcome.changed for outcome in outcomes)
    unchanged = len(outcomes) - converted - failed
    decisions = sum(
        one.decide for out in outcomes if not out.failed for one in out.reports
    )
    yield (
        f"{'converted' if is_written else 'to convert'} {converted},"
        f" unchanged {unchanged}, failed {failed}; to decide: {decisions}"
    )
