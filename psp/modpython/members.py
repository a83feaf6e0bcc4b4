"""Which members of ``req`` can be set, and to what, as mod_python has it."""

from __future__ import annotations

from operator import index
from typing import Any

_TEXT = (
    "ap_auth_type canonical_filename content_type filename path_info uri user"
).split()
_TEXT_OR_NONE = "args handler status_line".split()
_NUMBERS = (
    "assbackwards chunked no_cache no_local_copy proxyreq status used_path_info"
).split()
_READ_ONLY = (
    "allowed allowed_xmethods bytes_sent clength connection content_encoding"
    " content_languages eos_sent expecting_100 main notes range read_body"
    " read_chunked server subprocess_env vlist_validator"
).split()

KINDS = {
    **dict.fromkeys(_TEXT, "text"),
    **dict.fromkeys(_TEXT_OR_NONE, "text or None"),
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_READ_ONLY, "read-only"),
}


def fit(name: str, value: Any) -> Any:
    """*value* as the member *name*, one of ``KINDS``, keeps it; bytes are Latin-1.

    AttributeError for a member that cannot be set, TypeError for a value of another
    type.
    """
    kind = KINDS[name]
    if kind == "read-only":
        raise AttributeError(f"{name!r} of a request cannot be set")
    if kind == "number":
        return index(value)
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str) or (value is None and kind == "text or None"):
        return value
    raise TypeError("not an ISO-8859-1 string")
