"""Forms: query, URL-encoded and multipart bodies, as one FieldStorage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, NamedTuple, TypeVar, cast
from urllib.parse import unquote, unquote_to_bytes

from ..errors import BadMultipart, FormError, TooLarge
from .fields import AnyField, Field, FieldList, StringField
from .headers import from_wire
from .limits import Limits
from .multiparts import Budget, MultipartReader, parse_options
from .request import CHUNK, FormInput, FormSource

__all__ = ["Field", "FieldStorage", "FormRules", "StringField", "parse_form"]

D = TypeVar("D")
Key = str | bytes | None
FileCallback = Callable[[str], IO[bytes]]
FieldCallback = Callable[[], IO[bytes]]
URL_ENCODED = "application/x-www-form-urlencoded"


class FormRules(NamedTuple):
    """Where dialects differ.

    ``semicolons``   whether ``;`` separates pairs as ``&`` does
    ``nul_ends``     whether a NUL ends a name or value
    ``forgiving``    whether a multipart body may lack its end
    ``unsupported``  status for a body that is no form
    """

    semicolons: bool = False
    nul_ends: bool = False
    forgiving: bool = False
    unsupported: int = 415


PSP_RULES = FormRules()
MOD_PYTHON_RULES = FormRules(True, True, True, 501)


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
        self._keep_blank = bool(keep_blank_values)
        self._file_callback = file_callback
        self._field_callback = field_callback
        self._limits = limits
        self._rules = rules
        self._fields = FieldList()
        self._error: Exception | None = None
        self._files: list[IO[bytes]] = []
        if not lazy:
            self.parse()

    def parse(self) -> None:
        """Read everything now, if it is not read; a failure is raised at every use."""
        if self._error is not None:
            raise self._error
        if self._source is None:
            return
        form, self._source = self._source.form_input(), None
        if self._limits is not None:
            form = form._replace(limits=self._limits)
        try:
            self._fields.extend(self._read(form))
        except Exception as error:
            self._error = error
            self.close()
            raise
        if self._files and form.when_done is not None:
            form.when_done(self.close)

    def close(self) -> None:
        """Close the temporary files of uploads, which removes them."""
        while self._files:
            self._files.pop().close()

    def _read(self, form: FormInput) -> Iterator[AnyField]:
        budget = Budget(form.limits)
        query = from_wire(form.query)
        budget.take_bytes(len(query))
        yield from self._read_pairs(query, budget)
        if form.method != "POST":
            return
        body = form.body
        if not body.has_end:
            raise FormError(411, "a form needs a Content-Length")
        if body.length is not None and body.length > form.limits.body_bytes:
            raise TooLarge(message=f"a body of {body.length} bytes")
        if body.length is not None and not body.remaining:
            return  # empty, or somebody has read it
        media_type, options = parse_options(form.content_type)
        if media_type in ("", URL_ENCODED):
            yield from self._read_url_encoded(form, budget)
        elif media_type.startswith("multipart/"):
            yield from self._read_multipart(form, budget, options.get("boundary", ""))
        else:
            raise FormError(self._rules.unsupported, f"not a form: {media_type}")

    def _read_url_encoded(
        self, form: FormInput, budget: Budget
    ) -> Iterator[StringField]:
        """The fields of the body; read in pieces, so that no more than allowed is."""
        pieces = []
        budget.take_bytes(form.body.remaining)
        while piece := form.body.read(CHUNK):
            if form.body.length is None:
                budget.take_bytes(len(piece))
            pieces.append(piece)
        if form.body.is_cut:
            raise FormError(message="the body ends before its Content-Length")
        text = from_wire(b"".join(pieces).decode("latin-1"))
        yield from self._read_pairs(text, budget)

    def _read_pairs(self, text: str, budget: Budget) -> Iterator[StringField]:
        """The fields of ``name=value&name=value``."""
        if self._rules.semicolons:
            text = text.replace(";", "&")
        pairs = [pair for pair in text.split("&") if pair]
        budget.take_fields(len(pairs))
        for pair in pairs:
            name, _, value = pair.partition("=")
            if value or self._keep_blank:
                yield self._field(name.replace("+", " "), value.replace("+", " "))

    def _field(self, name: str, value: str) -> StringField:
        text = unquote(value) if "%" in value else value
        field = StringField(self._ended(text), self._ended(unquote(name)))
        if "\ufffd" in text:
            field._raw = unquote_to_bytes(value)
        return field

    def _ended(self, text: str) -> str:
        return text.partition("\0")[0] if self._rules.nul_ends else text

    def _read_multipart(
        self, form: FormInput, budget: Budget, boundary: str
    ) -> Iterable[AnyField]:
        if not boundary or not boundary.isascii():
            raise BadMultipart(message="a multipart body needs a boundary")
        if len(boundary) > form.limits.boundary_bytes:
            raise BadMultipart(message="the boundary is too long")

        def open_file(filename: str) -> IO[bytes]:
            if self._file_callback is not None:
                return self._file_callback(filename)
            return self._open_temporary(form.limits.spool_bytes)

        reader = MultipartReader(
            form.limits, budget, open_file, self._field_callback, self._rules.forgiving
        )
        return reader.read(form.body, boundary)

    def _open_temporary(self, spool: int) -> IO[bytes]:
        """A file that is in memory up to *spool* bytes, then on disk without a name."""
        from tempfile import SpooledTemporaryFile

        file = cast(IO[bytes], SpooledTemporaryFile(max_size=spool))
        self._files.append(file)
        return file

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
