"""format_page(): the same page with its tags written one way."""

from __future__ import annotations

from collections.abc import Iterator

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


def format_page(source: Source) -> str:
    """The text of *source* with one blank inside the marks of each tag on one line.

    Directives have single blanks and double quotes. Page text, comments, and code of
    several lines, whose blanks mean something, stay as they are, so that the page
    writes what it wrote. Raises PageSyntaxError for tags that are not closed.
    """
    return "".join(_formatted(tokenize(source)))


def _formatted(tokens: list[Token]) -> Iterator[str]:
    at = 0
    while at < len(tokens):
        kind = tokens[at].type
        end = at + 1
        if kind in _OPENS or kind is TokenType.DIRECTIVE_OPEN:
            while end < len(tokens) and tokens[end - 1].type is not TokenType.CLOSE:
                end += 1
        tag = tokens[at:end]
        if kind in _OPENS:
            yield _code(tag)
        elif kind is TokenType.DIRECTIVE_OPEN:
            yield _directive(tag)
        else:
            yield tag[0].text
        at = end


def _written(tag: list[Token]) -> str:
    return "".join(token.text for token in tag)


def _code(tag: list[Token]) -> str:
    """A tag that holds Python; one that is empty, or a comment, is left alone."""
    opening, *inside, closing = tag
    code = _written(inside)
    is_whole = closing.type is TokenType.CLOSE and bool(inside)
    if not is_whole or "\n" in code or not code.strip() or code.startswith("#"):
        return _written(tag)
    return f"{opening.text} {code.strip()} {closing.text}"


def _directive(tag: list[Token]) -> str:
    """A directive; what follows ``param`` is Python, which is only put on its place."""
    opening, *inside, closing = tag
    words = [token for token in inside if token.type is not TokenType.SPACE]
    text = _written(inside)
    if not words or "\n" in text or any(w.type is TokenType.OTHER for w in words):
        return _written(tag)
    if words[0].text == "param":
        return f"{opening.text} {text.strip()} {closing.text}"
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
