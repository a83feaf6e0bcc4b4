"""Multipart bodies (RFC 7578) as fields; the multipart library finds the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from ..errors import BadMultipart, TooLarge
from .body import Body
from .fields import AnyField, Field, StringField
from .fieldvalues import from_wire
from .headers import Table
from .limits import Limits
from .request import CHUNK

if TYPE_CHECKING:
    from multipart import (  # type: ignore[import-untyped]
        MultipartSegment,
        PushMultipartParser,
    )


class Budget:
    """What the limits still leave to one form; TooLarge once it is overdrawn."""

    def __init__(self, limits: Limits):
        self._fields = limits.fields
        self._files = limits.files
        self._bytes = limits.field_bytes

    def take_fields(self, count: int = 1) -> None:
        """Count fields, files among them."""
        self._fields -= count
        if self._fields < 0:
            raise TooLarge(message="too many fields")

    def take_file(self) -> None:
        """Count a file."""
        self._files -= 1
        if self._files < 0:
            raise TooLarge(message="too many files")

    def take_bytes(self, count: int) -> None:
        """Count bytes that are not in a file."""
        self._bytes -= count
        if self._bytes < 0:
            raise TooLarge(message="too many bytes in fields")


class MultipartReader:
    """Reads the fields of one body.

    *open_file* is given the name of an upload and returns where it is to go,
    *open_field* does so for text. With *forgiving*, a body that stops before its last
    boundary gives what there is.
    """

    def __init__(
        self,
        limits: Limits,
        budget: Budget,
        open_file: Callable[[str], IO[bytes]],
        open_field: Callable[[], IO[bytes]] | None = None,
        forgiving: bool = False,
    ):
        self._limits = limits
        self._budget = budget
        self._open_file = open_file
        self._open_field = open_field
        self._forgiving = forgiving

    def read(self, body: Body, boundary: str) -> Iterator[AnyField]:
        """The fields in the order sent; BadMultipart or TooLarge where they end."""
        from multipart import MultipartError, ParserLimitReached

        try:
            yield from self._fields(self._events(body, boundary))
        except ParserLimitReached as error:
            raise TooLarge(message=str(error)) from None
        except MultipartError as error:
            raise BadMultipart(message=str(error)) from None

    def _events(
        self, body: Body, boundary: str
    ) -> Iterator[MultipartSegment | bytes | None]:
        """Each part as its head, its bytes in pieces, and None for its end."""
        parser = self._parser(boundary)
        while data := body.read(CHUNK):
            yield from parser.parse(data)
        if body.is_cut:
            raise BadMultipart(message="the body ends before its Content-Length")
        if self._forgiving:
            yield from parser.parse(f"\r\n--{boundary}--\r\n".encode())
        parser.close()

    def _parser(self, boundary: str) -> PushMultipartParser:
        from multipart import PushMultipartParser

        return PushMultipartParser(
            boundary,
            max_header_size=self._limits.part_header_bytes,
            max_header_count=self._limits.part_headers,
            max_segment_count=self._limits.parts,
            header_charset="latin-1",
        )

    def _fields(self, events: Iterator[Any]) -> Iterator[AnyField]:
        for head in events:
            part = _Head(head.headerlist)
            self._budget.take_fields()
            if part.filename:
                self._budget.take_file()
                yield self._upload(part, events)
            else:
                yield self._text(part, events)

    def _upload(self, part: _Head, events: Iterator[Any]) -> Field:
        file = self._open_file(part.filename)
        while piece := next(events):
            file.write(piece)
        file.seek(0)
        field = Field(part.name, part.filename, file)
        part.describe(field)
        return field

    def _text(self, part: _Head, events: Iterator[Any]) -> StringField:
        file = self._open_field() if self._open_field else BytesIO()
        while piece := next(events):
            self._budget.take_bytes(len(piece))
            file.write(piece)
        file.seek(0)
        field = StringField.from_bytes(file.read(), part.name)
        part.describe(field)
        if self._open_field:
            file.seek(0)
            field.file = file
        return field


class _Head:
    """What the headers of one part say."""

    def __init__(self, headers: list[tuple[str, str]]):
        self.headers = Table([(name, from_wire(value)) for name, value in headers])
        disposition = parse_options(self.headers.combined("Content-Disposition"))
        self.disposition, self.disposition_options = disposition
        self.name = self.disposition_options.get("name")
        self.filename = self.disposition_options.get("filename", "")

    def describe(self, field: AnyField) -> None:
        """Tell *field* what is known of it."""
        media_type, options = parse_options(self.headers.combined("Content-Type"))
        if "Content-Type" in self.headers and "/" not in media_type:
            media_type = "application/octet-stream"
        field.type, field.type_options = media_type or "text/plain", options
        field.disposition = self.disposition
        field.disposition_options = self.disposition_options
        field.headers = self.headers


def parse_options(value: str) -> tuple[str, dict[str, str]]:
    """The lower-case value of a header such as Content-Type, and its parameters."""
    from multipart import content_disposition_unquote, parse_options_header

    def unquote(text: str, _is_filename: bool = False) -> str:
        return str(content_disposition_unquote(text))  # a path in it stays

    found: tuple[str, dict[str, str]] = parse_options_header(value, unquote=unquote)
    return found
