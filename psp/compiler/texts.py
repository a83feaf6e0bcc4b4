"""Page text as it will be written: backslashes, trimmed lines, joined neighbours."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from ..source import BOM, Span
from .nodes import Comment, Declaration, Directive, Node, Page, Scriptlet, Text

_PROTECTED = re.compile(r"\\(?=[nrt])")
_ESCAPE = re.compile(
    r"\\(?:(?P<newline>\n)|(?P<one>['\\abfnrtv])|(?P<octal>[0-7]{1,3})"
    r"|x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})"
    r"|N\{(?P<name>[^}\n]+)\})"
)
_ONE = {"'": "'", "\\": "\\", **dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))}
_BLANK = re.compile(r"[ \t]*")


def prepare_text(page: Page) -> Page:
    """The page with its texts final and comments gone."""
    nodes = list(page.nodes)
    if page.options.trim == "lines":
        nodes = _trim_lines(nodes)
    if page.options.dialect == "mod_python":
        nodes = [_decoded(node) for node in nodes]
    else:
        nodes = _without_bom(nodes)
    return replace(page, nodes=tuple(_joined(nodes)))


def decode_backslashes(text: str) -> str:
    """*text* with its backslashes read as mod_python's generated string reads them.

    Its scanner doubles the backslash of ``\\n``, ``\\r`` and ``\\t``, which so stay two
    characters; what Python would refuse stays as it is written.
    """
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_meaning, _PROTECTED.sub(r"\\\\", text))


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


def _decoded(node: Node) -> Node:
    return (
        replace(node, text=decode_backslashes(node.text))
        if isinstance(node, Text)
        else node
    )


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


def _trim_lines(nodes: list[Node]) -> list[Node]:
    """The nodes without the lines that hold nothing but tags that write nothing."""
    texts = [node.text if isinstance(node, Text) else None for node in nodes]
    start = 0
    while start < len(nodes):
        if not isinstance(nodes[start], (Comment, Declaration, Directive, Scriptlet)):
            start += 1
            continue
        end = _end_of_silence(nodes, start)
        if _starts_line(texts, start) and _ends_line(texts, end):
            for i in range(start, end):
                if texts[i] is not None:
                    texts[i] = ""
            if start:
                texts[start - 1] = (texts[start - 1] or "").rstrip(" \t")
            if end < len(texts):
                texts[end] = (texts[end] or "").lstrip(" \t")[1:]
        start = end
    return [_with_text(n, t) for n, t in zip(nodes, texts, strict=True) if t != ""]


def _end_of_silence(nodes: list[Node], start: int) -> int:
    """Where the run of silent tags and blanks that starts at *start* ends."""
    end = after_tag = start + 1
    while end < len(nodes):
        node = nodes[end]
        if isinstance(node, (Comment, Declaration, Directive, Scriptlet)):
            after_tag = end + 1
        elif not isinstance(node, Text) or node.text.strip(" \t"):
            break
        end += 1
    return after_tag if end < len(nodes) else end


def _starts_line(texts: list[str | None], start: int) -> bool:
    if start == 0:
        return True
    before = texts[start - 1]
    if before is None:
        return False
    tail = before.rstrip(" \t")
    return tail.endswith("\n") or (not tail and start == 1)


def _ends_line(texts: list[str | None], end: int) -> bool:
    if end >= len(texts):
        return True
    after = texts[end]
    return after is not None and after.lstrip(" \t").startswith("\n")


def _with_text(node: Node, text: str | None) -> Node:
    if text is None or not isinstance(node, Text) or text == node.text:
        return node
    cut = node.text.find(text)
    return Text(Span(node.span.start + max(cut, 0), node.span.end), text)
