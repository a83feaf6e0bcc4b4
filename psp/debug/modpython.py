"""The report that mod_python writes into a page when PythonDebug is on."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from html import escape

from .chain import chain_of
from .messages import message_of, notes_of, python_kind, type_name


def report_text(error: BaseException, heading: str) -> str:
    """The HTML of the report; *heading* is such as ``PythonHandler mod_python.psp``.

    Layout as mod_python's: the entries of ``traceback.format_exception``, escaped, each
    with one more newline.
    """
    entries = "".join(f"{escape(entry)}\n" for entry in _entries(error))
    text = f'\n<pre>\nMod_python error: "{escape(heading)}"\n\n{entries}</pre>\n'
    return text.encode("utf-8", "backslashreplace").decode()


def _entries(error: BaseException) -> Iterator[str]:
    for found, link in reversed(chain_of(error)):
        if found.__traceback__ is not None:
            yield "Traceback (most recent call last):\n"
            yield from traceback.format_tb(found.__traceback__)
        yield from _last_entries(found)
        if link:
            yield f"\n{link}\n\n"


def _last_entries(error: BaseException) -> Iterator[str]:
    """What is wrong; for a page that cannot be compiled, in Python's own words."""
    if isinstance(error, SyntaxError):
        yield from traceback.format_exception_only(_as_python(error))
    else:
        message = message_of(error)
        name = type_name(type(error))
        yield f"{name}: {message}\n" if message else f"{name}\n"
    for note in notes_of(error):
        yield f"{note}\n"


def _as_python(error: SyntaxError) -> SyntaxError:
    """The same error as Python's compiler would have raised it."""
    kind = python_kind(error)
    if not error.filename or not error.lineno:
        return kind(message_of(error))
    place = error.filename, error.lineno, error.offset, error.text
    if error.end_lineno is None:
        return kind(message_of(error), place)
    return kind(message_of(error), (*place, error.end_lineno, error.end_offset))
