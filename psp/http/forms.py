"""Forms: query, URL-encoded and multipart bodies, as one FieldStorage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from .fields import AnyField, Field, FieldList, StringField
from .formreader import (
    MOD_PYTHON_RULES,
    PSP_RULES,
    FieldCallback,
    FileCallback,
    FormInput,
    FormReader,
    FormRules,
)
from .limits import Limits

__all__ = [
    "MOD_PYTHON_RULES",
    "PSP_RULES",
    "Field",
    "FieldStorage",
    "FormRules",
    "StringField",
    "parse_form",
]

D = TypeVar("D")
Key = str | bytes | None


class FormSource(Protocol):
    """What has a form: a Request, or the ``req`` of a page."""

    def form_input(self) -> FormInput: ...


class FieldStorage:
    """The fields of a query and, for POST, of the body; text is str throughout.

    The arguments are mod_python's: *keep_blank_values* keeps fields without a value,
    *strict_parsing* does nothing, *file_callback* is given the name of an upload and
    returns the file it goes to, *field_callback* returns one for text. With *lazy*
    nothing is read before the first use. Raises FormError with status 411 for a body
    of unknown length, 400 for a broken one, 413 past the limits (those of the request
    without *limits*), ``rules.unsupported`` for one that is no form.
    """

    def __init__(
        self,
        source: FormSource,
        keep_blank_values: bool | int = False,
        strict_parsing: bool | int = False,
        file_callback: FileCallback | None = None,
        field_callback: FieldCallback | None = None,
        *,
        limits: Limits | None = None,
        rules: FormRules = PSP_RULES,
        lazy: bool = False,
    ):
        self._source: FormSource | None = source
        self._reader = FormReader(
            rules, limits, bool(keep_blank_values), file_callback, field_callback
        )
        self._fields = FieldList()
        self._error: Exception | None = None
        if not lazy:
            self.parse()

    def parse(self) -> None:
        """Read everything now, if it is not read; a failure is raised at every use."""
        if self._error is not None:
            raise self._error
        if self._source is None:
            return
        form, self._source = self._source.form_input(), None
        try:
            self._fields.extend(self._reader.read(form))
        except Exception as error:
            self._error = error
            self.close()
            raise
        if self._reader.files and form.when_done is not None:
            form.when_done(self.close)

    def close(self) -> None:
        """Close the temporary files of uploads, which removes them."""
        while self._reader.files:
            self._reader.files.pop().close()

    def _table(self) -> dict[str | None, list[AnyField]]:
        self.parse()
        return self._fields.table()

    def __getitem__(self, name: Key) -> AnyField | list[AnyField]:
        """The field, or the list of fields where there are several; KeyError."""
        found = self._table()[_name(name)]
        return found[0] if len(found) == 1 else list(found)

    def __setitem__(self, name: Key, value: str | bytes | Field) -> None:
        """Replace all fields of *name*."""
        fresh = _as_field(_name(name), value)
        if name in self:
            del self[name]
        self._fields.append(fresh)

    def __delitem__(self, name: Key) -> None:
        """Drop all fields of *name*; KeyError if there is none."""
        gone = self._table()[_name(name)]
        self._fields[:] = [
            field for field in self._fields if field.name != gone[0].name
        ]

    def __contains__(self, name: Key) -> bool:
        return _name(name) in self._table()

    def __iter__(self) -> Iterator[str | None]:
        return iter(self.keys())

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._table())

    def __repr__(self) -> str:
        return repr({name: self[name] for name in self.keys()})

    def get(
        self, name: Key, default: D | None = None
    ) -> AnyField | list[AnyField] | D | None:
        """What ``[]`` gives, or *default*."""
        return self[name] if name in self else default

    def getfirst(self, name: Key, default: D | None = None) -> AnyField | D | None:
        """The first field of *name*, or *default*."""
        found = self._table().get(_name(name))
        return found[0] if found else default

    def getlist(self, name: Key) -> list[AnyField]:
        """All fields of *name*, maybe none."""
        return list(self._table().get(_name(name), ()))

    def has_key(self, name: Key) -> bool:
        """Whether there is a field of that name."""
        return name in self

    def keys(self) -> list[str | None]:
        """The names, once each, in order of first appearance."""
        return list(self._table())

    def items(self) -> list[tuple[str | None, AnyField]]:
        """Names and fields in the order sent."""
        self.parse()
        return [(field.name, field) for field in self._fields]

    def add_field(self, name: Key, value: str | bytes | Field) -> None:
        """Add one more value."""
        self.parse()
        self._fields.append(_as_field(_name(name), value))

    def clear(self) -> None:
        """Forget all fields."""
        self.parse()
        self._fields.clear()

    @property
    def list(self) -> FieldList:
        """All fields in the order sent; changing it changes the form."""
        self.parse()
        return self._fields


def _name(name: Key) -> str | None:
    """The name of a field as it is kept; bytes are UTF-8."""
    return name.decode(errors="replace") if isinstance(name, bytes) else name


def _as_field(name: str | None, value: str | bytes | Field) -> AnyField:
    """*value* as a field called *name*."""
    if isinstance(value, bytes):
        return StringField.from_bytes(value, name)
    if isinstance(value, str):
        return StringField(value, name)
    if isinstance(value, Field):
        value.name = name
        return value
    raise TypeError(f"a field is str, bytes or Field, not {type(value).__name__}")


def parse_form(
    source: FormSource,
    limits: Limits | None = None,
    rules: FormRules = PSP_RULES,
    keep_blank_values: bool = True,
) -> FieldStorage:
    """The form of a request, read at once; blank values are kept, as pages have it."""
    return FieldStorage(source, keep_blank_values, limits=limits, rules=rules)
