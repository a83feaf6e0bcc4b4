"""The guard: a request that changes something has to come from a page of this site."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from .errors import ForgedRequest
from .http.formreader import PSP_RULES, URL_ENCODED
from .http.multiparts import parse_options
from .http.origin import is_foreign

if TYPE_CHECKING:
    from .http.request import Request
    from .pagerun import PageRun

#: Methods that change nothing (RFC 9110, section 9.2.1).
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


def check_forgery(run: PageRun) -> None:
    """Raise ForgedRequest unless a page of this site had the request of *run* sent.

    What browsers say of its origin must not speak against it, and it has a token of the
    visitor's session, where the dialect has a way to write one. Raises FormError when
    the form that should hold the token cannot be read.
    """
    check_origin(run.request, run.handler.csrf_origins)
    if run.manners.has_tokens:
        _check_token(run)


def check_origin(request: Request, trusted: frozenset[str] = frozenset()) -> None:
    """Raise ForgedRequest for what, as browsers say, another site wants changed.

    *trusted* are origins of other sites that may.
    """
    if request.method not in SAFE and is_foreign(request, trusted):
        raise ForgedRequest(message="another site has sent it")


def _check_token(run: PageRun) -> None:
    """The header counts alone where it is there, so that the body may be anything."""
    session = run.open_session("read")
    if session.is_new():
        raise ForgedRequest(message="it comes without a session")
    headers = run.request.headers
    token = headers.combined(HEADER) if HEADER in headers else _field(run)
    if not token:
        raise ForgedRequest(message="it has no token; psp.csrf_field() writes one")
    if not session.accepts(token):
        raise ForgedRequest(message="its token is not of this session and id")


def _field(run: PageRun) -> str:
    """The token in the form of the body; one in the query would end up in logs."""
    if not _has_form(run.request):
        return ""
    sent = run.make_form().getlist(FIELD)
    pairs = parse_qsl(run.request.query, keep_blank_values=True)
    in_query = [name for name, _ in pairs].count(FIELD)
    last = sent[-1] if len(sent) > in_query else ""
    return last if isinstance(last, str) else ""


def _has_form(request: Request) -> bool:
    if request.method not in PSP_RULES.methods or not request.body.has_end:
        return False
    kind = parse_options(request.headers.combined("Content-Type"))[0]
    return kind in ("", URL_ENCODED) or kind.startswith("multipart/")
