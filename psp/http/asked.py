"""Which fragment of a page a request asks for."""

from __future__ import annotations

from urllib.parse import parse_qs

from .request import Request

#: The field of the query that names a fragment.
FIELD = "fragment"


def asked_fragment(request: Request) -> tuple[str | None, bool]:
    """The name of the fragment, None for the whole page, and whether it must be there.

    By the query, or by what htmx says about the element that it wants to fill
    (``HX-Target``), which need not be a fragment.
    """
    if FIELD in request.query:
        named = parse_qs(request.query).get(FIELD)
        if named:
            return named[0], True
    if request.headers.get("HX-Request") == "true":
        target = request.headers.get("HX-Target")
        return target if isinstance(target, str) else None, False
    return None, False
