"""Which escaper fits the place of an expression, and where it leaves the page."""

from __future__ import annotations

from .html import MIXED, State, opened_value
from .html_scripts import Refused, Script, Style

_NAMES = {
    "tag": "an attribute's name",
    "name": "an attribute's name",
    "named": "an attribute's name",
    "comment": "an HTML comment",
    "bogus": "a declaration such as <!doctype>",
}
_ADVICE = {
    "an attribute's name": "; write the name, or put it into an <% if %>",
    "an HTML comment": "; <%-- --%> is a comment that is not sent",
}
_SCRIPT = {
    "code": "js",
    "double": "js_string",
    "single": "js_string",
    "template": "js_string",
    "regexp": "js_regexp",
    "class": "js_regexp",
    "line": "nothing",
    "block": "nothing",
}
_STYLE = {
    "code": "css",
    "double": "css_string",
    "single": "css_string",
    "comment": "nothing",
}
_URL = {
    "start": "url",
    "scheme": "url_scheme",
    "given": "url_scheme",
    "path": "url_path",
    "query": "url_query",
}


def escaper_at(state: State, raw: bool = False) -> tuple[str, State]:
    """The name of the escaper for an expression in *state*, and the place behind it.

    The name is "" where HTML escaping does; several joined by ``+`` are used in turn.
    Raises Refused, with the reason. A *raw* expression is allowed everywhere.
    """
    if state.place == "equals":
        state = opened_value(state, "")
    if raw:
        return "", _behind(state)
    if state.place == "text":
        if state.rest:
            raise Refused("an expression cannot be a tag's name or the start of a mark")
        return "", state
    if state.place not in ("value", "raw"):
        where = _NAMES[state.place]
        raise Refused(f"an expression cannot stand in {where}{_ADVICE.get(where, '')}")
    if state.place == "raw" and state.rest.startswith("</"):
        raise Refused(f"an expression cannot follow '</' inside <{state.element}>")
    name = _inner(state)
    if state.place == "value":
        name = _for_value(name, state)
    return name, _behind(state)


def _inner(state: State) -> str:
    """The escaper for what the value or the element holds."""
    inner = state.inner
    match state.kind:
        case "plain":
            return ""
        case "fixed":
            what = f"{state.attribute!r} of <{state.element}>"
            raise Refused(f"an expression cannot decide {what}: it says what is run")
        case "srcset" | "urls" | "refresh":
            return state.kind
    if isinstance(inner, State):
        return escaper_at(inner)[0] or "html"
    if isinstance(inner, Script | Style) and inner.escaped:
        raise Refused("an expression cannot stand behind a backslash")
    if isinstance(inner, Script):
        if inner.doubt:
            raise Refused(
                "the slash behind a bracket or branch before this expression "
                "may divide or start a regular expression: put ( or ; before it"
            )
        name = _SCRIPT[inner.mode]
        return f"{name}+url_query" if state.kind == "link-script" else name
    if isinstance(inner, Style):
        if not inner.mode.startswith("url"):
            return _STYLE[inner.mode]
        return f"{_url(inner.part)}+css_url"
    if state.kind == "url":
        return _url(inner)
    raise Refused(
        f"branches give the {'attribute' if state.place == 'value' else 'script'} this "
        "expression stands in different meanings"
    )


def takes_html(state: State) -> bool:
    """Whether what is escaped as HTML text is safe within this value or element."""
    return state.kind == "plain" and (state.place == "raw" or bool(state.quote))


def _url(part: str) -> str:
    if part == "mixed":
        raise Refused(
            "branches leave the URL in different parts: "
            "what follows could be of its path or of its query"
        )
    return _URL[part]


def _for_value(name: str, state: State) -> str:
    """The same in the value of an attribute."""
    if state.quote:
        return f"{name}+html" if name else ""
    last = "bare_first" if state.bare else "bare"
    return f"{name}+{last}" if name else last


def _behind(state: State) -> State:
    """The place behind an expression."""
    inner = state.inner
    if isinstance(inner, State):
        inner = escaper_at(inner, raw=True)[1]
    elif isinstance(inner, Script):
        last = "operand" if inner.mode == "code" else inner.last
        inner = inner._replace(last=last, escaped=False)
    elif isinstance(inner, Style):
        starts = inner.mode.startswith("url") and inner.part == "start"
        part = "scheme" if starts else inner.part
        inner = inner._replace(part=part, escaped=False)
    elif state.kind == "url" and inner in ("start", "scheme"):
        inner = "given"
    typed = state.typed
    if state.place == "value" and state.element == "meta" and not typed:
        typed = "content" if state.attribute == "content" else typed
    return state._replace(inner=inner, rest="", bare=False, typed=typed)


def join(first: State, second: State) -> State | None:
    """Where two branches meet that end in *first* and *second*; None if nowhere."""
    if first == second:
        return first
    between = ("tag", "name", "named")
    if first.place in between and second.place in between:
        if first.element == second.element:
            typed = first.typed if first.typed == second.typed else MIXED
            return State("name", first.element, attribute=MIXED, typed=typed)
    if first.place != second.place or first.place not in ("value", "raw"):
        return None
    inner = _join_inner(first.inner, second.inner)
    if inner is None:
        return None
    met = first._replace(inner=inner, bare=False)
    return met if _same(met, second._replace(inner=inner)) else None


def _join_inner(
    first: Script | Style | State | str, second: Script | Style | State | str
) -> Script | Style | State | str | None:
    """The same within a value or a raw element."""
    if first == second:
        return first
    if isinstance(first, State) and isinstance(second, State):
        return join(first, second)
    if isinstance(first, Script) and isinstance(second, Script):
        return _join_scripts(first, second)
    if isinstance(first, Style) and isinstance(second, Style):
        same = first._replace(part=second.part) == second
        return first._replace(part="mixed") if same else None
    return "mixed"


def _join_scripts(first: Script, second: Script) -> Script | None:
    """The same within a script, whose strings and templates have to be the same."""
    met = first
    if first.last != second.last:
        met = met._replace(last="unsure")
    if first.conditions != second.conditions:
        met = met._replace(conditions=())
    if second.doubt:
        met = met._replace(doubt=True)
    other = second._replace(last=met.last, conditions=met.conditions, doubt=met.doubt)
    return met if met == other else None


def _same(first: State, second: State) -> bool:
    """Whether two places differ in nothing but how far a bare value has come."""
    return first._replace(bare=False) == second._replace(bare=False)


def describe(state: State) -> str:
    """The place in words."""
    match state.place:
        case "text":
            return "in text" if not state.rest else f"behind {state.rest!r}"
        case "value":
            quote = f"in {state.quote}" if state.quote else "without quotes"
            return f"in the value of {state.attribute!r} ({quote})"
        case "raw":
            inner = state.inner
            is_code = not isinstance(inner, (Script, Style)) or inner.mode == "code"
            return f"inside <{state.element}>" + (
                "" if is_code else f", in a {getattr(inner, 'mode', '')} part"
            )
        case "comment":
            return "in a comment"
        case "bogus":
            return "in a declaration"
    return f"inside the tag <{state.element}>"
