"""Compiling pages, and what came of each."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..cache import PageCache
from ..engine import Engine, candidates
from ..errors import PageNotFound, PageSyntaxError, PageWarning, PspError
from ..loaders import FileLoader
from ..options import PageOptions
from ..page import Notice
from ..source import Source

if TYPE_CHECKING:
    from ..engine import Resolve


class Site(NamedTuple):
    """A folder of pages and how they are read; goes from process to process."""

    root: str
    options: PageOptions

    @property
    def loader(self) -> FileLoader:
        """Where the sources are."""
        return FileLoader(self.root, self.options.encoding)

    def engine(self, cache: PageCache | None = None) -> Engine:
        """An engine for the pages of the folder, each looked at once."""
        return Engine(
            self.loader, cache=cache, options=self.options, reload_interval=None
        )

    def resolver(self, page: str) -> Resolve:
        """What finds the files that *page*, and what it includes, calls by name."""

        def resolve(file: str, including: Source) -> Source:
            names = candidates(file, page, including.name, self.options.dialect)
            problems: list[PageNotFound] = []
            for name in names:
                try:
                    return self.loader.load(name)
                except PageNotFound as error:
                    problems.append(error)
            raise problems[0]

        return resolve


class Outcome(NamedTuple):
    """What came of the page *name*; ``parts`` are the files that it consists of."""

    name: str
    error: PageSyntaxError | None = None
    parts: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()


def compile_pages(
    site: Site, names: Iterable[str], cache: PageCache | None = None
) -> Iterator[Outcome]:
    """What comes of compiling each page of *names*."""
    engine = site.engine(cache)
    for name in names:
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                page = engine.get_page(name)
        except PageSyntaxError as error:
            yield Outcome(name, error)
        except PspError as error:
            place = (os.path.join(site.root, name), 1, 1, "")
            yield Outcome(name, PageSyntaxError(str(error), place))
        else:
            parts = frozenset(page.dependencies) - {name}
            notices = page.notices + tuple(_python_notices(caught))
            yield Outcome(name, None, parts, notices)


def _python_notices(caught: list[warnings.WarningMessage]) -> Iterator[Notice]:
    """What Python itself warns of; our own warnings are the page's notices already."""
    for one in caught:
        if not issubclass(one.category, PageWarning):
            yield Notice(one.filename, one.lineno, 1, str(one.message))


def failures(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those of *outcomes* that have failed, by name.

    A file that cannot stand on its own, as it closes a block that another one opens,
    has not failed where a page that it is part of compiles.
    """
    outcomes = list(outcomes)
    parts = frozenset[str]().union(*(one.parts for one in outcomes))
    failed = (one for one in outcomes if one.error and one.name not in parts)
    return sorted(failed, key=lambda one: one.name)
