"""Which fields of an ``ast`` node hold nodes, so that walks follow only those."""

from __future__ import annotations

import ast


class Written(ast.Expr):
    """A statement that writes; *own* is what its author's part does to names, or None.

    Walks follow that alone.
    """

    own: ast.expr | None


Written.__name__ = "Expr"  # ast.unparse goes by the names of classes

#: Fields that hold text, numbers, operators or contexts, whatever the node.
_PLAIN = frozenset(
    "arg asname attr conversion ctx id is_async kind kwd_attrs level lineno module op "
    "ops rest simple str tag type_comment".split()
)
_PLAIN_IN = {
    (ast.Constant, "value"),
    (ast.MatchSingleton, "value"),
    (ast.Global, "names"),
    (ast.Nonlocal, "names"),
}


def _parts(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of *kind* that may hold a node, or a list of nodes and None."""
    named = kind.__name__ == "TypeAlias"  # elsewhere a name is text
    return tuple(
        field
        for field in kind._fields
        if field not in _PLAIN
        and (kind, field) not in _PLAIN_IN
        and (field != "name" or named)
    )


#: For each kind of node the fields to follow.
PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    kind: _parts(kind)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
PARTS[Written] = ("own",)

_SUITES = frozenset(("body", "orelse", "finalbody", "handlers", "cases"))
_WITH_SUITES = (ast.stmt, ast.excepthandler, ast.match_case)
#: The same without the suites of statements.
HEADS = {
    kind: tuple(part for part in parts if part not in _SUITES)
    if issubclass(kind, _WITH_SUITES)
    else parts
    for kind, parts in PARTS.items()
}
