"""``raise E, V``, where E may be a string: then it is the text of an Exception."""

from __future__ import annotations

from typing import Any

from fissix.fixer_util import Comma, LParen, Name, RParen, is_tuple
from fissix.fixes import fix_raise
from fissix.pgen2 import token
from fissix.pygram import python_symbols as syms
from fissix.pytree import Base, Node


class FixRaise(fix_raise.FixRaise):
    """fissix's, which gives up at a string and calls one that is put together."""

    def transform(self, node: Base, results: dict[str, Any]) -> Base | None:
        text = results["exc"]
        if next(text.leaves()).type != token.STRING:
            return super().transform(node, results)
        if "val" not in results:
            return None
        value = results["val"]
        given = value.children[1:-1] if is_tuple(value) else [value]
        items = [text.clone(), Comma(), *(one.clone() for one in given)]
        items[0].prefix, items[2].prefix = "", " "
        arguments = Node(syms.testlist_gexp, items)
        whole = Node(syms.atom, [LParen(), arguments, RParen()])
        exception = Name("Exception", prefix=text.prefix)
        return super().transform(node, {**results, "exc": exception, "val": whole})
