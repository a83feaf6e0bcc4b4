"""Python code that may hold bytes which are not UTF-8.

A Source keeps them as lone surrogates, which Python's parser refuses.
"""

from __future__ import annotations

import ast
import re

from ..errors import PageSyntaxError
from ..source import Span
from .writer import SkeletonWriter

_SURROGATE = re.compile("[\ud800-\udfff]")
#: Private characters, as long in UTF-8 as the surrogates that they stand for; the
#: parser takes them in strings and comments only.
_PRIVATE = {0xDC00 + byte: 0xEF00 + byte for byte in range(0x80, 0x100)}
_SURROGATES = {private: surrogate for surrogate, private in _PRIVATE.items()}
_IS_PRIVATE = re.compile("[\uef80-\uefff]")
_REFUSED = re.compile(r"U\+EF[89A-F]|ASCII literal")


def parse_code(writer: SkeletonWriter, text: str, lenient: bool) -> ast.Module:
    """The tree of *text*, which is what *writer* has collected.

    Where it is *lenient* strings and comments hold such bytes, which come out as they
    were; else they raise PageSyntaxError at their place. SyntaxError for what is no
    Python, PageSyntaxError for what is nested too deeply for the parser.
    """
    try:
        return _parse(text, writer)
    except UnicodeEncodeError:
        if not lenient or _IS_PRIVATE.search(text):
            raise _refusal(writer) from None
    try:
        tree = _parse(text.translate(_PRIVATE), writer)
    except SyntaxError as error:
        if _REFUSED.search(error.msg):
            raise _refusal(writer) from None
        raise
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = node.value.translate(_SURROGATES)
    return tree


def _parse(text: str, writer: SkeletonWriter) -> ast.Module:
    try:
        return ast.parse(text)
    except (RecursionError, MemoryError):
        message = "the page's code is nested too deeply"
        raise PageSyntaxError.at(writer.source, Span(0, 1), message) from None


def _refusal(writer: SkeletonWriter) -> PageSyntaxError:
    for line, origin in zip(writer.lines, writer.origins, strict=True):
        match = _SURROGATE.search(line)
        if match:
            at = origin.start + match.start() - origin.prefix
            byte = ord(match[0]) - 0xDC00
            message = f"byte 0x{byte:02x} in Python code is not UTF-8"
            return PageSyntaxError.at(origin.source, Span(at, at + 1), message)
    raise AssertionError("no surrogate in code that could not be encoded")
