"""Where Python strings are, as far as finding the end of a tag needs it.

The first ``%>`` ends a tag, as in mod_python. Only where that reading cuts a string
literal open, and so cannot compile, is the ``%>`` taken as part of the string.

Runs of alternatives are atomic groups: possessive ones match too much, or not at all,
in Python before 3.11.5.
"""

from __future__ import annotations

import re

_TRIPLE = r'"""[^"\\]*+(?>(?:(?:\\.|"(?!""))[^"\\]*+)*)"""'
_SINGLE = r'"(?!"")[^"\\\n]*+(?>(?:\\.[^"\\\n]*+)*)"'
STRINGS = "|".join(p.replace('"', q) for p in (_TRIPLE, _SINGLE) for q in "\"'")

_QUOTE = re.compile(r"['\"]")
#: Everything up to a string that does not end.
_CLOSED = re.compile(rf"(?s:(?>(?:[^#'\"]++|#[^\n]*+|{STRINGS})*))")
#: The same, but stopping at a closing mark outside of strings.
_TO_CLOSE = re.compile(
    rf"(?s:(?>(?:[^#'\"%-]++|#(?>(?:[^\n%]|%(?!>))*)"
    rf"|{STRINGS}|%%>|%(?!>)|-(?!%>))*))"
)
_PIECE = re.compile(rf"(?s:[^#'\"]++|(#[^\n]*+)|{STRINGS}|.)")


def end_of_code(page: str, start: int, end: int) -> int:
    """The end of the code at *start* whose first closing mark stands at *end*."""
    if not _QUOTE.search(page, start, end):
        return end
    match = _CLOSED.match(page, start, end)
    if match is not None and match.end() == end:
        return end
    longer = _TO_CLOSE.match(page, start)
    if longer is None:
        return end
    stop = longer.end()
    return stop if stop > end and page.startswith(("%>", "-%>"), stop) else end


def open_comment(code: str) -> bool:
    """Whether the last line of *code* ends in a comment."""
    if "#" not in code:
        return False
    last = ""
    for match in _PIECE.finditer(code):
        last = match.group(1) or ""
    return bool(last)
