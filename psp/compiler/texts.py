"""Page text as it will be written: backslashes, trimmed lines, joined neighbours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from ..source import BOM, Span
from .nodes import Comment, Declaration, Directive, Node, Page, Scriptlet, Text

_PROTECTED = re.compile(r"\\(?=[nrt])")
_ESCAPE = re.compile(
    r"\\(?:(?P<newline>\n)|(?P<one>['\\abfnrtv])|(?P<octal>[0-7]{1,3})"
    r"|x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})"
    r"|N\{(?P<name>[^}\n]{1,100})\})"
)
_ONE = {"'": "'", "\\": "\\", **dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))}
_BLANK = re.compile(r"[ \t]*")


def prepare_text(page: Page) -> Page:
    """The page with its texts final and comments gone."""
    nodes = list(page.nodes)
    if page.options.trim == "lines":
        nodes = _trim_lines(nodes)
    if page.options.dialect == "mod_python":
        nodes = _decoded(nodes)
    else:
        nodes = _joined(_without_bom(nodes))
    return page._replace(nodes=tuple(nodes))


def _decoded(nodes: list[Node]) -> list[Node]:
    """The nodes joined, their backslashes read as in mod_python's generated string.

    Its scanner doubles the backslash of ``\\n``, ``\\r`` and ``\\t``, which so stay two
    characters; what Python would refuse stays as it is written. One string holds what
    only comments and directives part: a backslash before them escapes what follows.
    """
    if not any(isinstance(node, Text) and "\\" in node.text for node in nodes):
        return _joined(nodes)
    nodes = _joined([_with_text(node, _protected) for node in nodes])
    return [_with_text(node, _unescaped) for node in nodes]


def _with_text(node: Node, change: Callable[[str], str]) -> Node:
    if isinstance(node, Text) and "\\" in node.text:
        return node._replace(text=change(node.text))
    return node


def _protected(text: str) -> str:
    return _PROTECTED.sub(r"\\\\", text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_meaning, text)


def _meaning(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups["newline"]:
        return ""
    if groups["one"]:
        return _ONE[groups["one"]]
    if groups["octal"]:
        return chr(int(groups["octal"], 8))
    if groups["name"]:
        try:
            return unicodedata.lookup(groups["name"])
        except KeyError:
            return match[0]
    digits = groups["x"] or groups["u"] or groups["U"]
    if digits is None or int(digits, 16) > 0x10FFFF:
        return match[0]
    return chr(int(digits, 16))


def _without_bom(nodes: list[Node]) -> list[Node]:
    first = nodes[0] if nodes else None
    if isinstance(first, Text) and first.text.startswith(BOM):
        span = Span(first.span.start + 1, first.span.end)
        nodes[0] = Text(span, first.text[1:])
    return nodes


def _joined(nodes: list[Node]) -> list[Node]:
    """The nodes without comments, adjacent texts made one."""
    result: list[Node] = []
    for node in nodes:
        last = result[-1] if result else None
        if isinstance(node, Comment):
            continue
        if isinstance(node, Text) and isinstance(last, Text):
            span = Span(last.span.start, node.span.end)
            result[-1] = Text(span, last.text + node.text)
        else:
            result.append(node)
    return result


_SILENT = (Comment, Declaration, Directive, Scriptlet)
_LINE_START = re.compile(r"[ \t]*\n")


def _trim_lines(nodes: list[Node]) -> list[Node]:
    """The nodes without the lines that hold nothing but tags that write nothing."""
    starts, ends = [0] * len(nodes), [0] * len(nodes)  # characters to cut off each text
    at = 0
    while at < len(nodes):
        if not isinstance(nodes[at], _SILENT):
            at += 1
            continue
        end = _end_of_silence(nodes, at)
        before, after = _blanks_before(nodes, at), _blanks_after(nodes, end)
        if before is not None and after is not None:
            if at:
                ends[at - 1] = before
            if end < len(nodes):
                starts[end] = after
            for i in range(at, end):
                ends[i] = len(node.text) if isinstance(node := nodes[i], Text) else 0
        at = end
    cut = (_cut(n, s, e) for n, s, e in zip(nodes, starts, ends, strict=True))
    return [node for node in cut if not isinstance(node, Text) or node.text]


def _end_of_silence(nodes: list[Node], start: int) -> int:
    """Where the run of silent tags that starts at *start*, and blanks, ends."""
    end = after_tag = start + 1
    while end < len(nodes):
        node = nodes[end]
        if isinstance(node, _SILENT):
            after_tag = end + 1
        elif not isinstance(node, Text) or node.text.strip(" \t"):
            break
        end += 1
    return after_tag


def _blanks_before(nodes: list[Node], at: int) -> int | None:
    """How many blanks lead from the start of the line to node *at*, if nothing else."""
    if at == 0:
        return 0
    node = nodes[at - 1]
    if not isinstance(node, Text):
        return None
    tail = node.text.rpartition("\n")
    if tail[2].strip(" \t") or not (tail[1] or at == 1):
        return None
    return len(tail[2])


def _blanks_after(nodes: list[Node], at: int) -> int | None:
    """How many characters end the line from node *at* on, if it holds nothing else."""
    if at >= len(nodes):
        return 0
    node = nodes[at]
    if not isinstance(node, Text):
        return None
    match = _LINE_START.match(node.text)
    if match is None:
        at_end = at == len(nodes) - 1 and not node.text.strip(" \t")
        return len(node.text) if at_end else None
    return match.end()


def _cut(node: Node, start: int, end: int) -> Node:
    """A text without *start* characters at its start and *end* at its end."""
    if not isinstance(node, Text) or not (start or end):
        return node
    first = node.span.start + start
    text = node.text[start : max(len(node.text) - end, start)]
    return Text(Span(first, max(node.span.end - end, first)), text)
