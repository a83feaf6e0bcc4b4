"""Tokens to nodes, and what a tag does to the white space around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import PageSyntaxError
from ..lexer.tokens import Token, TokenType
from ..source import Source, Span
from .nodes import (
    Attribute,
    Comment,
    Declaration,
    Directive,
    Escape,
    Expression,
    Node,
    Page,
    Scriptlet,
    Text,
)

_AFTER_TRIM = re.compile(r"[ \t\f\v]*\n?")
# Looked up once: in Python 3.11 members of an Enum are found by a slow descriptor.
_TEXT, _COMMENT, _CLOSE = TokenType.TEXT, TokenType.COMMENT, TokenType.CLOSE
_LITERAL_OPEN, _DIRECTIVE_OPEN = TokenType.LITERAL_OPEN, TokenType.DIRECTIVE_OPEN
_EXPRESSION_OPEN, _RAW_OPEN = TokenType.EXPRESSION_OPEN, TokenType.RAW_OPEN
_HTML, _PLAIN = Escape.HTML, Escape.PLAIN
_new = tuple.__new__  # what a NamedTuple's own constructor calls


def parse(source: Source, tokens: list[Token]) -> Page:
    """The nodes of *source*, directives not yet obeyed."""
    return Page(source, tuple(_Parser(source, tokens).nodes()))


class _Parser:
    def __init__(self, source: Source, tokens: list[Token]):
        self._source = source
        self._tokens = iter(tokens)
        self._trim = False

    def nodes(self) -> Iterator[Node]:
        for token in self._tokens:
            kind, text, span = token
            if kind is _TEXT:
                if self._trim:
                    text, span = self._trimmed(token)
                if text:
                    yield _new(Text, (span, text))
            elif kind is _COMMENT:
                self._trim = text.startswith("<%#") and text.endswith("-%>")
                yield Comment(span)
            elif kind is _LITERAL_OPEN:
                yield Text(span, "<%")
            elif kind is _DIRECTIVE_OPEN:
                yield from self._directives(token)
            else:
                yield self._tag(token)

    def _trimmed(self, token: Token) -> tuple[str, Span]:
        """A text without what the ``-%>`` before it ate."""
        self._trim = False
        match = _AFTER_TRIM.match(token.text)
        cut = match.end() if match else 0
        return token.text[cut:], Span(token.span.start + cut, token.span.end)

    def _tag(self, opening: Token) -> Node:
        """The node of a tag that holds Python."""
        opened, _, (at, start) = opening
        code, end, closed = "", start, False
        for kind, text, span in self._tokens:
            end = span.end
            if kind is _CLOSE:
                closed, self._trim = True, text == "-%>"
                break
            code += text
        if "\0" in code:
            self._refuse_nul(code, start)
        code = code.replace("%%>", "%>")
        span = _new(Span, (at, end))
        if opened is _EXPRESSION_OPEN:
            return _new(Expression, (span, code, start, False, _HTML))
        if opened is _RAW_OPEN:
            return _new(Expression, (span, code, start, True, _PLAIN))
        if opened is TokenType.DECLARATION_OPEN:
            return Declaration(span, code, start)
        return Scriptlet(span, code, start, closed)

    def _refuse_nul(self, code: str, start: int) -> None:
        at = start + code.index("\0")
        message = "NUL character in Python code"
        raise PageSyntaxError.at(self._source, Span(at, at + 1), message)

    def _directives(self, opening: Token) -> Iterator[Directive]:
        """The directives of a tag: one, but mod_python takes several includes."""
        words: list[Token] = []
        span = opening.span
        for token in self._tokens:
            span = Span(opening.span.start, token.span.end)
            if token.type is TokenType.CLOSE:
                self._trim = token.text.startswith("-")
                break
            if token.type is not TokenType.SPACE:
                words.append(token)
        if words and words[0].text == "param":
            yield Directive(span, "param", {})  # what follows is Python
            return
        groups: list[list[Token]] = []
        for i, word in enumerate(words):
            is_name = word.type is TokenType.NAME
            if not groups or (is_name and not _followed_by_equals(words, i)):
                groups.append([])
            groups[-1].append(word)
        for group in groups or [[]]:
            yield _directive(span, group)


def _followed_by_equals(words: list[Token], i: int) -> bool:
    """Whether word *i* names or is an attribute, and so starts no directive."""
    after = i + 1 < len(words) and words[i + 1].type is TokenType.EQUALS
    before = i > 0 and words[i - 1].type is TokenType.EQUALS
    return after or before


def _directive(span: Span, words: list[Token]) -> Directive:
    name, attributes, junk = "", {}, None
    if words and words[0].type is TokenType.NAME:
        name, words = words[0].text, words[1:]
    while words:
        match [word.type for word in words[:3]]:
            case [TokenType.NAME, TokenType.EQUALS, TokenType.STRING]:
                value = words[2]
                attributes[words[0].text] = Attribute(value.text[1:-1], value.span)
                words = words[3:]
            case _:
                junk = words[0]
                break
    return Directive(span, name, attributes, junk)
