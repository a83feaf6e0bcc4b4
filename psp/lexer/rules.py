"""PLY states and rules of the page language, nothing else.

One token takes a whole run: a lazy dot or a character class a step costs up to ten
times as much; why groups are atomic is said in ``strings``. Patterns stand in
``@TOKEN`` and not in docstrings, which ``-OO`` drops. Order in the file is precedence.
"""

from __future__ import annotations

from ply.lex import TOKEN, LexToken

from .strings import end_of_code
from .tokens import TokenType

states = (("code", "exclusive"), ("directive", "exclusive"))
#: Text and the whole tag behind it, which the lexer takes apart: no type of token.
SIMPLE = "SIMPLE"
tokens = [*(kind.value for kind in TokenType), SIMPLE]

TEXT = r"[^<]+(?:<(?!%)[^<]*)*|(?:<(?!%)[^<]*)+"
COMMENT = (
    r"<%--[^-]*+(?>(?:-(?!-%>)[^-]*+)*)--%>"
    r"|<%\#[^\n%]*+(?>(?:%(?!>)[^\n%]*+)*)%>"
)
#: Code without quotes, and without the characters that a closing mark starts with.
SIMPLE_TAG = r"<%(?:==?)?[^=!@#%'\"-](?>[^%'\"-]*)%>"
CODE = r"(?>(?:[^%-]++|%%>|%(?!>)|-(?!%>))+)"


@TOKEN(rf"(?>{TEXT})?{SIMPLE_TAG}")
def t_SIMPLE(t: LexToken) -> LexToken:
    """A tag whose end is plain to see, with the text before it: most are such, and
    what a token costs, states above all, is what a page costs.
    """
    return t


@TOKEN(TEXT)
def t_TEXT(t: LexToken) -> LexToken:
    """Text up to the next tag."""
    return t


@TOKEN(COMMENT)
def t_COMMENT(t: LexToken) -> LexToken:
    """A whole comment; the tags in it mean nothing."""
    return t


@TOKEN(r"<%--")
def t_UNCLOSED(t: LexToken) -> LexToken:
    """A comment without its end: the lexer reports it."""
    t.type = "COMMENT"
    t.lexer.unclosed = t
    t.lexer.lexpos = t.lexer.lexlen
    return t


@TOKEN(r"<%%(?!>)")
def t_LITERAL_OPEN(t: LexToken) -> LexToken:
    """The characters <% themselves."""
    return t


@TOKEN(r"<%@")
def t_DIRECTIVE_OPEN(t: LexToken) -> LexToken:
    """The start of a directive."""
    t.lexer.begin("directive")
    t.lexer.unclosed = t
    return t


@TOKEN(r"<%==")
def t_RAW_OPEN(t: LexToken) -> LexToken:
    """The start of an expression that is written as it is."""
    return _open(t)


@TOKEN(r"<%=")
def t_EXPRESSION_OPEN(t: LexToken) -> LexToken:
    """The start of an expression."""
    return _open(t)


@TOKEN(r"<%!")
def t_DECLARATION_OPEN(t: LexToken) -> LexToken:
    """The start of code that runs once, when the page is loaded."""
    return _open(t)


@TOKEN(r"<%")
def t_SCRIPTLET_OPEN(t: LexToken) -> LexToken:
    """The start of code."""
    return _open(t)


def _open(t: LexToken) -> LexToken:
    t.lexer.begin("code")
    t.lexer.unclosed = t
    return t


@TOKEN(CODE)
def t_code_CODE(t: LexToken) -> LexToken:
    """Python up to the closing mark; one inside a Python string does not close."""
    lexer = t.lexer
    end = end_of_code(lexer.lexdata, t.lexpos, lexer.lexpos)
    if end != lexer.lexpos:
        t.value = lexer.lexdata[t.lexpos : end]
        lexer.lexpos = end
    return t


@TOKEN(r"-?%>")
def t_code_directive_CLOSE(t: LexToken) -> LexToken:
    """The end of a tag."""
    t.type = "CLOSE"
    t.lexer.begin("INITIAL")
    t.lexer.unclosed = None
    return t


@TOKEN(r"[ \t\n\f]+")
def t_directive_SPACE(t: LexToken) -> LexToken:
    """White space between the words of a directive."""
    return t


@TOKEN(r"[A-Za-z_][\w.:-]*(?<!-)")
def t_directive_NAME(t: LexToken) -> LexToken:
    """The name of the directive or of an attribute."""
    return t


@TOKEN(r"=")
def t_directive_EQUALS(t: LexToken) -> LexToken:
    """What stands between an attribute and its value."""
    return t


@TOKEN(r'"(?:[^"%]|%(?!>))*"' + r"|'(?:[^'%]|%(?!>))*'")
def t_directive_STRING(t: LexToken) -> LexToken:
    """The quoted value of an attribute; the closing mark ends it all the same."""
    return t


@TOKEN(r"(?s:.)")
def t_directive_OTHER(t: LexToken) -> LexToken:
    """A character with no meaning here; the parser says so with its place."""
    return t


def t_ANY_error(t: LexToken) -> None:
    """Never reached: every character of every state has a rule."""
    raise AssertionError(f"no rule for {t.value[:1]!r}")  # pragma: no cover
