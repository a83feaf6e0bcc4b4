"""Tags that the lexer takes whole are told apart like those that it takes in pieces."""

from __future__ import annotations

import pytest

from psp.lexer.lexer import tokenize
from psp.lexer.tokens import Token, TokenType
from psp.source import Source

OPENING = {
    "<%": TokenType.SCRIPTLET_OPEN,
    "<%=": TokenType.EXPRESSION_OPEN,
    "<%==": TokenType.RAW_OPEN,
}


def tokens(text: str) -> list[Token]:
    """The tokens of *text*, which they add up to, each where its span says."""
    found = tokenize(Source(text))
    assert "".join(token.text for token in found) == text
    assert all(text[t.span.start : t.span.end] == t.text for t in found)
    return found


@pytest.mark.parametrize("mark", OPENING)
@pytest.mark.parametrize(
    "code", [" x ", "x", " f(\n1) ", " x # y ", " 'x' ", " a % b "]
)
@pytest.mark.parametrize("close", ["%>", "-%>"])
def test_kinds_and_places(mark: str, code: str, close: str) -> None:
    found = tokens(f"é{mark}{code}{close}<")
    assert [(t.type, t.text) for t in found[1:4]] == [
        (OPENING[mark], mark),
        (TokenType.CODE, code),
        (TokenType.CLOSE, close),
    ]


@pytest.mark.parametrize("text", ["<%%>", "<%=%>", "<%==%>", "<%# x %>", "<%@ x %>"])
def test_what_is_no_simple_tag(text: str) -> None:
    assert TokenType.CODE not in [token.type for token in tokens(text)]
