"""The fields of a form, as mod_python's pages know them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any, Self, SupportsIndex

from ..light import lazy
from .headers import Table


class StringField(str):
    """A field of text: a str, equal to its ``value``, that knows its ``name``.

    ``name`` is None for a part of a multipart body that has none.
    """

    name: str | None
    filename = None
    disposition: str | None = None
    disp_options = None
    type = ctype = "text/plain"
    _raw: bytes | None = None

    def __new__(cls, value: str, name: str | None = None) -> Self:
        field = super().__new__(cls, value)
        field.name = name
        return field

    @classmethod
    def from_bytes(cls, data: bytes, name: str | None) -> Self:
        """The field of *data*, which should be UTF-8; what is not shows as U+FFFD."""
        field = cls(data.decode(errors="replace"), name)
        if "\ufffd" in field:
            field._raw = data
        return field

    @lazy
    def value(self) -> str:
        """The text, as a plain str."""
        return str(self)

    @lazy
    def file(self) -> IO[bytes]:
        """The bytes that were sent, as a file."""
        return BytesIO(self.raw)

    @lazy
    def headers(self) -> Table | dict[str, str]:
        """The headers of a part of a multipart body; otherwise empty."""
        return {}

    @lazy
    def type_options(self) -> dict[str, str]:
        """The parameters of the part's Content-Type."""
        return {}

    @lazy
    def disposition_options(self) -> dict[str, str]:
        """The parameters of the part's Content-Disposition."""
        return {}

    @property
    def raw(self) -> bytes:
        """The bytes that were sent."""
        return self.encode() if self._raw is None else self._raw

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The bytes that were sent, decoded; pages written for bytes ask for it."""
        return self.raw.decode(encoding, errors)

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.value!r})"


class Field:
    """An uploaded file.

    ``filename``  as the client sent it, path and all: not to be trusted
    ``file``      open for reading, at its start; gone at the end of the request
    ``type``      the media type the client claims
    """

    def __init__(self, name: str | None, filename: str, file: IO[bytes]):
        self.name = name
        self.filename = filename
        self.file = file
        self.type = "text/plain"
        self.type_options: dict[str, str] = {}
        self.disposition: str | None = None
        self.disposition_options: dict[str, str] = {}
        self.headers = Table()

    @property
    def value(self) -> bytes:
        """The whole content; the file is at its start before and after."""
        self.file.seek(0)
        data = self.file.read()
        self.file.seek(0)
        return data

    def save(self, path: str | os.PathLike[str], overwrite: bool = False) -> str:
        """Keep the file as *path*, or in the folder *path* under its own name made
        safe; where it is then.

        Raises FormError for a path with ``..`` in it, FileExistsError unless
        *overwrite* says that a file may go.
        """
        from .saving import save_file

        return save_file(self.file, self.filename, path, overwrite)

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.value!r})"


AnyField = StringField | Field


class FieldList(list[AnyField]):
    """All fields in the order sent; an index by name keeps in step with changes."""

    _table: dict[str | None, list[AnyField]] | None = None

    def table(self) -> dict[str | None, list[AnyField]]:
        """The fields by name, names in order of first appearance."""
        if self._table is None:
            self._table = {}
            for field in self:
                self._table.setdefault(field.name, []).append(field)
        return self._table

    def _forget(self) -> Self:
        self._table = None
        return self

    def append(self, field: AnyField) -> None:
        super(FieldList, self._forget()).append(field)

    def extend(self, fields: Iterable[AnyField]) -> None:
        super(FieldList, self._forget()).extend(fields)

    def insert(self, at: SupportsIndex, field: AnyField) -> None:
        super(FieldList, self._forget()).insert(at, field)

    def pop(self, at: SupportsIndex = -1) -> AnyField:
        return super(FieldList, self._forget()).pop(at)

    def remove(self, field: AnyField) -> None:
        super(FieldList, self._forget()).remove(field)

    def clear(self) -> None:
        super(FieldList, self._forget()).clear()

    def reverse(self) -> None:
        super(FieldList, self._forget()).reverse()

    def sort(self, **options: Any) -> None:
        super(FieldList, self._forget()).sort(**options)

    def __setitem__(self, at: Any, field: Any) -> None:
        super(FieldList, self._forget()).__setitem__(at, field)

    def __delitem__(self, at: Any) -> None:
        super(FieldList, self._forget()).__delitem__(at)

    def __iadd__(self, fields: Iterable[AnyField]) -> Self:  # type: ignore[override,misc]
        self.extend(fields)
        return self
