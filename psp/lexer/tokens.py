"""TokenType and Token: what the lexer makes of a page."""

from __future__ import annotations

from enum import Enum

from ..light import NamedTuple
from ..source import Span


class TokenType(Enum):
    """The kinds of token; the texts of all tokens of a page, joined, are the page."""

    TEXT = "TEXT"
    COMMENT = "COMMENT"  # <%-- … --%>, and <%# … %> on one line
    LITERAL_OPEN = "LITERAL_OPEN"  # <%%, the characters <% themselves
    SCRIPTLET_OPEN = "SCRIPTLET_OPEN"  # <%
    EXPRESSION_OPEN = "EXPRESSION_OPEN"  # <%=
    RAW_OPEN = "RAW_OPEN"  # <%==
    DECLARATION_OPEN = "DECLARATION_OPEN"  # <%!
    CODE = "CODE"
    DIRECTIVE_OPEN = "DIRECTIVE_OPEN"  # <%@
    NAME = "NAME"
    EQUALS = "EQUALS"
    STRING = "STRING"
    SPACE = "SPACE"
    OTHER = "OTHER"  # what has no place in a directive
    CLOSE = "CLOSE"  # %> or -%>


class Token(NamedTuple):
    """A piece of the page: its kind, its text as written, where it stands."""

    type: TokenType
    text: str
    span: Span
