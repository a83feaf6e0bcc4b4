"""Pages that fail: Python found in the text of a page, compiled where it stands."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any


def compiled(text: str, filename: str, *snippets: str) -> Any:
    """Code of the *snippets* of *text*, with the positions that they have in it."""
    body: list[ast.stmt] = []
    for snippet in snippets:
        before = text[: text.index(snippet)]
        line, column = before.count("\n"), len(before.rpartition("\n")[2].encode())
        tree = ast.parse(snippet)
        for node in ast.walk(tree):
            if isinstance(node, ast.stmt | ast.expr | ast.arg):
                if node.lineno == 1:
                    node.col_offset += column
                if node.end_lineno == 1:
                    node.end_col_offset = (node.end_col_offset or 0) + column
                node.lineno += line
                node.end_lineno = (node.end_lineno or 0) + line
        body += tree.body
    return compile(ast.Module(body, []), filename, "exec")


def failure(path: Path, text: str, *snippets: str, **names: Any) -> BaseException:
    """What a page of *text* at *path* raises when its *snippets* are run."""
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    try:
        exec(compiled(text, str(path), *snippets), {"__name__": path.name, **names})
    except BaseException as error:
        return error
    raise AssertionError("the page did not fail")
