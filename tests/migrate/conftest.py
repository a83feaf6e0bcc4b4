"""What converts, made once, and the shortest ways to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from psp.migrate.convert import Converted, convert_python
from psp.migrate.modules import migrate_module
from psp.migrate.pages import Pages
from psp.migrate.python2 import Converter
from psp.migrate.remarks import Migrated
from psp.source import Source

Convert = Callable[[str], Converted]
Module = Callable[[str], Migrated]
Page = Callable[..., Migrated]
Sentences = Callable[[Migrated], list[str]]


@pytest.fixture(scope="session")
def converter() -> Converter:
    """The fixers."""
    return Converter()


@pytest.fixture(scope="session")
def convert(converter: Converter) -> Convert:
    """Converts a piece of Python, twice: the second time must change nothing."""

    def run(text: str) -> Converted:
        done = convert_python(converter, text, "/nowhere/x.py")
        again = convert_python(converter, done.text, "/nowhere/x.py")
        assert again.text == done.text
        return done

    return run


@pytest.fixture(scope="session")
def module(converter: Converter) -> Module:
    """Converts a module, twice: the second time must change nothing."""

    def run(text: str) -> Migrated:
        done = migrate_module(converter, text, "/nowhere/x.py")
        again = migrate_module(converter, done.text, "/nowhere/x.py")
        assert again.text == done.text
        assert _decisions(again) == _decisions(done)
        return done

    return run


@pytest.fixture(scope="session")
def page(converter: Converter) -> Page:
    """Converts the first of some pages, given as names and texts.

    All of them are, and then once more, which must change nothing.
    """

    def run(*texts: str, **files: str) -> Migrated:
        names = {f"{name}.psp": text for name, text in files.items()}
        first = {"a.psp": texts[0]} if texts else {}
        done = _migrate(converter, first | names)
        again = _migrate(converter, {name: one.text for name, one in done.items()})
        for name, one in done.items():
            assert again[name].text == one.text
            assert _decisions(again[name]) == _decisions(one)
        return next(iter(done.values()))

    return run


def _migrate(converter: Converter, files: dict[str, str]) -> dict[str, Migrated]:
    sources = {name: Source(text, name) for name, text in files.items()}
    pages = Pages(converter, sources)
    return {name: pages.migrate(name) for name in sources}


def _decisions(done: Migrated) -> list[tuple[int, str]]:
    return [(one.at, one.message) for one in done.remarks if one.decide]


@pytest.fixture(scope="session")
def said() -> Sentences:
    """What is said of a text: the start of what it is said of, and the sentence."""

    def collect(done: Migrated) -> list[str]:
        return [
            f"{done.text[one.at :].split(chr(10))[0]} | {one.message}"
            for one in done.remarks
        ]

    return collect
