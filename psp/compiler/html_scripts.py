"""Where in JavaScript and in CSS a page stands: the states inside scripts and styles.

Both are read by the lexical rules alone (ECMA-262, CSS Syntax Level 3): strings,
comments, regular expressions, templates and ``url(…)``.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Refused(Exception):
    """No escaper makes a value safe in this place, *at* characters into a text."""

    def __init__(self, message: str, at: int = 0):
        super().__init__(message)
        self.at = at


_QUOTES = {'"': "double", "'": "single", "`": "template"}
_CODE = re.compile(r"""[^"'`/{}()<]+|<!--|//|/\*|["'`{}()/<]""")
_ENDS = {
    "double": re.compile(r'(?:[^"\\\n]|\\[\s\S])*(["\n])'),
    "single": re.compile(r"(?:[^'\\\n]|\\[\s\S])*(['\n])"),
    "template": re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(`|\$\{)"),
    "line": re.compile("[^\n\r\u2028\u2029]*([\n\r\u2028\u2029])"),
    "block": re.compile(r"[\s\S]*?(\*/)"),
    "regexp": re.compile(r"(?:[^/\\\[\n]|\\.)*([/\n\[])"),
    "class": re.compile(r"(?:[^\]\\\n]|\\.)*([\]\n])"),
}
_LAST = re.compile(r"([\w$]+|\+\+|--|[^\w$\s])\s*\Z")
_CONDITIONS = frozenset(("if", "while", "for", "with"))
#: Words behind which a slash starts a regular expression.
_OPERATORS = frozenset(
    "await case default delete do else in instanceof new of return throw typeof void "
    "yield".split()
)

_STYLE = re.compile(
    r"""[^"'/u()U\\]+|\\[\s\S]|/\*|url\(\s*["']?|["']|[/()uU\\]""", re.IGNORECASE
)
_STYLE_ENDS = {
    "double": re.compile(r'(?:[^"\\\n]|\\[\s\S])*(["\n])'),
    "single": re.compile(r"(?:[^'\\\n]|\\[\s\S])*(['\n])"),
    "comment": re.compile(r"[\s\S]*?(\*/)"),
    "url": re.compile(r"(?:[^)\\]|\\[\s\S])*(\))"),
}
_STYLE_ENDS["url-double"] = _STYLE_ENDS["double"]
_STYLE_ENDS["url-single"] = _STYLE_ENDS["single"]


#: What decides where a script ends (HTML standard, 13.2.5.15 to 13.2.5.31).
_SCRIPT_MARK = re.compile(
    r"<!--(?P<whole>-*>)?|(?P<shown>-->)|<(?P<end>/?)script(?=[ \t\n\r\f/>])",
    re.IGNORECASE | re.ASCII,
)


class Script(NamedTuple):
    """A place in a script.

    *last* is what a slash here stands behind: an operand, which it divides, an
    operator, a keyword with a condition to come, or something unsure; *doubt* says
    that one stood behind the last of these. *braces* has, for each template that is
    open around this place, how many braces are open in its ``${``, *conditions* for
    each bracket whether it holds a condition.
    """

    mode: str = "code"
    last: str = "operator"
    braces: tuple[int, ...] = ()
    conditions: tuple[bool, ...] = ()
    doubt: bool = False
    escaped: bool = False  # behind a backslash


class Style(NamedTuple):
    """A place in a style sheet; *part* is that of the URL it stands in."""

    mode: str = "code"
    part: str = "start"
    escaped: bool = False  # behind a backslash


def script_end(text: str, at: int, hidden: str) -> tuple[re.Match[str] | None, str]:
    """The end tag of a script from *at* on, and what hides it behind *text*.

    *hidden* is "open" behind ``<!--``, and "twice" behind a ``<script>`` that follows
    and whose own end tag comes first.
    """
    for mark in _SCRIPT_MARK.finditer(text, at):
        if mark["shown"]:
            hidden = ""
        elif mark["end"] is None:
            hidden = hidden if mark["whole"] else hidden or "open"
        elif not mark["end"]:
            hidden = "twice" if hidden else ""
        elif hidden == "twice":
            hidden = "open"
        else:
            return mark, hidden
    return None, hidden


def read_script(state: Script, text: str) -> Script:
    """The place behind *text*, which is not empty."""
    at = int(state.escaped)
    state = state._replace(escaped=False)
    while at < len(text):
        if state.mode != "code":
            match = _ENDS[state.mode].match(text, at)
            if match is None:
                comment = state.mode in ("line", "block")
                return state._replace(escaped=not comment and _escapes(text, at))
            at = match.end()
            state = _leave(state, match[1])
            continue
        match = _CODE.match(text, at)
        assert match is not None
        at = match.end()
        state = _code(state, match[0])
    return state


def _escapes(text: str, at: int) -> bool:
    """Whether *text* from *at* ends in a backslash that is none itself."""
    rest = text[at:]
    return (len(rest) - len(rest.rstrip("\\"))) % 2 == 1


def _leave(state: Script, end: str) -> Script:
    mode = state.mode
    if end == "${":
        braces = (*state.braces, 0)
        return state._replace(mode="code", last="operator", braces=braces)
    if end == "[":
        return state._replace(mode="class")
    if mode == "class" and end == "]":
        return state._replace(mode="regexp")
    comment = mode in ("line", "block")
    return state._replace(mode="code", last=state.last if comment else "operand")


def _code(state: Script, token: str) -> Script:
    if token in _QUOTES:
        return state._replace(mode=_QUOTES[token])
    match token:
        case "//" | "<!--":
            return state._replace(mode="line")
        case "/*":
            return state._replace(mode="block")
        case "/":
            if state.last == "operand":
                return state._replace(last="operator")
            return state._replace(
                mode="regexp", doubt=state.doubt or state.last == "unsure"
            )
        case "{" | "}":
            return _brace(state, 1 if token == "{" else -1)
        case "(":
            condition = state.last == "condition"
            opened = (*state.conditions, condition)
            return state._replace(last="operator", conditions=opened)
        case ")":
            condition = bool(state.conditions) and state.conditions[-1]
            last = "operator" if condition else "operand"
            return state._replace(last=last, conditions=state.conditions[:-1])
    last_word = _LAST.search(token)
    return state if last_word is None else state._replace(last=_kind(last_word[1]))


def _kind(word: str) -> str:
    """What a slash behind *word* stands behind."""
    if word in _CONDITIONS:
        return "condition"
    if word[0].isalnum() or word[0] in "_$":
        return "operator" if word in _OPERATORS else "operand"
    return "operand" if word in ("]", "++", "--") else "operator"


def _brace(state: Script, step: int) -> Script:
    last = "operator" if step > 0 else "unsure"
    if not state.braces:
        return state._replace(last=last)
    depth = state.braces[-1] + step
    if depth < 0:
        return state._replace(mode="template", braces=state.braces[:-1])
    return state._replace(last=last, braces=(*state.braces[:-1], depth))


def read_style(state: Style, text: str) -> Style:
    """The place behind *text*, which is not empty."""
    at = int(state.escaped)
    state = state._replace(escaped=False)
    while at < len(text):
        if state.mode != "code":
            match = _STYLE_ENDS[state.mode].match(text, at)
            if match is None:
                return _within(state, text, at)
            state = Style("url" if _closes_url(state, match) else "code")
            at = match.end()
            continue
        match = _STYLE.match(text, at)
        assert match is not None
        token, at = match[0], match.end()
        if token == "\\":
            state = state._replace(escaped=True)
        elif token in ("'", '"'):
            state = Style(_QUOTES[token])
        elif token == "/*":
            state = Style("comment")
        elif len(token) > 3 and token[:4].lower() == "url(":
            quote = _QUOTES.get(token[-1])
            state = Style(f"url-{quote}" if quote else "url")
    return state


def _within(state: Style, text: str, at: int) -> Style:
    """The place behind *text* from *at*, which ends in what it starts in."""
    if state.mode == "comment":
        return state
    if state.mode.startswith("url"):
        state = state._replace(part=url_part(state.part, text[at:]))
    return state._replace(escaped=_escapes(text, at))


def _closes_url(state: Style, match: re.Match[str]) -> bool:
    """Whether what ended is the string in a ``url(…)``, whose bracket is still open."""
    return state.mode.startswith("url-") and match[1] != "\n"


_DELIMITER = re.compile("[:/?#]")


def url_part(part: str, text: str) -> str:
    """The part of a URL behind *text*.

    That is start, scheme (perhaps), given (the same, and an expression has a share in
    it), path, query, or mixed. Raises Refused where a given scheme ends.
    """
    if part == "query":
        return part
    end = _DELIMITER.search(text)
    if part in ("given", "mixed") and end and end[0] == ":":
        raise Refused(
            "an expression cannot be the scheme of a URL: "
            "write all up to here as one expression"
        )
    if part == "mixed":
        return part
    if "?" in text or "#" in text:
        return "query"
    if part == "start" and not text.strip():
        return part
    if part == "path" or end:
        return "path"
    return "given" if part == "given" else "scheme"
