"""The tables of Apache's own mod_python, read and changed without risk.

Reading a value that is not UTF-8 can end Apache's process, and so does ``setdefault``.
These are the same tables by way of those of their methods that cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..http.fieldvalues import to_wire
from ..http.headers import Headers, Text, mp_table

Item = tuple[str, str, str]


class NativeTable(mp_table):
    """A view of *native*, an ``mp_table`` of Apache's: both always hold the same."""

    __slots__ = ("_native",)

    def __init__(self, native: Any):
        self._native = native

    @property
    def _items(self) -> list[Item]:
        """What mp_table keeps in a list of its own, as it is now."""
        native = self._native
        pairs = zip(native.keys(), _values(native.itervalues()), strict=True)
        return [(name.lower(), name, value) for name, value in pairs]

    @_items.setter
    def _items(self, items: list[Item]) -> None:
        self._native.clear()
        for _, name, value in items:
            self._native.add(name, _spelt(value))

    def __setitem__(self, name: Text, value: Text) -> None:
        """Replace all values."""
        name, value = self._pair(name, value)
        self._native[name] = _spelt(value)

    def add(self, name: Text, value: Text) -> None:
        """Add one more value."""
        name, value = self._pair(name, value)
        self._native.add(name, _spelt(value))

    def clear(self) -> None:
        """Drop everything."""
        self._native.clear()

    def popitem(self) -> tuple[str, str]:
        """The first name and value, taken out; KeyError if there is none."""
        items = self._items
        if not items:
            raise KeyError("popitem(): table is empty")
        self._items = items[1:]
        return items[0][1:]

    def copy(self) -> Any:
        """A table of its own with the same content."""
        twin = mp_table()
        twin._items = self._items
        return twin


class NativeHeaders(NativeTable, Headers):
    """The same for headers; a value that would break the line is a ValueError."""

    __slots__ = ()


def _values(values: Iterator[str]) -> Iterator[str]:
    """The *values*; one that is not UTF-8 is told as Latin-1, and passed over."""
    while True:
        try:
            yield next(values)
        except UnicodeDecodeError as error:
            yield error.object.decode("latin-1")
        except StopIteration:
            return


def _spelt(value: str) -> bytes:
    """*value* as it goes into a table of Apache's."""
    return to_wire(value).encode("latin-1")


for _kind in (NativeTable, NativeHeaders):
    _kind.__name__ = _kind.__qualname__ = mp_table.__name__  # pages print it
