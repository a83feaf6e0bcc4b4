"""migrate_module(): a Python module."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ..source import BOM
from .code import Code
from .convert import convert_python
from .decisions import decisions
from .edits import Edit, apply_edits, new_place
from .imports import missing
from .python2 import Converter
from .remarks import Migrated, Remark
from .tabs import TABS, expanded, is_mixed


def migrate_module(converter: Converter, text: str, filename: str) -> Migrated:
    """The module *text*, whose lines end in ``\\n``.

    *filename* is where it lies: its neighbours tell which imports are relative. Raises
    Unreadable.
    """
    start = BOM if text.startswith(BOM) else ""
    ending = "" if text.endswith("\n") else "\n"
    body = text.removeprefix(BOM) + ending
    if not body.strip():
        return Migrated(text, ())
    converter.check(body)
    has_tabs = is_mixed(body)
    if has_tabs:
        body = apply_edits(body, expanded(body))
    done = convert_python(converter, body, filename)
    code = Code(done.text)
    needs = missing(code, done.needs)
    edits = [_insertion(code, needs)] if needs else []
    remarks = sorted([*done.notes, *decisions(code)])
    body = start + apply_edits(done.text, edits).removesuffix(ending)
    moved = (one._replace(at=new_place(edits, one.at) + len(start)) for one in remarks)
    notes = [Remark(0, TABS, False)] if has_tabs else []
    return Migrated(body, (*notes, *moved))


def _insertion(code: Code, needs: Iterable[str]) -> Edit:
    """The edit that puts the import statements *needs* before the first statement.

    A docstring and what is imported from the future stay before them.
    """
    first = next(one for at, one in enumerate(code.tree.body) if not _leads(at, one))
    line = min([first.lineno, *(one.lineno for one in _decorators(first))])
    start = code.line_start(line)
    if line < first.lineno or not code.text[start : code.start(first)].strip():
        return Edit(start, start, "".join(f"{need}\n" for need in needs))
    at = code.start(first)
    return Edit(at, at, "".join(f"{need}; " for need in needs))


def _leads(at: int, node: ast.stmt) -> bool:
    """Whether nothing may come before *node*, statement *at* of its module."""
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return at == 0
        case ast.ImportFrom(module="__future__"):
            return True
    return False


def _decorators(node: ast.stmt) -> list[ast.expr]:
    found: list[ast.expr] = getattr(node, "decorator_list", [])
    return found
