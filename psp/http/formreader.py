"""Reading forms: the fields of a request, one after the other, within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, NamedTuple, cast
from urllib.parse import unquote, unquote_to_bytes

from ..errors import BadMultipart, FormError
from .body import Body
from .fields import AnyField, StringField
from .fieldvalues import from_wire
from .limits import Limits
from .multiparts import Budget, MultipartReader, parse_options
from .request import CHUNK, Request

FileCallback = Callable[[str], IO[bytes]]
FieldCallback = Callable[[], IO[bytes]]
URL_ENCODED = "application/x-www-form-urlencoded"


class FormInput(NamedTuple):
    """All that a form is read from.

    ``query``      as sent, without ``?``; a page may have replaced the request's own
    ``when_done``  takes a function to call when the request is over, or None
    """

    request: Request
    query: str
    when_done: Callable[[Callable[[], object]], None] | None = None


class FormRules(NamedTuple):
    """Where dialects differ.

    ``semicolons``    whether ``;`` separates pairs as ``&`` does
    ``nul_ends``      whether a NUL ends a name or value
    ``forgiving``     whether a multipart body may lack its end
    ``needs_length``  whether a body needs a Content-Length even if it ends by itself
    ``unsupported``   status for a body that is no form
    ``methods``       methods whose body may be a form
    ``json``          whether a JSON body, which ``req.json`` is for, is let be
    """

    semicolons: bool = False
    nul_ends: bool = False
    forgiving: bool = False
    needs_length: bool = False
    unsupported: int = 415
    methods: tuple[str, ...] = ("POST", "PUT", "PATCH")
    json: bool = True


PSP_RULES = FormRules()
MOD_PYTHON_RULES = FormRules(True, True, True, True, 501, ("POST",), False)


def is_json(content_type: str) -> bool:
    """Whether *content_type* is JSON, or built on it (RFC 6839)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


class FormReader:
    """Reads the fields of a query and of a body, by *rules*.

    *limits* stand in for those of the request. ``files`` are the temporary files it
    has opened, for the owner of the fields to close.
    """

    def __init__(
        self,
        rules: FormRules,
        limits: Limits | None,
        keep_blank: bool,
        file_callback: FileCallback | None,
        field_callback: FieldCallback | None,
    ):
        self.files: list[IO[bytes]] = []
        self._rules = rules
        self._limits = limits
        self._keep_blank = keep_blank
        self._file_callback = file_callback
        self._field_callback = field_callback

    def read(self, form: FormInput) -> Iterator[AnyField]:
        """All fields, in the order sent."""
        request = form.request
        limits = self._limits or request.limits
        budget = Budget(limits)
        query = from_wire(form.query)
        budget.take_bytes(len(query))
        yield from self._read_pairs(query, budget)
        if request.method not in self._rules.methods:
            return
        content_type = request.headers.combined("Content-Type")
        if self._rules.json and is_json(content_type):
            return
        if self._check_length(request.body, limits):
            fields = self._read_body(request.body, content_type, limits, budget)
            if "progress=" not in query:
                yield from fields
                return
            from .progress import noting

            with noting(query, request.session, request.body):
                yield from fields

    def _check_length(self, body: Body, limits: Limits) -> bool:
        """Whether there is a body to read; FormError if none should be read."""
        if not body.has_end or (body.length is None and self._rules.needs_length):
            raise FormError(411, "a form needs a Content-Length")
        body.limit = limits.body_bytes
        # empty, or somebody has read it
        return body.length is None or body.remaining > 0

    def _read_body(
        self, body: Body, content_type: str, limits: Limits, budget: Budget
    ) -> Iterable[AnyField]:
        media_type, options = parse_options(content_type)
        if media_type in ("", URL_ENCODED):
            return self._read_url_encoded(body, budget)
        if media_type.startswith("multipart/"):
            boundary = options.get("boundary", "")
            return self._read_multipart(body, boundary, limits, budget)
        raise FormError(self._rules.unsupported, f"not a form: {media_type}")

    def _read_url_encoded(self, body: Body, budget: Budget) -> Iterator[StringField]:
        """The fields of the body; read in pieces, so that no more than allowed is."""
        pieces = []
        budget.take_bytes(body.remaining)
        while piece := body.read(CHUNK):
            if body.length is None:
                budget.take_bytes(len(piece))
            pieces.append(piece)
        if body.is_cut:
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
        self, body: Body, boundary: str, limits: Limits, budget: Budget
    ) -> Iterable[AnyField]:
        if not boundary or not boundary.isascii():
            raise BadMultipart(message="a multipart body needs a boundary")
        if len(boundary) > limits.boundary_bytes:
            raise BadMultipart(message="the boundary is too long")

        def open_file(filename: str) -> IO[bytes]:
            if self._file_callback is not None:
                return self._file_callback(filename)
            return self._open_temporary(limits.spool_bytes)

        reader = MultipartReader(
            limits, budget, open_file, self._field_callback, self._rules.forgiving
        )
        return reader.read(body, boundary)

    def _open_temporary(self, spool: int) -> IO[bytes]:
        """A file that is in memory up to *spool* bytes, then on disk without a name."""
        from tempfile import SpooledTemporaryFile

        file = cast(IO[bytes], SpooledTemporaryFile(max_size=spool))
        self.files.append(file)
        return file
