"""``mod_python.util``: forms, redirects, and functions called with a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from ..errors import FormError
from ..http import forms
from ..http.apply import apply_form
from ..http.exchange import mp_request
from ..http.fields import Field, FieldList, StringField
from ..http.formreader import FieldCallback, FileCallback
from ..http.forms import MOD_PYTHON_RULES
from ..http.multiparts import parse_options
from ..manners import moved_notice
from .apache import SERVER_RETURN
from .constants import DONE, HTTP_MOVED_PERMANENTLY, HTTP_MOVED_TEMPORARILY
from .foreign import adopt

__all__ = ["Field", "FieldList", "FieldStorage", "StringField"]
__name__ = "mod_python.util"  # what pages print, and find it under

Text = TypeVar("Text", str, bytes)


class FieldStorage(forms.FieldStorage):
    """The fields of *req*, read at once; blank values count only where asked for.

    SERVER_RETURN with the status for a body that is not to be read as a form.
    """

    def __init__(
        self,
        req: mp_request,
        keep_blank_values: bool | int = 0,
        strict_parsing: bool | int = 0,
        file_callback: FileCallback | None = None,
        field_callback: FieldCallback | None = None,
    ):
        try:
            super().__init__(
                adopt(req),
                keep_blank_values,
                strict_parsing,
                file_callback,
                field_callback,
                rules=MOD_PYTHON_RULES,
            )
        except FormError as error:
            raise SERVER_RETURN(error.status) from error

    def __repr__(self) -> str:
        return repr({name: self.getlist(name) for name in self.keys()})


def redirect(
    req: mp_request, location: str, permanent: bool | int = 0, text: str | None = None
) -> NoReturn:
    """End the request with a redirect: status 302, or 301 where it is permanent.

    *text* is the body, in place of a short notice. TypeError for a location that is
    not str, OSError once headers are sent, ValueError for control characters.
    """
    req = adopt(req)
    if not isinstance(location, str):
        raise TypeError("location must be of type str")
    if req.sent_bodyct:
        raise OSError("Cannot redirect after headers have already been sent.")
    if any(ord(char) < 32 or ord(char) == 127 for char in location):
        raise ValueError("control characters in the location of a redirect")
    req.err_headers_out["Location"] = location
    req.status = HTTP_MOVED_PERMANENTLY if permanent else HTTP_MOVED_TEMPORARILY
    req.write(moved_notice(location) if text is None else text, 1)
    raise SERVER_RETURN(DONE)


def apply_fs_data(function: Callable[..., Any], fs: Any, **args: Any) -> Any:
    """The result of *function*, given the fields it has parameters for, and *args*."""
    return apply_form(function, fs, **args)


def parse_qsl(
    qs: Text, keep_blank_values: bool | int = 0, strict_parsing: bool | int = 0
) -> list[tuple[Text, Text]]:
    """The pairs of a query, in the type of *qs*; bytes are UTF-8."""
    if not isinstance(qs, str | bytes):
        raise TypeError("a query must be str or bytes")
    text = qs.decode("utf-8", "surrogateescape") if isinstance(qs, bytes) else qs
    pairs = [pair for pair in text.replace(";", "&").split("&") if pair]
    found = []
    for pair in pairs:
        name, _, value = pair.partition("=")
        if value or keep_blank_values:
            found.append((_decoded(name, qs), _decoded(value, qs)))
    return found


def parse_qs(
    qs: Text, keep_blank_values: bool | int = 0, strict_parsing: bool | int = 0
) -> dict[Text, list[Text]]:
    """The values of a query by name, in the type of *qs*."""
    found: dict[Text, list[Text]] = {}
    for name, value in parse_qsl(qs, keep_blank_values):
        found.setdefault(name, []).append(value)
    return found


def _decoded(text: str, like: Text) -> Text:
    from urllib.parse import unquote_plus, unquote_to_bytes

    if isinstance(like, str):
        return unquote_plus(text)
    return unquote_to_bytes(text.replace("+", " ").encode("utf-8", "surrogateescape"))


def parse_header(line: str | bytes) -> tuple[str, dict[str, str]]:
    """The lower-case value of a header, and its parameters."""
    return parse_options(line.decode("latin-1") if isinstance(line, bytes) else line)
