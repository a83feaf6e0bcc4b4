"""Strings that are raised, and text that was encoded by hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .code import Code, is_hole
from .edits import Edit
from .mend import Mend, replacing
from .names import is_bytes

#: Encodings that make no text of text.
CODECS = frozenset("base64 bz2 hex quopri rot13 rot_13 uu zip zlib".split())


_NOTE = "an exception that was a string; except Exception catches it now"


def raised(code: Code) -> Iterator[Mend]:
    """``raise "text"``, which Python gave up long before 3."""
    for node in code.all(ast.Raise):
        if node.exc is not None and _is_text(node.exc):
            text = f"Exception({code.source(node.exc)})"
            yield replacing(code, node.exc, text, note=_NOTE)


def _is_text(node: ast.expr) -> bool:
    """Whether *node* is evidently a str."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=ast.Mod() | ast.Add()):
            return _is_text(left)
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "join")):
            return _is_text(value)
    return False


def named(code: Code) -> Iterator[Mend]:
    """``Error = "text"`` that is raised or caught by its name, as a class."""
    caught = {name for node in code.nodes for name in _exceptions(node)}
    for node in code.all(ast.Assign):
        match node.targets:
            case [ast.Name(id=name)] if _is_text(node.value) and name in caught:
                if not _is_only_raised(code, name):
                    continue
                start, end = code.start(node), code.end(node)
                new = f"class {name}(Exception): pass"
                if not _is_alone(code, start, end):
                    new = f'{name} = type("{name}", (Exception,), {{}})'
                yield Mend((Edit(start, end, new),), "", _NOTE, start)


def _exceptions(node: ast.AST) -> Iterator[str]:
    """The names of exceptions that *node* raises or catches."""
    match node:
        case ast.Raise(exc=ast.Name(id=name)):
            yield name
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name))):
            yield name
        case ast.ExceptHandler(type=ast.Name(id=name)):
            yield name
        case ast.ExceptHandler(type=ast.Tuple(elts=items)):
            yield from (one.id for one in items if isinstance(one, ast.Name))


def _is_only_raised(code: Code, name: str) -> bool:
    """Whether *name* is bound once, and used for nothing but exceptions."""
    names = [one for one in code.all(ast.Name) if one.id == name]
    stores = [one for one in names if not isinstance(one.ctx, ast.Load)]
    uses = [found for node in code.nodes for found in _exceptions(node)]
    return len(stores) == 1 and uses.count(name) == len(names) - 1


def _is_alone(code: Code, start: int, end: int) -> bool:
    """Whether nothing else stands on the line."""
    before = code.text[:start].rpartition("\n")[2]
    after = code.text[end:].partition("\n")[0]
    return not before.strip() and (not after.strip() or after.strip().startswith("#"))


def encoded(code: Code) -> Iterator[Mend]:
    """``<%= text.encode("utf-8") %>``: what a page writes is text."""
    for node in code.all(ast.Call):
        match node:
            case ast.Call(args=[argument]) if is_hole(node):
                text = _encoded_text(argument)
                if text is not None and not is_bytes(code, text):
                    yield replacing(code, argument, code.source(text))


def _encoded_text(node: ast.expr) -> ast.expr | None:
    """The text that *node* encodes, if that is what it does."""
    match node:
        case ast.Call(func=ast.Attribute(value=text, attr="encode"), args=args):
            match args:
                case []:
                    return text
                case [ast.Constant(value=str(codec)), *_]:
                    return None if codec_name(codec) in CODECS else text
    return None


def codec_name(codec: object) -> str:
    """The name of an encoding as ``CODECS`` has it."""
    return str(codec).lower().removesuffix("_codec").removesuffix("-codec")


def default_encoding(code: Code) -> Iterator[Mend]:
    """``reload(sys); sys.setdefaultencoding("utf-8")``, which is how it is now."""
    for node in code.all(ast.Expr):
        is_set = code.called(node.value) == "sys.setdefaultencoding"
        match node.value:
            case ast.Call(args=[ast.Name() as module]) if not is_set:
                is_reload = code.called(node.value) == "builtins.reload"
                is_set = is_reload and code.meaning(module) == "sys"
        if is_set:
            yield replacing(code, node.value, "pass")
