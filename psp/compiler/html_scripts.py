"""Where in JavaScript and in CSS a page stands: the states inside scripts and styles.

Both are read by the lexical rules alone (ECMA-262, CSS Syntax Level 3): strings,
comments, regular expressions, templates and ``url(…)``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_QUOTES = {'"': "double", "'": "single", "`": "template"}
_CODE = re.compile(r"""[^"'`/{}<]+|<!--|//|/\*|["'`{}/<]""")
_ENDS = {
    "double": re.compile(r'(?:[^"\\\n]|\\[\s\S])*(["\n])'),
    "single": re.compile(r"(?:[^'\\\n]|\\[\s\S])*(['\n])"),
    "template": re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(`|\$\{)"),
    "line": re.compile("[^\n\r\u2028\u2029]*([\n\r\u2028\u2029])"),
    "block": re.compile(r"[\s\S]*?(\*/)"),
    "regexp": re.compile(r"(?:[^/\\\[\n]|\\.)*([/\n\[])"),
    "class": re.compile(r"(?:[^\]\\\n]|\\.)*([\]\n])"),
}
_LAST = re.compile(r"([\w$]+|[^\w$\s])\s*\Z")
#: Words behind which a slash starts a regular expression.
_OPERATORS = frozenset(
    "await case delete do else in instanceof new of return throw typeof void "
    "yield".split()
)

_STYLE = re.compile(r"""[^"'/u()U]+|/\*|url\(\s*["']?|["']|[/()uU]""", re.IGNORECASE)
_STYLE_ENDS = {
    "double": re.compile(r'(?:[^"\\\n]|\\[\s\S])*(["\n])'),
    "single": re.compile(r"(?:[^'\\\n]|\\[\s\S])*(['\n])"),
    "comment": re.compile(r"[\s\S]*?(\*/)"),
    "url": re.compile(r"[^)]*(\))"),
}
_STYLE_ENDS["url-double"] = _STYLE_ENDS["double"]
_STYLE_ENDS["url-single"] = _STYLE_ENDS["single"]


class Script(NamedTuple):
    """A place in a script; a slash behind an *operand* divides.

    *braces* has, for each template that is open around this place, how many braces
    are open in its ``${``.
    """

    mode: str = "code"
    operand: bool = False
    braces: tuple[int, ...] = ()


class Style(NamedTuple):
    """A place in a style sheet; *part* is that of the URL it stands in."""

    mode: str = "code"
    part: str = "start"


def read_script(state: Script, text: str) -> Script:
    """The place behind *text*."""
    at = 0
    while at < len(text):
        if state.mode != "code":
            match = _ENDS[state.mode].match(text, at)
            if match is None:
                return state
            at = match.end()
            state = _leave(state, match[1])
            continue
        match = _CODE.match(text, at)
        assert match is not None
        at = match.end()
        state = _code(state, match[0])
    return state


def _leave(state: Script, end: str) -> Script:
    mode = state.mode
    if end == "${":
        return Script("code", False, (*state.braces, 0))
    if end == "[":
        return state._replace(mode="class")
    if mode == "class" and end == "]":
        return state._replace(mode="regexp")
    comment = mode in ("line", "block")
    return state._replace(mode="code", operand=state.operand if comment else True)


def _code(state: Script, token: str) -> Script:
    if token in _QUOTES:
        return state._replace(mode=_QUOTES[token])
    match token:
        case "//" | "<!--":
            return state._replace(mode="line")
        case "/*":
            return state._replace(mode="block")
        case "/":
            if state.operand:
                return state._replace(operand=False)
            return state._replace(mode="regexp")
        case "{" | "}":
            return _brace(state, 1 if token == "{" else -1)
    last = _LAST.search(token)
    if last is None:
        return state
    word = last[1]
    is_word = word[0].isalnum() or word[0] in "_$"
    operand = word not in _OPERATORS if is_word else word in ")]"
    return state._replace(operand=operand)


def _brace(state: Script, step: int) -> Script:
    if not state.braces:
        return state._replace(operand=False)
    depth = state.braces[-1] + step
    if depth < 0:
        return Script("template", False, state.braces[:-1])
    return Script("code", False, (*state.braces[:-1], depth))


def read_style(state: Style, text: str) -> Style:
    """The place behind *text*."""
    at = 0
    while at < len(text):
        if state.mode != "code":
            match = _STYLE_ENDS[state.mode].match(text, at)
            inside = text[at:] if match is None else ""
            if match is None:
                if state.mode.startswith("url"):
                    return state._replace(part=url_part(state.part, inside))
                return state
            state, at = (
                Style("url" if _closes_url(state, match) else "code"),
                match.end(),
            )
            continue
        match = _STYLE.match(text, at)
        assert match is not None
        token, at = match[0], match.end()
        if token in ("'", '"'):
            state = Style(_QUOTES[token])
        elif token == "/*":
            state = Style("comment")
        elif len(token) > 3 and token[:4].lower() == "url(":
            quote = _QUOTES.get(token[-1])
            state = Style(f"url-{quote}" if quote else "url")
    return state


def _closes_url(state: Style, match: re.Match[str]) -> bool:
    """Whether what ended is the string in a ``url(…)``, whose bracket is still open."""
    return state.mode.startswith("url-") and match[1] != "\n"


_DELIMITER = re.compile("[:/?#]")


def url_part(part: str, text: str) -> str:
    """The part of a URL behind *text*: start, scheme (perhaps), path or query."""
    if "?" in text or "#" in text or part in ("query", "mixed"):
        return part if part == "mixed" else "query"
    if part == "start" and not text.strip():
        return part
    return "path" if part == "path" or _DELIMITER.search(text) else "scheme"
