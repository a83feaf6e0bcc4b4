"""tokenize(): the lossless tokens of a page."""

from __future__ import annotations

from functools import cache

from ply import lex

from ..errors import PageSyntaxError
from ..source import Source, Span
from . import rules
from .tokens import Token, TokenType

_KINDS = {kind.value: kind for kind in TokenType}
_WHAT = {
    "COMMENT": ("comment", "--%>"),
    "DIRECTIVE_OPEN": ("directive", "%>"),
    "EXPRESSION_OPEN": ("expression", "%>"),
    "RAW_OPEN": ("expression", "%>"),
    "DECLARATION_OPEN": ("declaration", "%>"),
}


@cache
def _master() -> lex.Lexer:
    return lex.lex(module=rules, optimize=False, errorlog=lex.NullLogger())


def _simple_tag(text: str, at: int) -> tuple[Token, Token, Token]:
    """The marks and the code of a whole tag that stands at offset *at*."""
    if text[2] != "=":
        kind, mark = TokenType.SCRIPTLET_OPEN, "<%"
    elif text[3] != "=":
        kind, mark = TokenType.EXPRESSION_OPEN, "<%="
    else:
        kind, mark = TokenType.RAW_OPEN, "<%=="
    new = tuple.__new__
    start, stop, end = at + len(mark), at + len(text) - 2, at + len(text)
    return (
        new(Token, (kind, mark, new(Span, (at, start)))),
        new(Token, (TokenType.CODE, text[len(mark) : -2], new(Span, (start, stop)))),
        new(Token, (TokenType.CLOSE, "%>", new(Span, (stop, end)))),
    )


def tokenize(source: Source) -> list[Token]:
    """The tokens of *source*, whose texts add up to its text.

    A scriptlet may stay open to the end of the page, as in mod_python. Anything
    else left open raises PageSyntaxError at its opening mark.
    """
    lexer = _master().clone()
    lexer.lexstatestack = []  # clone() shares this list with the master
    lexer.begin("INITIAL")
    lexer.unclosed = None
    lexer.input(source.text)
    tokens: list[Token] = []
    append, next_token = tokens.append, lexer.token
    new = tuple.__new__  # what a NamedTuple's own constructor calls
    while (t := next_token()) is not None:
        at, text = t.lexpos, t.value
        if t.type == rules.SIMPLE:
            tokens += _simple_tag(text, at)
            continue
        span = new(Span, (at, at + len(text)))
        append(new(Token, (_KINDS[t.type], text, span)))
    if lexer.unclosed is not None and lexer.unclosed.type in _WHAT:
        what, end = _WHAT[lexer.unclosed.type]
        at = lexer.unclosed.lexpos
        mark = Span(at, at + len(lexer.unclosed.value))
        raise PageSyntaxError.at(
            source, mark, f"{what} is never closed: expected {end}"
        )
    return tokens
