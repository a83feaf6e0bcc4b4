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
