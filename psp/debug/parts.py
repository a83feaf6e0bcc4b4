"""The pieces of the debug page: code, calls, tables of names and values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from .excerpt import Line, Place
from .frames import Frame, Owner, Skip
from .text import count

NEAR = 2  # lines around a call that is not the one to look at first

_FRONT = """\
<section class="card front">
<p class="where">{}</p>
{}{}</section>"""

_CALL = """\
<div class="card">
<details{}><summary>{}</summary>
{}{}</details>
</div>"""

_OWN_CALLS = """\
<div class="card">
<details><summary><small>{} inside psp</small></summary>
<ul class="calls">{}</ul>
</details>
</div>"""

_WHERE = '<span class="folder">{}</span><b>{}</b> line {}{}{}'
_FUNCTION = ' <span class="folder">in</span> <code>{}</code>'

_CODE = """\
<pre class="code" tabindex="0" role="region" aria-label="Lines {} to {}">\
<code>{}</code></pre>
"""
_LINE = '<span class="{}"><span class="no">{}</span>{}\n</span>'

_TABLE = """\
<details{}><summary>{} <small>{}</small></summary>
<dl>
{}</dl>
</details>
"""


def fill(template: str, *values: object) -> Markup:
    """The HTML *template* with its ``{}`` replaced by *values*, which are escaped."""
    return Markup(template).format(*values)


def concat(parts: Iterable[Markup]) -> Markup:
    """The *parts*, one after the other."""
    return Markup("").join(parts)


def front(frame: Frame) -> Markup:
    """The place to look at first, with its variables in view."""
    variables = table("Variables", frame.variables, opened=True)
    return fill(_FRONT, where(frame), code(frame.lines), variables)


def call(item: Frame | Skip | list[Frame]) -> Markup:
    """A call, or what stands for several; open if it is code of the site."""
    if isinstance(item, Skip):
        return fill('<p class="quiet">{}</p>', item.message)
    if isinstance(item, list):
        calls = concat(fill("<li>{}</li>", where(frame)) for frame in item)
        return fill(_OWN_CALLS, count(len(item), "call"), calls)
    opened = item.owner in (Owner.PAGE, Owner.SITE)
    near = [line for line in item.lines if _is_near(line, item.place)]
    variables = table("Variables", item.variables)
    return fill(_CALL, _open(opened), where(item), code(near), variables)


def where(frame: Frame) -> Markup:
    """File, line, column and function."""
    place, name = frame.place, basename(frame.place)
    folder = place.filename.removesuffix(name)
    column = f", column {place.column}" if place.column else ""
    function = fill(_FUNCTION, frame.function) if frame.function else ""
    return fill(_WHERE, folder, name, place.line, column, function)


def basename(place: Place) -> str:
    """The name of the file without its folders."""
    return place.filename.replace("\\", "/").rpartition("/")[2]


def code(lines: Sequence[Line]) -> Markup:
    """An excerpt of a file; nothing if there is none."""
    if not lines:
        return Markup("")
    return fill(_CODE, lines[0].number, lines[-1].number, concat(map(_line, lines)))


def table(title: str, pairs: Sequence[tuple[str, str]], opened: bool = False) -> Markup:
    """Names and values that can be folded away; nothing if there are none."""
    if not pairs:
        return Markup("")
    rows = concat(fill("<dt>{}</dt><dd>{}</dd>\n", *pair) for pair in pairs)
    return fill(_TABLE, _open(opened), title, len(pairs), rows)


def _open(opened: bool) -> Markup:
    return Markup(" open" if opened else "")


def _is_near(line: Line, place: Place) -> bool:
    return line.current or place.line - NEAR <= line.number <= place.line + NEAR


def _line(line: Line) -> Markup:
    text: str | Markup = line.text
    if line.start < line.end:
        text = fill(
            "{}<mark>{}</mark>{}",
            line.text[: line.start],
            line.text[line.start : line.end],
            line.text[line.end :],
        )
    return fill(_LINE, "line at" if line.current else "line", line.number, text)
