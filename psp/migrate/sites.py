"""migrate_site(): all of a site, file by file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import PageSyntaxError
from ..source import Position, Source
from .edits import apply_edits, new_place, old_place, text_edits
from .finding import Found, Site
from .modules import migrate_module
from .original import Original, announced, cookie_edit
from .pages import Pages
from .python2 import Converter, Unreadable
from .remarks import Migrated, Remark


class Report(NamedTuple):
    """A sentence about a place, as it was ``before`` and is ``after``."""

    before: Position
    after: Position
    message: str
    decide: bool


class Outcome(NamedTuple):
    """What became of one file.

    ``failure`` says why it was left as it is, and is empty otherwise; its place is that
    of the one report.
    """

    found: Found
    text: str
    data: bytes
    reports: tuple[Report, ...]
    failed: bool = False

    @property
    def name(self) -> str:
        """The path of the file below the root."""
        return self.found.name

    @property
    def old_text(self) -> str:
        """The text as it was."""
        return self.found.original.text if self.found.original else ""

    @property
    def changed(self) -> bool:
        """Whether the file has other bytes than before."""
        original = self.found.original
        return original is not None and original.data != self.data


def migrate_site(converter: Converter, site: Site) -> Iterator[Outcome]:
    """What becomes of each file of *site*, in order; nothing is written."""
    pages = Pages(converter, site.sources)
    for found in sorted(site.files.values()):
        if found.original is None:
            yield _failure(found, Position(1, 1), found.problem)
            continue
        try:
            migrated = _migrate(converter, pages, site, found)
            yield _finish(found, found.original, migrated)
        except Unreadable as error:
            yield _failure(found, Position(error.line, error.column), error.message)
        except RecursionError:
            yield _failure(found, Position(1, 1), "the code is nested too deeply")
        except PageSyntaxError as error:
            place = Position(error.lineno or 1, error.offset or 1)
            yield _failure(found, place, error.msg)


def _migrate(converter: Converter, pages: Pages, site: Site, found: Found) -> Migrated:
    assert found.original is not None
    if found.is_module:
        path = site.path(found.name)
        return migrate_module(converter, found.original.text, path)
    return pages.migrate(found.name)


def _failure(found: Found, place: Position, message: str) -> Outcome:
    data = found.original.data if found.original else b""
    text = found.original.text if found.original else ""
    return Outcome(found, text, data, (Report(place, place, message, True),), True)


def _finish(found: Found, original: Original, migrated: Migrated) -> Outcome:
    """The outcome for a file that could be converted: its bytes and its reports."""
    cookies = [edit] if (edit := cookie_edit(migrated.text)) else []
    text = apply_edits(migrated.text, cookies)
    edits = text_edits(original.text, text)
    data = original.edited(edits)
    if found.is_module:
        _check(data)
    before, after = Source(original.text), Source(text)
    moved = (one._replace(at=new_place(cookies, one.at)) for one in migrated.remarks)
    remarks = [*_encoding(original), *moved, *_announced(text)]
    reports = (
        Report(
            before.position(old_place(edits, at)), after.position(at), message, decide
        )
        for at, message, decide in remarks
    )
    return Outcome(found, text, data, tuple(sorted(set(reports))))


def _check(data: bytes) -> None:
    """Raises Unreadable unless Python 3 compiles the bytes of a module."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, "<module>", "exec", dont_inherit=True)
    except SyntaxError as error:
        message = f"not Python 3, even when converted: {error.msg}"
        raise Unreadable(message, error.lineno or 1, error.offset or 1) from None


def _encoding(original: Original) -> Iterator[Remark]:
    """What is to say of a file that is not UTF-8."""
    if original.is_utf8:
        return
    name = original.encoding
    if original.said:
        message = f"this was {name}, as its {original.said} says; it is UTF-8 now"
        yield Remark(0, message, False)
    else:
        message = f"this is not UTF-8 and says no encoding; it was read as {name}"
        yield Remark(0, message)


def _announced(text: str) -> Iterator[Remark]:
    """Where the file tells visitors of another encoding than theirs will be."""
    for at, name in announced(text):
        yield Remark(at, f"this announces {name}, but all that is written is UTF-8")
