"""Text for logs: one entry a line, whatever a visitor puts into it."""

from __future__ import annotations

import re

# C0, DEL, C1, line and paragraph separators, bidirectional controls, lone surrogates:
# all that ends a line somewhere, drives a terminal, or reorders what is read.
_UNSAFE = re.compile(
    "[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escape_log(text: str) -> str:
    """*text* on one line: control characters as Python writes them, ``\\n`` say."""
    return _UNSAFE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()


def log_entry(text: str, request_id: str) -> str:
    """*text*, such as a traceback, with the id before every one of its lines."""
    mark = escape_log(request_id)
    return "\n".join(f"[{mark}] {escape_log(line)}" for line in text.split("\n"))
