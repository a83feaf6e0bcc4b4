"""``psp compile``: every page of a folder, ahead of the first visitor."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from types import CodeType
from typing import NamedTuple

import click

from ..cache import PageCache
from ..diskcache import DiskCache
from ..page import CompiledPage
from ..trust import Untrusted
from .newarchive import NewArchive
from .pages import Outcome, Site, compile_pages, failures
from .report import report_error
from .site import FOLDER, fail, find_pages, load_site, site_options

#: Pages that a process is given at a time.
CHUNK = 16


class Done(NamedTuple):
    """What came of some pages: ``fresh`` are the names of those that are new in the
    cache, ``lost`` of those that could not be kept in it; ``records`` are pages for an
    archive.
    """

    outcomes: list[Outcome]
    fresh: set[str]
    lost: set[str]
    records: dict[str, bytes] = {}


Work = Callable[[list[str]], Done]


@click.command
@click.argument("root", type=FOLDER, required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    help="A cache folder to fill, in place of files beside the pages.",
)
@click.option(
    "--archive",
    type=click.Path(dir_okay=False),
    help="One file for all of them, in place of a file each.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that compile at the same time.",
)
@click.option(
    "--unsigned",
    is_flag=True,
    help="Without a key: for images where nobody can write the files.",
)
@site_options
def command(
    root: str | None,
    out: str | None,
    archive: str | None,
    jobs: int,
    unsigned: bool,
    dialect: str | None,
    config: str | None,
) -> None:
    """Compile all pages below ROOT that have changed.

    Without ROOT it is the document_root of psp.toml that is compiled, or this folder.
    The code of a page is kept beside it, in a file that ends in .psc.
    """
    start = time.monotonic()
    if out and archive:
        raise click.UsageError("either --out or --archive")
    settings = load_site(config, root, dialect=dialect)
    site = Site(settings.document_root, settings.page_options)
    key = None if unsigned else settings.key_path
    cache = NewArchive(archive, key) if archive else _open_cache(site.root, out, key)
    pages = find_pages(site.root, settings.extensions)
    prefix = len(os.path.join(site.root, ""))
    names = [page[prefix:].replace(os.sep, "/") for page in pages]
    try:
        done = _gather(_run(partial(_compile, site, cache), names, jobs), len(names))
        if isinstance(cache, NewArchive):
            cache.write(done.records, names)
    except (OSError, Untrusted) as error:
        fail(f"{archive or site.root}: {error}")
    failed = _report(done)
    compiled = len(done.fresh)
    unchanged = sum(not one.error for one in done.outcomes) - compiled - len(done.lost)
    seconds = time.monotonic() - start
    click.echo(
        f"compiled {compiled}, unchanged {unchanged}, failed {failed}"
        f" in {seconds:.2f} s"
    )
    if failed:
        raise click.exceptions.Exit(1)


def _open_cache(root: str, out: str | None, key_file: str | None) -> DiskCache:
    try:
        return DiskCache(out or root, key_file=key_file, beside=out is None)
    except ValueError as error:
        fail(str(error))


class _Watched:
    """A cache that sees what the engine finds in it and what it adds."""

    def __init__(self, cache: PageCache):
        self._cache = cache
        self._found: dict[str, CodeType] = {}
        self.fresh: set[str] = set()
        self.lost: set[str] = set()

    def get(self, name: str) -> CompiledPage | None:
        """The page kept as *name*."""
        page = self._cache.get(name)
        if page is not None:
            self._found[name] = page.code
        return page

    def put(self, page: CompiledPage) -> None:
        """Keep *page*; the same code as before only has new times of its files."""
        self._cache.put(page)
        if self._cache.get(page.name) is None:
            self.lost.add(page.name)
        elif page.code is not self._found.get(page.name):
            self.fresh.add(page.name)


def _compile(site: Site, cache: DiskCache | NewArchive, names: list[str]) -> Done:
    """Compile *names* into *cache*; runs in a process of its own, perhaps."""
    watched = _Watched(cache)
    outcomes = list(compile_pages(site, names, watched))
    records = cache.take_new() if isinstance(cache, NewArchive) else {}
    return Done(outcomes, watched.fresh, watched.lost, records)


def _run(work: Work, names: list[str], jobs: int) -> Iterator[Done]:
    """The results of *work* on all of *names*, in *jobs* processes."""
    chunks = [names[at : at + CHUNK] for at in range(0, len(names), CHUNK)]
    jobs = min(jobs, len(chunks))
    if jobs < 2:
        yield from map(work, chunks)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(jobs, get_context("spawn"))
    try:
        for future in as_completed([pool.submit(work, chunk) for chunk in chunks]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _gather(results: Iterable[Done], total: int) -> Done:
    """All of *results* as one, with a bar on a terminal meanwhile."""
    done = Done([], set(), set(), {})
    tty = sys.stderr.isatty()
    bar = click.progressbar(length=total, label="Compiling", file=sys.stderr)
    with bar if tty else nullcontext() as shown:
        for outcomes, fresh, lost, records in results:
            done.outcomes.extend(outcomes)
            done.fresh.update(fresh)
            done.lost.update(lost)
            done.records.update(records)
            if shown:
                shown.update(len(outcomes))
    return done


def _report(done: Done) -> int:
    """Say what failed, each error once; the number of pages that did."""
    failed = failures(done.outcomes)
    errors = (report_error(one.error) for one in failed if one.error)
    for text in dict.fromkeys(errors):
        click.echo(text, err=True)
    for name in sorted(done.lost):
        click.echo(f"{name}: could not be kept", err=True)
    return len(failed) + len(done.lost)
