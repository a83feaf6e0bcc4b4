"""Puts the nonce of the request on the scripts and styles that a page's author wrote.

CSP Level 3, section 8.1: what an attacker gets into a page has no nonce and is not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..source import Source, Span
from .html import TEXT, State, read
from .html_choice import escaper_at
from .html_scripts import Refused
from .nodes import Escape, Expression, Include, Node, Page, Text

_ELEMENT = re.compile(r"<(?:script|style)(?=[ \t\n\r\f/>])", re.IGNORECASE | re.ASCII)
_TAG = re.compile(r"(?:[^>\"']|\"[^\"]*\"|'[^']*')*")
_NONCE = re.compile(r"[\s/\"']nonce\s*(?:[=\s/]|$)", re.IGNORECASE)
_HOLE = "\0"  # an expression, where texts around it are looked at as one
_FOREIGN = re.compile(
    rf"[\s/\"'](?:src|href)\s*=\s*(?:\"[^\"]*{_HOLE}|'[^']*{_HOLE}|[^\s\"']*{_HOLE})",
    re.IGNORECASE,
)


def add_nonces(page: Page) -> Page:
    """The page with ``psp.nonce`` on each ``<script>`` and ``<style>`` of its text.

    Those that have a nonce are left alone, and so are scripts whose ``src`` holds an
    expression: what they load is not the author's word.
    """
    if not page.options.nonce:
        return page
    writer = _Writer(page)
    return page._replace(nodes=writer.nodes(page.source, page.nodes))


class _Writer:
    """Reads a page in the order of its text, included files in their places."""

    def __init__(self, page: Page):
        self._state: State = TEXT
        self._whole = "".join(_texts(page.nodes))
        self._start = 0  # of the node being read, in the whole

    def nodes(self, source: Source, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        """*nodes* with the nonces in."""
        result: list[Node] = []
        for node in nodes:
            match node:
                case Text():
                    result += self._text(source, node)
                    self._start += len(node.text)
                case Include():
                    inner = self.nodes(node.source, node.nodes)
                    result.append(node._replace(nodes=inner))
                case Expression():
                    self._state = escaper_at(self._state, raw=True)[1]
                    self._start += len(_HOLE)
                    result.append(node)
                case _:
                    result.append(node)
        return tuple(result)

    def _text(self, source: Source, node: Text) -> Iterator[Node]:
        """*node*, cut where a nonce goes in."""
        text, done, quote = node.text, 0, ""
        for element in _ELEMENT.finditer(text):
            self._read(text[done : element.start()])
            in_text = self._state == TEXT
            end = element.end()
            self._read(element[0])
            if in_text and self._takes_nonce(self._start + end):
                span = _place(source, node, end)
                yield Text(node.span, f'{quote}{text[done:end]} nonce="')
                yield Expression(span, "psp.nonce", span.start, False, Escape.PLAIN)
                quote = '"'
            elif done < end:
                yield Text(node.span, quote + text[done:end])
                quote = ""
            done = end
        self._read(text[done:])
        if done < len(text) or quote or not text:
            yield node._replace(text=quote + text[done:]) if done else node

    def _takes_nonce(self, at: int) -> bool:
        """Whether the tag whose attributes start at *at* is the author's own."""
        tag = _TAG.match(self._whole, at)
        attributes = tag[0] if tag else ""
        return not (_NONCE.search(attributes) or _FOREIGN.search(attributes))

    def _read(self, text: str) -> None:
        try:
            self._state = read(self._state, text)
        except Refused:
            self._state = TEXT  # the choice of escapers tells what is wrong, and where


def _texts(nodes: tuple[Node, ...]) -> Iterator[str]:
    """The text of a page, with a mark for each expression."""
    for node in nodes:
        if isinstance(node, Text):
            yield node.text
        elif isinstance(node, Expression):
            yield _HOLE
        elif isinstance(node, Include):
            yield from _texts(node.nodes)


def _place(source: Source, node: Text, at: int) -> Span:
    """Where the character *at* of *node* stands; its start, if not as written there."""
    start, end = node.span
    if source.text[start:end] == node.text:
        start += at
    return Span(start, start)
