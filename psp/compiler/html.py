"""The state machine that knows where in the HTML an expression stands.

States and their ends are those of the tokenizer in the HTML standard (WHATWG, section
13.2.5), as far as they matter to what is written: whole tags are skipped by one
regular expression, a tag with a hole in it is read piece by piece.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .html_attributes import RAW_ELEMENTS, content_of, value_of
from .html_scripts import (
    Refused,
    Script,
    Style,
    read_script,
    read_style,
    script_end,
    url_part,
)

MIXED = "\0"  # the name of an attribute, or a type, that branches disagree on

#: White space of HTML, which is less than what ``\s`` stands for.
_S = r"[ \t\n\r\f]"
_NAME = r"[^ \t\n\r\f/>\"'=<]+"
_VALUE = r"\"[^\"]*\"|'[^']*'|[^ \t\n\r\f\"'=<>`]+"
_RAW = "|".join(sorted(RAW_ELEMENTS))
_FLAGS = re.IGNORECASE | re.ASCII
#: Text and whole tags of elements that have nothing special inside.
_SKIP = re.compile(
    rf"(?>[^<]+|<(?!/?(?:{_RAW})[ \t\n\r\f/>])/?[a-z]{_NAME[:-1]}*"
    rf"(?>{_S}+{_NAME}(?>{_S}*={_S}*(?>{_VALUE}))?)*{_S}*/?>)*",
    _FLAGS,
)
_OPEN = re.compile(r"<(?:(!--)|(/?)([a-zA-Z][^ \t\n\r\f/>]*)|([!?/]))")
_COMMENT_END = re.compile(r"--!?>")
_BETWEEN = re.compile(r"[ \t\n\r\f/]*")
_ATTRIBUTE = re.compile(r"=?[^ \t\n\r\f/>=]*")
_BLANK = re.compile(rf"{_S}*")
_BARE_END = re.compile(r"[ \t\n\r\f>]")
_REFRESH = re.compile(r"\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*['\"]?)?", re.IGNORECASE)
_IGNORED = str.maketrans("", "", "\t\n\r")  # by the parser of URLs, anywhere
_EDGES = "".join(map(chr, range(33)))


class State(NamedTuple):
    """A place in the HTML.

    *place* is text, tag, name (of an attribute), named (behind it), equals, value, raw
    (inside a raw element), comment or bogus (``<!doctype``); *kind* is what a value or
    a raw element holds, *inner* the place within that, *rest* the start of a mark that
    is not whole yet. *hidden* is "open" behind the ``<!--`` of a script, and "twice"
    where a ``<script>`` behind that has to end first.
    """

    place: str = "text"
    element: str = ""
    attribute: str = ""
    quote: str = ""
    kind: str = ""
    inner: Script | Style | State | str = ""
    typed: str = ""  # the type of a script, or what a meta element stands for
    rest: str = ""
    bare: bool = False  # at the start of a value without quotes
    hidden: str = ""


TEXT = State()


def read(state: State, text: str) -> State:
    """The place behind the page text *text*; raises Refused, with the offset."""
    before = len(state.rest)
    if before:
        text, state = state.rest + text, state._replace(rest="")
    at = 0
    if state is TEXT:  # most texts are read to their end by this
        at = _skip(_SKIP, text, at)
    try:
        while at < len(text):
            if state.place == "text":
                state, at = _text(state, text, at)
            else:
                state, at = _READERS[state.place](state, text, at)
    except Refused as reason:
        raise Refused(str(reason), max(at - before, 0)) from None
    return state


def _text(state: State, text: str, at: int) -> tuple[State, int]:
    skipped = _SKIP.match(text, at)
    at = skipped.end() if skipped else at
    if at == len(text):
        return state, at
    match = _OPEN.match(text, at)
    if match is None:
        if at + 1 == len(text):
            return state._replace(rest="<"), len(text)
        return state, at + 1
    if match[1]:
        # "<!-->" and "<!--->" are whole comments
        if text.startswith((">", "->"), match.end()):
            return state, text.index(">", match.end()) + 1
        return State("comment"), match.end()
    if match[4]:
        rest = text[at:]
        if rest in ("</", "<!", "<!-"):
            return state._replace(rest=rest), len(text)
        return State("bogus"), match.end()
    if match.end() == len(text):
        return state._replace(rest=text[at:]), len(text)
    return State("tag", match[2] + match[3].lower()), match.end()


def _tag(state: State, text: str, at: int) -> tuple[State, int]:
    """Between attributes."""
    start, at = at, _skip(_BETWEEN, text, at)
    if at == len(text):
        return state, at
    if text[at] == ">":
        if state.element in RAW_ELEMENTS and text.endswith("/", start, at):
            message = "closes itself in SVG alone: write its end tag"
            raise Refused(f"<{state.element}/> {message}")
        return _opened(state), at + 1
    return state._replace(place="name", attribute=""), at


def _opened(state: State) -> State:
    """Behind the ``>`` of a tag."""
    if state.element not in RAW_ELEMENTS:
        return TEXT
    kind = "mixed" if state.typed == MIXED else content_of(state.element, state.typed)
    return State("raw", state.element, kind=kind, inner=_start(kind))


def _start(kind: str) -> Script | Style | State | str:
    """The place at the start of a value."""
    if kind == "script":
        return Script()
    if kind == "srcdoc":
        return TEXT
    return Style() if kind == "style" else "start"


def _name(state: State, text: str, at: int) -> tuple[State, int]:
    match = _ATTRIBUTE.match(text, at)
    assert match is not None
    if match.end() == at and state.attribute:
        return state._replace(place="named"), at
    name = state.attribute + match[0].lower()
    place = "name" if match.end() == len(text) else "named"
    return state._replace(place=place, attribute=name), match.end()


def _named(state: State, text: str, at: int) -> tuple[State, int]:
    """Behind the name of an attribute."""
    at = _skip(_BLANK, text, at)
    if at == len(text):
        return state, at
    if text[at] == "=":
        return state._replace(place="equals"), at + 1
    return state._replace(place="tag", attribute=""), at


def _equals(state: State, text: str, at: int) -> tuple[State, int]:
    """Behind the equals sign of an attribute."""
    at = _skip(_BLANK, text, at)
    if at == len(text):
        return state, at
    if text[at] == ">":
        return _opened(state), at + 1
    if text[at] in "\"'":
        return opened_value(state, text[at]), at + 1
    return opened_value(state, ""), at


def opened_value(state: State, quote: str) -> State:
    """At the start of the value of an attribute."""
    if MIXED in state.attribute:
        kind = "mixed"
    else:
        kind = value_of(state.element, state.attribute, state.typed == "refresh")
    return state._replace(
        place="value", quote=quote, kind=kind, inner=_start(kind), bare=not quote
    )


def _value(state: State, text: str, at: int) -> tuple[State, int]:
    if state.quote:
        end = text.find(state.quote, at)
        behind = end + 1
    else:
        match = _BARE_END.search(text, at)
        end = behind = match.start() if match else -1
    chunk = text[at:] if end < 0 else text[at:end]
    state = inside(_typed(state, chunk), chunk)
    if end < 0:
        return state, len(text)
    typed = state.typed
    if state.kind == "fixed" and state.element == "script":
        typed += ";"  # of several types the first counts
    return State("tag", state.element, typed=typed), behind


def _typed(state: State, chunk: str) -> State:
    """Remember the attributes that decide what others mean."""
    if state.kind != "fixed":
        return state
    chunk = _decoded(chunk)
    if state.element == "script":
        return state._replace(typed=state.typed + chunk)
    if state.element == "meta" and chunk.strip().lower() == "refresh":
        if state.typed == "content":
            raise Refused("http-equiv has to come before the content it explains")
        return state._replace(typed="refresh")
    return state


def inside(state: State, chunk: str) -> State:
    """The place behind *chunk* of a value or of a raw element's content."""
    if not chunk:
        return state
    if state.place == "value":
        chunk = _decoded(chunk)
    inner, kind = state.inner, state.kind
    if kind == "url" and inner == "start" and _runs(chunk):
        kind, inner, chunk = "link-script", Script(), chunk.partition(":")[2]
    if kind in ("plain", "refresh") and state.element == "meta":
        match = _REFRESH.match(chunk) if state.attribute == "content" else None
        if match and inner == "start":
            kind, chunk = "url", chunk[match.end() :]
    if isinstance(inner, State):
        inner = read(inner, chunk)
    elif isinstance(inner, Script):
        inner = read_script(inner, chunk)
    elif isinstance(inner, Style):
        inner = read_style(inner, chunk)
    elif kind == "url":
        inner = url_part(inner, chunk)
    return state._replace(kind=kind, inner=inner, bare=False)


def _decoded(chunk: str) -> str:
    """What *chunk* of a value says, its character references read."""
    if "&" not in chunk:
        return chunk
    import html

    return html.unescape(chunk)


def _runs(chunk: str) -> bool:
    """Whether a URL that starts with *chunk* is a script."""
    url = chunk.translate(_IGNORED).lstrip(_EDGES)
    return url.lower().startswith("javascript:")


def _raw(state: State, text: str, at: int) -> tuple[State, int]:
    if state.element == "plaintext":
        return state, len(text)
    if state.element == "script":
        end, hidden = script_end(text, at, state.hidden)
        state = state._replace(hidden=hidden)
    else:
        end = _end_tag(state.element).search(text, at)
    if end:
        return State("tag", "/" + state.element), end.end()
    chunk = text[at:]
    partial = chunk.rfind("<")
    if partial >= 0 and f"</{state.element}".startswith(chunk[partial:].lower()):
        kept = inside(state, chunk[:partial])
        return kept._replace(rest=chunk[partial:]), len(text)
    return inside(state, chunk), len(text)


def _end_tag(element: str) -> re.Pattern[str]:
    return re.compile(rf"</{element}(?=[ \t\n\r\f/>])", _FLAGS)


def _comment(state: State, text: str, at: int) -> tuple[State, int]:
    match = _COMMENT_END.search(text, at)
    if match:
        return TEXT, match.end()
    tail = re.search(r"--?!?\Z", text[at:])
    return state._replace(rest=tail[0] if tail else ""), len(text)


def _bogus(state: State, text: str, at: int) -> tuple[State, int]:
    end = text.find(">", at)
    return (TEXT, end + 1) if end >= 0 else (state, len(text))


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


_READERS = {
    "tag": _tag,
    "name": _name,
    "named": _named,
    "equals": _equals,
    "value": _value,
    "raw": _raw,
    "comment": _comment,
    "bogus": _bogus,
}
