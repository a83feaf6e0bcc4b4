"""The tags of a page: where each stands, and how it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..lexer.lexer import tokenize
from ..lexer.tokens import Token, TokenType
from ..source import Source

_OPENS = frozenset(
    (
        TokenType.SCRIPTLET_OPEN,
        TokenType.EXPRESSION_OPEN,
        TokenType.RAW_OPEN,
        TokenType.DECLARATION_OPEN,
    )
)
_SILENT = frozenset(
    (TokenType.SCRIPTLET_OPEN, TokenType.DECLARATION_OPEN, TokenType.DIRECTIVE_OPEN)
)


class Tag(NamedTuple):
    """A tag, or a piece of text or a comment: its tokens, and offsets into the page."""

    tokens: list[Token]
    start: int
    end: int

    @property
    def kind(self) -> TokenType:
        """What it is, by its first token."""
        return self.tokens[0].type

    @property
    def text(self) -> str:
        """The tag as it is written."""
        return _written(self.tokens)

    @property
    def code(self) -> str | None:
        """The Python between its marks; None where there is none to be formatted."""
        opening, *inside = self.tokens
        code = _written(inside[:-1])
        if opening.type is TokenType.DIRECTIVE_OPEN and _name(inside) == "param":
            code = code.strip().removeprefix("param")
        elif opening.type not in _OPENS:
            return None
        is_closed = bool(inside) and inside[-1].type is TokenType.CLOSE
        is_python = bool(code.strip()) and not code.startswith("#")
        return code if is_closed and is_python else None

    @property
    def is_silent(self) -> bool:
        """Whether the tag writes nothing."""
        return self.kind in _SILENT or self.kind is TokenType.COMMENT

    def with_code(self, code: str) -> str:
        """The tag with other Python between its marks."""
        name = "param" if self.kind is TokenType.DIRECTIVE_OPEN else ""
        opening, closing = self.tokens[0].text, self.tokens[-1].text
        if "\n" in code:
            return f"{opening}{code}{closing}"
        return " ".join(filter(None, (opening, name, code.strip(), closing)))


def read_tags(source: Source) -> Iterator[Tag]:
    """The tags of *source*, and what is between them, in order.

    Raises PageSyntaxError for tags that are not closed.
    """
    tokens = tokenize(source)
    at = 0
    while at < len(tokens):
        kind, end = tokens[at].type, at + 1
        if kind in _OPENS or kind is TokenType.DIRECTIVE_OPEN:
            while end < len(tokens) and tokens[end - 1].type is not TokenType.CLOSE:
                end += 1
        yield Tag(tokens[at:end], tokens[at].span.start, tokens[end - 1].span.end)
        at = end


def tidy(tag: Tag) -> str:
    """*tag* with one blank inside its marks, if it stands on one line.

    Directives have single blanks and double quotes. Page text, comments, and code of
    several lines, whose blanks mean something, stay as they are.
    """
    if tag.kind is TokenType.DIRECTIVE_OPEN:
        return _directive(tag)
    return tag.text if tag.code is None or "\n" in tag.text else tag.with_code(tag.code)


def _written(tokens: list[Token]) -> str:
    return "".join(token.text for token in tokens)


def _name(inside: list[Token]) -> str:
    """The first word of a directive."""
    words = (token.text for token in inside if token.type is not TokenType.SPACE)
    return next(words, "")


def _directive(tag: Tag) -> str:
    """A directive; what follows ``param`` is Python, which is only put on its place."""
    opening, *inside, closing = tag.tokens
    words = [token for token in inside if token.type is not TokenType.SPACE]
    text = _written(inside)
    if not words or "\n" in text:
        return tag.text
    if words[0].text == "param":
        return f"{opening.text} {text.strip()} {closing.text}"
    if any(word.type is TokenType.OTHER for word in words):
        return tag.text
    parts = ""
    for before, word in zip([opening, *words], words, strict=False):
        joined = TokenType.EQUALS in (word.type, before.type)
        parts += _quoted(word) if joined else f" {_quoted(word)}"
    return f"{opening.text}{parts} {closing.text}"


def _quoted(word: Token) -> str:
    """A word of a directive; a text in double quotes, unless it holds one."""
    if word.type is TokenType.STRING and '"' not in word.text:
        return f'"{word.text[1:-1]}"'
    return word.text
