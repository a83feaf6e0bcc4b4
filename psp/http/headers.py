"""Headers, and the tables of mod_python they are a kind of."""

from __future__ import annotations

from ..light import pattern
from .fieldvalues import checked, from_wire, to_wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Protocol, Self, TypeVar

    Value = str | list[str]
    D = TypeVar("D")

    class Pairs(Protocol):
        """A mapping as far as a table reads one."""

        def keys(self) -> Iterable[Any]: ...
        def __getitem__(self, key: Any, /) -> Any: ...


Text = str | bytes

_TOKEN = pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _text(value: Text) -> str:
    """A key or value as str; bytes are Latin-1, so that they go out as they came."""
    if isinstance(value, str):
        return str(value)  # a field of a form is a str of its own; servers want none
    if isinstance(value, bytes):
        return value.decode("latin-1")
    raise TypeError("not an ISO-8859-1 string")


class mp_table:
    """An ordered mapping of str to str whose names repeat and match in any case.

    Names and values may be given as str or bytes, TypeError otherwise; a name keeps
    the spelling it came with. The interface is that of mod_python's tables.
    """

    __slots__ = ("_items",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, items: Pairs | Iterable[tuple[Text, Text]] = ()):
        self._items: list[tuple[str, str, str]] = []  # key to match, name, value
        if items != ():
            self.update(items)

    def _pair(self, name: Text, value: Text) -> tuple[str, str]:
        """A name and a value fit to be kept."""
        return _text(name), _text(value)

    def __getitem__(self, name: Text) -> Value:
        """The value, or the list of all values where there are several; KeyError."""
        found = self.get_all(name)
        if not found:
            raise KeyError(name)
        return found[0] if len(found) == 1 else found

    def __setitem__(self, name: Text, value: Text) -> None:
        """Replace all values; the first keeps its place and its spelling."""
        name, value = self._pair(name, value)
        key = name.lower()
        items = self._items
        for at, (known, spelling, _) in enumerate(items):
            if known == key:
                items[at] = (key, spelling, value)
                items[at + 1 :] = [item for item in items[at + 1 :] if item[0] != key]
                return
        items.append((key, name, value))

    def __delitem__(self, name: Text) -> None:
        """Drop every value; a name that is not there is no error."""
        key = _text(name).lower()
        self._items = [item for item in self._items if item[0] != key]

    def __contains__(self, name: Text) -> bool:
        key = _text(name).lower()
        return key in [item[0] for item in self._items]

    def __len__(self) -> int:
        """How many values there are, repeats counted."""
        return len(self._items)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __eq__(self, other: object) -> bool:
        """Equality as mod_python has it: by exact names, and never between repeats."""
        from collections.abc import Mapping

        if not isinstance(other, mp_table | Mapping):
            return NotImplemented
        return dict(self.items()) == {name: other[name] for name in other}

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{k!r}: {v!r}" for k, v in self.items()) + "}"

    def add(self, name: Text, value: Text) -> None:
        """Add one more value."""
        name, value = self._pair(name, value)
        self._items.append((name.lower(), name, value))

    def get(self, name: Text, default: D | None = None) -> str | D | None:
        """The first value, be there one or several, or *default*."""
        found = self.get_all(name)
        return found[0] if found else default

    def get_all(self, name: Text) -> list[str]:
        """Every value of *name*, in order."""
        key = _text(name).lower()
        return [item[2] for item in self._items if item[0] == key]

    def combined(self, name: str, default: str = "") -> str:
        """All values of *name* joined by ``", "`` (RFC 9110, section 5.2)."""
        found = self.get_all(name)
        return ", ".join(found) if found else default

    def has_key(self, name: Text) -> int:
        """1 if there is a value of that name, otherwise 0."""
        return int(name in self)

    def keys(self) -> list[str]:
        """The names in order, repeats included."""
        return [item[1] for item in self._items]

    def values(self) -> list[str]:
        """The values in order."""
        return [item[2] for item in self._items]

    def items(self) -> list[tuple[str, str]]:
        """Names and values in order, repeats included."""
        return [item[1:] for item in self._items]

    def iterkeys(self) -> Iterator[str]:
        """An iterator over the names."""
        return iter(self.keys())

    def itervalues(self) -> Iterator[str]:
        """An iterator over the values."""
        return iter(self.values())

    def iteritems(self) -> Iterator[tuple[str, str]]:
        """An iterator over names and values."""
        return iter(self.items())

    def update(self, items: Pairs | Iterable[tuple[Text, Text]]) -> None:
        """Set what a table, mapping or pairs hold; the repeats of a table stay."""
        if isinstance(items, mp_table):
            self._merge(items)
        elif hasattr(items, "keys"):
            for name in items.keys():
                self[name] = items[name]  # type: ignore[index]
        else:
            for name, value in items:
                self[name] = value

    def _merge(self, table: mp_table) -> None:
        given = [item[0] for item in table._items]
        kept = [item for item in self._items if item[0] not in set(given)]
        pairs = [self._pair(name, value) for name, value in table.items()]
        self._items = kept + [(k, *pair) for k, pair in zip(given, pairs, strict=True)]

    def copy(self) -> Self:
        """A table of the same kind with the same content."""
        twin = type(self)()
        twin._items = self._items.copy()
        return twin

    def clear(self) -> None:
        """Drop everything."""
        self._items.clear()

    def popitem(self) -> tuple[str, str]:
        """The first name and value, taken out; KeyError if there is none."""
        if not self._items:
            raise KeyError("popitem(): table is empty")
        return self._items.pop(0)[1:]

    def setdefault(self, name: Text, default: Text = "") -> Value:
        """What ``[]`` gives, after setting *default* where there was nothing."""
        if name not in self:
            self[name] = default
        return self[name]


class Headers(mp_table):
    """The headers of a message: a table that holds nothing but headers.

    ValueError for a name that is no token (RFC 9110, section 5.6.2), and for CR, LF
    or NUL in a value: no page can end a header and begin another.
    """

    __slots__ = ()

    @classmethod
    def received(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """The headers of a request, spelt as Latin-1; repeats are joined by ``", "``.

        They are taken as they are: what is bad in them is the server's to refuse.
        """
        names: dict[str, str] = {}
        values: dict[str, list[str]] = {}
        for name, value in pairs:
            names.setdefault(name.lower(), name)
            values.setdefault(name.lower(), []).append(from_wire(value))
        headers = cls()
        headers._items = [(k, names[k], ", ".join(v)) for k, v in values.items()]
        return headers

    def _pair(self, name: Text, value: Text) -> tuple[str, str]:
        name, value = _text(name), _text(value)
        if not is_token(name):
            raise ValueError(f"not the name of a header: {name!r}")
        return name, checked(value)

    def to_wire(self) -> list[tuple[str, str, str]]:
        """All headers, spelt as servers want them: in lower case, name, value."""
        return [(key, name, to_wire(value)) for key, name, value in self._items]


def is_token(name: str) -> bool:
    """Whether *name* is a token (RFC 9110, section 5.6.2), as header names are."""
    if name.isascii() and name.replace("-", "a").isalnum():
        return True
    return _TOKEN.fullmatch(name) is not None


# Pages print the name of the class; both kinds are mp_table there.
Headers.__name__ = Headers.__qualname__ = mp_table.__name__
Table = mp_table
