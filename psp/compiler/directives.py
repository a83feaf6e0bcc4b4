"""The registry of directives, and what ``page`` and ``layout`` do.

To add one, write a function and put ``@directive`` on it. ``include`` is only checked
here: it is carried out by the next stage, which needs other files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..errors import DirectiveError
from ..light import NamedTuple
from ..options import DIALECTS, KIB, PageOptions
from ..page import Notice
from ..source import Source, Span
from .nodes import Attribute, Comment, Directive, Node, Page, Parameter, notice
from .parameters import read_parameter

_SIZE = re.compile(r"(\d{1,9})\s*(b|kb|mb|gb)?", re.IGNORECASE)
_UNITS = {None: 1, "b": 1, "kb": KIB, "mb": KIB**2, "gb": KIB**3}


@dataclass(slots=True)
class PageBuilder:
    """What directives change: the options, and warnings on the way."""

    source: Source
    options: PageOptions
    notices: list[Notice] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)

    def refuse(self, span: Span, message: str) -> None:
        """An error in the psp dialect; in mod_python's, which ignores, a warning."""
        if not self.options.lenient_directives:
            raise DirectiveError.at(self.source, span, message)
        self.notices.append(notice(self.source, span, message))


Apply = Callable[[Directive, PageBuilder], None]


class _Rule(NamedTuple):
    apply: Apply
    required: frozenset[str]
    optional: frozenset[str]
    in_includes: bool


DIRECTIVES: dict[str, _Rule] = {}


def directive(
    name: str,
    *,
    required: frozenset[str] | set[str] = frozenset(),
    optional: frozenset[str] | set[str] = frozenset(),
    in_includes: bool = False,
) -> Callable[[Apply], Apply]:
    """Register the decorated function as what ``<%@ name … %>`` does."""

    def register(apply: Apply) -> Apply:
        rule = _Rule(apply, frozenset(required), frozenset(optional), in_includes)
        DIRECTIVES[name] = rule
        return apply

    return register


@directive("include", required={"file"}, in_includes=True)
def include(node: Directive, page: PageBuilder) -> None:
    """Put another file in this place; carried out when includes are expanded."""


@directive("layout", required={"file"})
def layout(node: Directive, page: PageBuilder) -> None:
    """Run the page named by *file* around this one."""
    page.options = page.options._replace(layout=node["file"])


@directive("param")
def param(node: Directive, page: PageBuilder) -> None:
    """Declare a name that the page expects to be given."""
    found = read_parameter(node, page.source)
    if any(one.name == found.name for one in page.parameters):
        message = f"parameter {found.name!r} is declared twice"
        raise DirectiveError.at(page.source, node.span, message)
    page.parameters.append(found)
    declared = (*page.options.parameters, (found.name, found.required))
    page.options = page.options._replace(parameters=declared)


_COUNT = re.compile(r"[0-9]{1,6}")
_METHOD = re.compile(r"[A-Z]{1,20}")
_CHOICES = {
    "escape": ("context", "html", "none"),
    "trim": ("none", "lines"),
    "tier": ("auto", "function", "module"),
    "session": ("auto", "read", "write", "none"),
    "csrf": ("site", "on", "off"),
}

#: What the page may change of the site's limits, by its name there.
_SIZES = ("body_bytes", "field_bytes")
_COUNTS = ("fields", "files", "parts")


@directive(
    "page", optional={"dialect", "buffer", "methods", *_CHOICES, *_SIZES, *_COUNTS}
)
def page(node: Directive, page: PageBuilder) -> None:
    """Set options of this page."""
    for name in sorted(node.attributes, key="dialect".__ne__):
        value = node.attributes[name]
        if name == "dialect" and _check(value, tuple(DIALECTS), page):
            _choose_dialect(value.value, page)
        elif name == "buffer":
            page.options = page.options._replace(buffer=_buffer(value, page))
        elif name == "session" and page.options.dialect == "mod_python":
            message = "sessions of the mod_python dialect know no modes"
            page.refuse(value.span, message)
        elif name == "methods":
            page.options = page.options._replace(methods=_methods(value, page))
        elif name in _SIZES or name in _COUNTS:
            _set_limit(name, value, page)
        elif name in _CHOICES and _check(value, _CHOICES[name], page):
            chosen: dict[str, Any] = {name: value.value}
            page.options = page.options._replace(**chosen)


def _choose_dialect(name: str, page: PageBuilder) -> None:
    """Take over the dialect's defaults; what is the site's alone stays."""
    before = page.options
    if name != before.dialect:
        page.options = DIALECTS[name]._replace(
            encoding=before.encoding,
            layout=before.layout,
            parameters=before.parameters,
            limits=before.limits,
            nonce=before.nonce,
        )


def _check(value: Attribute, choices: tuple[str, ...], page: PageBuilder) -> bool:
    if value.value in choices:
        return True
    wanted = " or ".join(f'"{choice}"' for choice in choices)
    page.refuse(value.span, f'"{value.value}" is not a value here: expected {wanted}')
    return False


def _buffer(value: Attribute, page: PageBuilder) -> int:
    """Bytes, from ``"64kb"``, ``"8000"`` or ``"none"``."""
    size = 0 if value.value == "none" else _size(value.value)
    if size is None:
        message = f'"{value.value}" is not a size: expected "64kb", "8000" or "none"'
        page.refuse(value.span, message)
        return page.options.buffer
    return size


def _size(text: str) -> int | None:
    """Bytes, from ``"64kb"`` or ``"8000"``; None where *text* is no size."""
    match = _SIZE.fullmatch(text.strip())
    return match and int(match[1]) * _UNITS[match[2] and match[2].lower()]


def _set_limit(name: str, value: Attribute, page: PageBuilder) -> None:
    """Have the page take more or less of something than the site."""
    if name in _SIZES:
        most, example = _size(value.value), 'a size such as "64kb"'
    else:
        most = int(value.value) if _COUNT.fullmatch(value.value) else None
        example = "a number"
    if most is None:
        page.refuse(value.span, f'"{value.value}" is no limit: expected {example}')
    else:
        limits = {**dict(page.options.limits), name: most}
        page.options = page.options._replace(limits=tuple(limits.items()))


def _methods(value: Attribute, page: PageBuilder) -> tuple[str, ...]:
    """The methods in ``"GET PUT"``, upper case; GET brings HEAD."""
    found = value.value.split()
    if not found or not all(map(_METHOD.fullmatch, found)):
        message = f'"{value.value}" are no methods: expected some such as "GET POST"'
        page.refuse(value.span, message)
        return page.options.methods
    return tuple(dict.fromkeys(found + ["HEAD"] * ("GET" in found)))


def apply_directives(
    page: Page, options: PageOptions, *, included: bool = False
) -> Page:
    """The page with its options set and every directive obeyed but ``include``."""
    builder = PageBuilder(page.source, options)
    nodes: list[Node] = []
    for node in page.nodes:
        if not isinstance(node, Directive):
            nodes.append(node)
        elif _obey(node, builder, included) and node.name == "include":
            nodes.append(node)
        else:
            nodes.append(Comment(node.span))  # its line may be trimmed yet
    notices = page.notices + tuple(builder.notices)
    return page._replace(
        nodes=tuple(nodes),
        options=builder.options,
        notices=notices,
        parameters=tuple(builder.parameters),
    )


def _obey(node: Directive, page: PageBuilder, included: bool) -> bool:
    """Whether the directive is sound; it has been carried out then."""
    rule = DIRECTIVES.get(node.name)
    if rule is None:
        what = f"unknown directive {node.name!r}" if node.name else "no directive here"
        page.refuse(node.span, f"{what}: {_one_of(node.name, DIRECTIVES)}")
        return False
    missing = rule.required - set(node.attributes)
    if missing:
        message = f'directive {node.name!r} needs {", ".join(sorted(missing))}="…"'
        page.refuse(node.junk.span if node.junk else node.span, message)
        return False
    for name in set(node.attributes) - rule.required - rule.optional:
        known = rule.required | rule.optional
        message = f"directive {node.name!r} has no attribute {name!r}"
        message += f": {_one_of(name, sorted(known))}" if known else ""
        page.refuse(node.attributes[name].span, message)
    if node.junk is not None:
        message = f'unexpected {node.junk.text!r}: expected name="value"'
        page.refuse(node.junk.span, message)
    if included and not rule.in_includes:
        message = f"directive {node.name!r} has no effect in an included file"
        page.notices.append(notice(page.source, node.span, message))
        return False
    rule.apply(node, page)
    return True


def _one_of(name: str, known: Iterable[str]) -> str:
    """The one of *known* that *name* may have meant, or all of them."""
    import difflib

    known = list(known)
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there {'is' if len(known) == 1 else 'are'} {', '.join(known)}"
