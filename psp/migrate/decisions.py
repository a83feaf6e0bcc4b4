"""What only a person can decide, found in text that is Python 3 by now."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .code import Code, is_hole
from .moves import GONE_METHODS, GONE_MODULES, GONE_NAMES, PACKAGES
from .names import is_bytes
from .remarks import Remark
from .strings import CODECS, codec_name

_Place = ast.expr | ast.stmt
_Found = Iterator[tuple[_Place, str]]


def decisions(code: Code) -> list[Remark]:
    """What there is to decide in *code*, in order.

    Lines with the comment ``# decided`` are left out.
    """
    found = {
        Remark(code.start(node), message)
        for finder in _FINDERS
        for node, message in finder(code)
        if not code.is_decided(node)
    }
    return sorted(found)


def _divisions(code: Code) -> _Found:
    for node in code.all(ast.ImportFrom):
        if node.module == "__future__" and "division" in {n.name for n in node.names}:
            return
    message = "/ gives a fraction now; of whole numbers, Python 2 gave what // gives"
    for one in code.nodes:
        match one:
            case ast.BinOp(op=ast.Div()):
                if not _is_fraction(code, one) and not _is_rounded(code, one):
                    yield one, message
            case ast.AugAssign(op=ast.Div(), value=value):
                if not _is_fraction(code, value):
                    yield one, message


def _is_rounded(code: Code, node: ast.BinOp) -> bool:
    """Whether the quotient *node* becomes whole at once, or is divided again."""
    parent = code.parents[node]
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div):
        return parent.left is node
    return code.called(parent) == "builtins.int"


def _is_fraction(code: Code, node: ast.expr) -> bool:
    """Whether *node* is evidently a float."""
    match node:
        case ast.Constant(value=float()):
            return True
        case ast.BinOp(left=left, right=right):
            return _is_fraction(code, left) or _is_fraction(code, right)
        case ast.UnaryOp(operand=value):
            return _is_fraction(code, value)
        case ast.Call():
            return code.called(node) in ("builtins.float", "time.time")
    return False


def _gone_names(code: Code) -> _Found:
    for node in code.nodes:
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        meaning = code.meaning(node) or ""
        package, _, member = meaning.partition(".")
        module = meaning if meaning in GONE_MODULES else ""
        if meaning in GONE_NAMES:
            yield node, _gone(_spoken(meaning), GONE_NAMES[meaning])
        elif member and member.partition(".")[0] not in PACKAGES.get(package, member):
            yield node, _gone(meaning, "")
        elif module and isinstance(code.parents[node], ast.Attribute):
            yield node, _gone(_spoken(meaning), GONE_MODULES[module])


def _gone_modules(code: Code) -> _Found:
    for node in code.nodes:
        match node:
            case ast.Import(names=names):
                modules = [one.name for one in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                modules = [module]
                for one in names:
                    meaning = f"{module}.{one.name}"
                    if meaning in GONE_NAMES:
                        yield node, _gone(meaning, GONE_NAMES[meaning])
                    elif one.name not in PACKAGES.get(module, (one.name,)):
                        yield node, _gone(meaning, "")
            case _:
                continue
        for name in modules:
            if name in GONE_MODULES:
                yield node, _gone(f"the module {name}", GONE_MODULES[name])


def _spoken(meaning: str) -> str:
    return meaning.removeprefix("builtins.")


def _gone(what: str, instead: str) -> str:
    return f"{what} is gone" + (f"; in its place: {instead}" if instead else "")


def _gone_methods(code: Code) -> _Found:
    for node in code.all(ast.ClassDef):
        methods = {
            one.name: one for one in node.body if isinstance(one, ast.FunctionDef)
        }
        for name, method in methods.items():
            instead = GONE_METHODS.get(name, "")
            if name in GONE_METHODS and not set(instead.split(" and ")) & set(methods):
                yield method, f"nothing calls {name}" + _called(instead)
            if name == "has_key" and "__contains__" not in methods:
                yield method, "has_key is asked by 'in' now, which calls __contains__"
            if name == "next" and "__iter__" not in methods:
                yield method, "a method next: an iterator's is called __next__"


def _called(instead: str) -> str:
    return f"; what is called: {instead}" if instead else ""


def _caught_strings(code: Code) -> _Found:
    for node in code.all(ast.ExceptHandler):
        match node.type:
            case ast.Constant(value=str()):
                yield node.type, "a string cannot be caught; make it a class"


def _sorts(code: Code) -> _Found:
    for node in code.all(ast.Call):
        match node.func:
            case ast.Attribute(attr="sort"):
                given = node.args
            case _ if code.called(node) == "builtins.sorted":
                given = node.args[1:]
            case _:
                continue
        if given or any(one.arg == "cmp" for one in node.keywords):
            yield node, "sorting takes no cmp; give it a key"


_DECODE = (
    "text has no decode, and what comes from forms, sessions and text files is text"
)


def _texts(code: Code) -> _Found:
    """Where text and bytes may meet."""
    for node in code.all(ast.Call):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr="decode")):
                if not is_bytes(code, value):
                    yield node, _DECODE
            case ast.Call(func=ast.Attribute(attr="encode"), args=args):
                yield from _encoding(code, node, args)
            case ast.Call(args=[value, _, *_]) if code.called(node) == "builtins.str":
                if not is_bytes(code, value):
                    yield node, "str() with an encoding takes bytes; is this text?"
            case ast.Call(args=[value, *_]):
                called = code.called(node) or ""
                wants = called.startswith(("hashlib.", "base64.", "binascii."))
                if wants and called != "hashlib.new" and not is_bytes(code, value):
                    yield node, f"{called} takes bytes; text must be encoded first"


def _encoding(code: Code, node: ast.Call, args: list[ast.expr]) -> _Found:
    match args:
        case [ast.Constant(value=codec), *_] if codec_name(codec) in CODECS:
            yield node, f"text has no encoding {codec!r}; codecs.encode takes bytes"
            return
    parent = code.parents[node]
    if is_hole(parent):
        yield node, "a page writes bytes as b'…'"
    elif isinstance(parent, ast.Return):
        yield node, "this returns bytes, which are shown as b'…'"
    elif isinstance(parent, ast.BinOp) and not isinstance(parent.op, ast.Mult):
        yield node, "this is bytes, which do not go with text"


def _digests(code: Code) -> _Found:
    """``update`` of what was made by hashlib."""
    made: set[str] = set()
    for one in code.all(ast.Assign):
        if (code.called(one.value) or "").startswith(("hashlib.", "hmac.")):
            made |= {to.id for to in one.targets if isinstance(to, ast.Name)}
    for node in code.all(ast.Call):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr="update"), args=[value]
            ) if name in made and not is_bytes(code, value):
                yield node, "update takes bytes; text must be encoded first"


def _prints(code: Code) -> _Found:
    """``print`` in a page, which nobody sees."""
    for node in code.all(ast.Call):
        to_file = any(one.arg == "file" for one in node.keywords)
        if code.page and code.called(node) == "builtins.print" and not to_file:
            yield node, "print writes to the server's output, not into the page"


_FINDERS = (
    _divisions,
    _gone_names,
    _gone_modules,
    _gone_methods,
    _caught_strings,
    _sorts,
    _texts,
    _digests,
    _prints,
)
