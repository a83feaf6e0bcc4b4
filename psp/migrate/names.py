"""Names that Python 3 has under another name or elsewhere."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from .code import Code
from .edits import Edit
from .mend import Mend, receiver, replacing
from .moves import CALLED_OTHERWISE, METHODS, MOVED

#: How ``html.escape`` is imported where a variable has the name of its module.
HTML_ESCAPE = "from html import escape as html_escape"


def moved_names(code: Code) -> Iterator[Mend]:
    """Names that have moved, where they are used."""
    for node in code.nodes:
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        meaning = code.meaning(node)
        if not isinstance(node.ctx, ast.Load) or meaning is None:
            continue
        if meaning == "builtins.reduce":
            yield Mend((), "from functools import reduce")
        elif meaning in MOVED and _is_replaced(code, node, meaning):
            yield renaming(code, node, meaning)


def _is_replaced(code: Code, node: ast.Name | ast.Attribute, meaning: str) -> bool:
    """Whether *node* is; an imported name goes on to be what its import says."""
    if meaning in CALLED_OTHERWISE and code.is_called(node):
        return False
    if meaning == "builtins.file":
        return code.is_called(node)
    return isinstance(node, ast.Attribute) or meaning.startswith("builtins.")


def renaming(code: Code, node: ast.expr, meaning: str) -> Mend:
    """The mend that puts in the place of *node* what its *meaning* has become."""
    target = MOVED[meaning]
    if target == "html.escape" and code.is_taken("html"):
        return replacing(code, node, "html_escape", HTML_ESCAPE)
    module = home(target)
    return replacing(code, node, target, module and f"import {module}")


def home(target: str) -> str:
    """The module that the dotted name *target* is in; empty for a built-in one."""
    module = target.partition("(")[0].rpartition(".")[0]
    return "" if hasattr(builtins, module) else module


def escapes(code: Code) -> Iterator[Mend]:
    """``cgi.escape`` left quotes alone; ``html.escape`` does if it is told to."""
    for node in code.all(ast.Call):
        if code.called(node) != "cgi.escape":
            continue
        edits, need = _function(code, node.func, "cgi.escape")
        if len(node.args) == 1 and not node.keywords:
            at = code.end(node.args[0])
            edits += (Edit(at, at, ", quote=False"),)
        if edits:
            yield Mend(edits, need)


def _function(code: Code, node: ast.expr, meaning: str) -> tuple[tuple[Edit, ...], str]:
    """What makes of the called function *node* what it has become, and the need."""
    if isinstance(node, ast.Name):
        return (), ""
    mend = renaming(code, node, meaning)
    return mend.edits, mend.need


def hashes(code: Code) -> Iterator[Mend]:
    """The modules ``md5`` and ``sha``, whose functions took text."""
    for node in code.all(ast.Call):
        meaning = code.called(node) or ""
        if meaning.partition(".")[0] not in ("md5", "sha") or meaning not in MOVED:
            continue
        edits, need = _function(code, node.func, meaning)
        note = ""
        if node.args and not is_bytes(code, node.args[0]):
            text = f'{receiver(code, node.args[0])}.encode("utf-8")'
            edits += replacing(code, node.args[0], text).edits
            note = "hashed as text in UTF-8; bytes must not be encoded here"
        if edits:
            yield Mend(edits, need, note, code.start(node))


def is_bytes(code: Code, node: ast.expr) -> bool:
    """Whether *node* is evidently bytes."""
    match node:
        case ast.Constant(value=bytes()):
            return True
        case ast.Call(func=ast.Attribute(attr="encode" | "read" | "digest")):
            return True
        case ast.BinOp(left=left, right=right):
            return is_bytes(code, left) or is_bytes(code, right)
        case ast.Call():
            called = code.called(node) or ""
            return called in ("builtins.bytes", "builtins.open") or called.startswith(
                ("base64.", "binascii.", "struct.pack", "pickle.dumps", "marshal.dumps")
            )
    return False


def methods(code: Code) -> Iterator[Mend]:
    """Functions of ``string`` as methods of the text they are given."""
    for node in code.nodes:
        name = method_of(code.meaning(node) or "")
        if isinstance(node, ast.Attribute) and name not in ("", "join"):
            if not code.is_called(node):
                yield replacing(code, node, f"str.{name}")
        elif isinstance(node, ast.Call) and node.args:
            name = method_of(code.called(node) or "")
            if name and not any(isinstance(one, ast.Starred) for one in node.args):
                yield replacing(code, node, _call(code, node, name))


def method_of(meaning: str) -> str:
    """The method of str that the function *meaning* has become, or nothing."""
    module, _, name = meaning.rpartition(".")
    return METHODS.get(name, "") if module == "string" else ""


def _call(code: Code, node: ast.Call, name: str) -> str:
    """The call *node* of a function of ``string`` as one of the method *name*."""
    first, *rest = node.args
    if name == "join":
        rest += [one.value for one in node.keywords]
        glue = receiver(code, rest[0]) if rest else '" "'
        return f"{glue}.join({code.source(first)})"
    others = [*map(code.source, rest), *map(code.source, node.keywords)]
    return f"{receiver(code, first)}.{name}({', '.join(others)})"
