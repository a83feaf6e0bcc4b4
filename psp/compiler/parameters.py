"""``<%@ param title: str = "…" %>``: what a page expects from whoever runs it."""

from __future__ import annotations

import ast
import re

from ..errors import DirectiveError
from ..source import Source, Span
from . import emit
from .nodes import Directive, Parameter

_CODE = re.compile(r"<%@\s*param\b\s*(.*?)\s*-?%>\Z", re.DOTALL)
_WANTED = "expected <%@ param name: type %> or <%@ param name: type = default %>"


def read_parameter(node: Directive, source: Source) -> Parameter:
    """The parameter that *node* declares; raises DirectiveError."""
    match = _CODE.match(source.text[node.span.start : node.span.end])
    if match is None or not match[1]:
        raise DirectiveError.at(source, node.span, f"no parameter here: {_WANTED}")
    start = node.span.start + match.start(1)
    code = match[1].replace("%%>", "%>")
    span = Span(start, start + len(match[1]))
    try:
        body = ast.parse(code).body
    except (SyntaxError, UnicodeEncodeError) as error:
        why = error.msg if isinstance(error, SyntaxError) else "bytes are not UTF-8"
        message = f"not a parameter: {why}; {_WANTED}"
        raise DirectiveError.at(source, span, message) from None
    except (RecursionError, MemoryError):
        message = "not a parameter: its code is nested too deeply"
        raise DirectiveError.at(source, span, message) from None
    match body:
        case [ast.AnnAssign(target=ast.Name(id=name), value=value, simple=1)]:
            return Parameter(node.span, code, start, name, value is None)
        case [ast.Assign(targets=[ast.Name(id=name)])]:
            return Parameter(node.span, code, start, name, False)
        case [ast.Expr(ast.Name(id=name))]:
            return Parameter(node.span, code, start, name, True)
    raise DirectiveError.at(source, span, f"not a parameter: {_WANTED}")


def set_defaults(body: list[ast.stmt], count: int) -> None:
    """Make the first *count* assignments of *body* hold for what is not given."""
    for index, node in enumerate(body[:count]):
        assert isinstance(node, (ast.Assign, ast.AnnAssign))
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        assert isinstance(target, ast.Name) and node.value is not None
        body[index] = emit.default(target, node.value, node)
