"""What visitors see of an error in production: that there was one, and its number."""

from __future__ import annotations

from markupsafe import Markup

from .text import reason_of

_PAGE = Markup("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{status} {reason}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.0625rem/1.6 system-ui, sans-serif; color: #1b1e23; background: #fff;
  max-width: 36rem; margin: 18vh auto 2rem; padding: 0 1.25rem; }}
h1 {{ font-size: 1.75rem; line-height: 1.25; margin: 0 0 .75rem; }}
p {{ margin: 0 0 .75rem; }}
small {{ color: #59606b; overflow-wrap: anywhere; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e7e9ed; background: #14161a; }}
  small {{ color: #a1a9b5; }}
}}
</style>
</head>
<body>
<h1>{reason}</h1>
<p>{text}</p>
<p><small>Status {status}{reference}</small></p>
</body>
</html>
""")

_TEXTS = {
    400: "The server could not make sense of this request.",
    403: "This page is not open to you.",
    404: "There is no page at this address.",
    405: "This page does not answer requests of this kind.",
    413: "What was sent is larger than this site takes.",
    503: "The site is busy. Please try again in a moment.",
}
_MOVED = "What you asked for is at another address."
_BAD_REQUEST = "The request could not be answered."
_BAD_SERVER = "Something went wrong on the server. It has been written down."


def _usual(status: int) -> str:
    if status < 400:
        return _MOVED
    return _BAD_REQUEST if status < 500 else _BAD_SERVER


def production_page(status: int, request_id: str = "", advice: str = "") -> str:
    """A whole HTML page with nothing of the error itself; the log has the id, too.

    *advice* stands in for what is usually said of that status.
    """
    usual = _TEXTS.get(status) or _usual(status)
    reference = Markup(", request <code>{}</code>").format(request_id)
    return str(
        _PAGE.format(
            status=status,
            reason=reason_of(status),
            text=advice or usual,
            reference=reference if request_id else "",
        )
    )
