"""Messages of pages for Babel: ``[psp: **.psp]`` in its mapping file.

Each piece of Python in a page goes to Babel's own extractor, so that its keywords,
options and comments for translators mean what they mean in modules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python

from ..compiler.nodes import Comment, Declaration, Expression, Scriptlet
from ..compiler.parser import parse
from ..lexer.lexer import tokenize
from ..source import Source

#: Line, function, messages, comments: what Babel wants of an extractor.
Message = tuple[int, str, Any, list[str]]


def extract(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[Message]:
    """The messages in the page *fileobj*, in their order.

    The option ``encoding`` is that of the page. Raises PageSyntaxError for a page whose
    tags are not closed.
    """
    name = getattr(fileobj, "name", "page.psp")
    source = Source(fileobj.read().decode(options.get("encoding", "utf-8")), str(name))
    said: tuple[int, list[str]] = (0, [])  # a comment tag, and the line it ends on
    for node in parse(source, tokenize(source)).nodes:
        if isinstance(node, Comment):
            text = source.text[node.span.start : node.span.end].strip("<%#-> \n\t")
            if text.startswith(tuple(comment_tags)):
                said = source.line_at(node.span.end), text.split("\n")
        if not isinstance(node, Expression | Scriptlet | Declaration):
            continue
        before = source.line_at(node.start) - 1
        for line, function, messages, comments in _in_code(
            node.code, keywords, comment_tags, options
        ):
            if not comments and 0 <= before + line - said[0] <= 1:
                comments = [part.strip() for part in said[1]]
            yield before + line, function, messages, comments


def _in_code(
    code: str,
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[Message]:
    # In brackets it does not matter how a piece of Python is indented.
    file = BytesIO(f"({code}\n)".encode())
    wanted = {**options, "encoding": "utf-8"}
    found: Any = extract_python(file, keywords, comment_tags, wanted)  # type: ignore
    yield from found
