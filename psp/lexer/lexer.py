"""tokenize(): the lossless tokens of a page."""

from __future__ import annotations

from functools import cache

from ply import lex

from ..errors import PageSyntaxError
from ..source import Source, Span
from . import rules
from .tokens import Token, TokenType

# Looked up once: in Python 3.11 members of an Enum are found by a slow descriptor.
_TEXT, _CODE, _CLOSE = TokenType.TEXT, TokenType.CODE, TokenType.CLOSE
_SCRIPTLET_OPEN, _EXPRESSION_OPEN = TokenType.SCRIPTLET_OPEN, TokenType.EXPRESSION_OPEN
_RAW_OPEN = TokenType.RAW_OPEN
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


def _take_apart(whole: str, at: int, tokens: list[Token]) -> None:
    """Add the text, the marks and the code of what stands at offset *at*."""
    new = tuple.__new__  # what a NamedTuple's own constructor calls
    tag = whole.rindex("<%")
    if tag:
        tokens.append(new(Token, (_TEXT, whole[:tag], new(Span, (at, at + tag)))))
    if whole[tag + 2] != "=":
        kind, mark, code = _SCRIPTLET_OPEN, "<%", tag + 2
    elif whole[tag + 3] != "=":
        kind, mark, code = _EXPRESSION_OPEN, "<%=", tag + 3
    else:
        kind, mark, code = _RAW_OPEN, "<%==", tag + 4
    start, end = at + code, at + len(whole)
    stop = end - 2
    tokens += (
        new(Token, (kind, mark, new(Span, (at + tag, start)))),
        new(Token, (_CODE, whole[code:-2], new(Span, (start, stop)))),
        new(Token, (_CLOSE, "%>", new(Span, (stop, end)))),
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
            _take_apart(text, at, tokens)
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
