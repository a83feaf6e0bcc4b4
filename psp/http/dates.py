"""The dates of HTTP headers, as seconds since the epoch."""

from __future__ import annotations

LONGEST = 64  # characters; every form of RFC 9110, section 5.6.7, is shorter


def http_date(seconds: float) -> str:
    """*seconds* as an IMF-fixdate (RFC 9110): ``Sun, 06 Nov 1994 08:49:37 GMT``."""
    from werkzeug import http

    return http.http_date(seconds)


def parse_date(text: str) -> int | None:
    """The whole second that *text* names, or None if it names none."""
    from werkzeug import http

    try:
        date = http.parse_date(text) if len(text) <= LONGEST else None
        return None if date is None else int(date.timestamp())
    except (OverflowError, ValueError):  # a year, or a zone, beyond the calendar
        return None
