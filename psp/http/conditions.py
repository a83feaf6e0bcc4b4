"""Conditional requests: RFC 9110, section 13."""

from __future__ import annotations

import time

from .dates import parse_date
from .headers import Table

MATCH, UNMODIFIED = "If-Match", "If-Unmodified-Since"
NONE_MATCH, MODIFIED = "If-None-Match", "If-Modified-Since"
CONDITIONS = (MATCH, UNMODIFIED, NONE_MATCH, MODIFIED)


def check_conditions(method: str, sent: Table, etag: str, modified: str) -> int:
    """304 or 412 where the conditions in *sent* ask for it, otherwise 0.

    *etag* and *modified* are the values of the answer's ETag and Last-Modified, or
    empty. The order is that of section 13.2.2.
    """
    if not any(name in sent for name in CONDITIONS):
        return 0
    if _is_changed(sent, etag, modified):
        return 412
    if not _is_known(sent, etag, modified, method in ("GET", "HEAD")):
        return 0
    return 304 if method in ("GET", "HEAD") else 412


def _is_changed(sent: Table, etag: str, modified: str) -> bool:
    """Whether this is no longer what the client wants to act on."""
    if MATCH in sent:
        return not _matches(sent.combined(MATCH), etag, weak=False)
    wanted, actual = _dates(sent, UNMODIFIED, modified)
    return wanted is not None and actual is not None and actual > wanted


def _is_known(sent: Table, etag: str, modified: str, reading: bool) -> bool:
    """Whether the client has this already."""
    if NONE_MATCH in sent:
        return _matches(sent.combined(NONE_MATCH), etag, weak=True)
    wanted, actual = _dates(sent, MODIFIED, modified)
    if not reading or wanted is None or actual is None:
        return False
    return actual <= wanted <= time.time()  # a date that is ahead counts for nothing


def _matches(wanted: str, etag: str, weak: bool) -> bool:
    """Whether *etag* is in the list *wanted*; ``*`` means any (section 8.8.3.2)."""
    from werkzeug import http

    tags = http.parse_etags(wanted.strip())
    if tags.star_tag:
        return True
    tag, is_weak = http.unquote_etag(etag)
    if tag is None or (is_weak and not weak):
        return False
    return tags.contains_weak(tag) if weak else tags.is_strong(tag)


def _dates(sent: Table, name: str, modified: str) -> tuple[int | None, int | None]:
    if name not in sent:
        return None, None
    return parse_date(sent.combined(name)), parse_date(modified)
