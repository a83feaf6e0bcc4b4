"""compile_page(): the stages in order."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType

from ..abi import FUNCTION, PREFIX
from ..errors import PageSyntaxError
from ..lexer.lexer import tokenize
from ..options import DEFAULT_OPTIONS, PageOptions
from ..page import CompiledPage
from ..source import Source
from .codegen import Tree, Unit, build_tree, error_at
from .declarations import build_declarations, declared_names
from .directives import apply_directives
from .escaping import choose_escaping
from .includes import Resolve, expand_includes
from .lint import lost_text
from .nodes import Page
from .nonces import add_nonces
from .parser import parse
from .pause import collector_paused
from .skeleton import Skeleton, build_skeleton
from .texts import prepare_text

__all__ = [
    "Resolve",
    "Skeleton",
    "Tree",
    "build_skeleton",
    "build_tree",
    "compile_page",
    "read_page",
    "tokenize",
]

_TOP_LEVEL_AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def read_page(
    source: Source, resolve: Resolve, options: PageOptions = DEFAULT_OPTIONS
) -> Page:
    """The nodes of *source* with everything decided that is not Python."""
    tokens = tokenize(source)
    page = parse(source, tokens)
    page = apply_directives(page, options)
    page = prepare_text(page)
    page = expand_includes(page, resolve)
    page = choose_escaping(page)
    return add_nonces(page)


def compile_page(
    source: Source, resolve: Resolve, options: PageOptions = DEFAULT_OPTIONS
) -> CompiledPage:
    """The page of *source*, ready to run.

    *resolve* gives the Source of an included file, or raises PageNotFound. Raises
    PageSyntaxError, with the place in the page, where it cannot be compiled.
    """
    try:
        with collector_paused():
            return _compile_page(source, resolve, options)
    except RecursionError:
        message = "the page's code is nested too deeply"
        raise error_at(source, 1, 0, message) from None


def _compile_page(
    source: Source, resolve: Resolve, options: PageOptions
) -> CompiledPage:
    page = read_page(source, resolve, options)
    skeleton = build_skeleton(page)
    lost = lost_text(page, skeleton)
    declaring = build_declarations(page)
    tree = build_tree(skeleton, page, declared_names(declaring))
    code = _compile(tree.page, tree.tier)
    fragments = tuple(_compile(unit, tree.tier) for unit in tree.fragments)
    declarations = tuple(_compile(unit, "module") for unit in declaring)
    parts = (code, *fragments)
    names = {name for part in (*parts, *declarations) for name in _all_names(part)}
    toplevel = names & {name for part in parts for name in _own_names(part)}
    in_order = tuple(sorted(names))
    return CompiledPage(
        name=source.name,
        filename=source.filename,
        code=code,
        fragments=fragments,
        declarations=declarations,
        tier=tree.tier,
        names=in_order,
        toplevel=in_order if toplevel == names else tuple(sorted(toplevel)),
        options=page.options,
        notices=(*page.notices, *lost),
        spliced=tree.spliced,
    )


def _own_names(code: CodeType) -> tuple[str, ...]:
    """The names in *code* itself; what a function keeps to itself, module code does
    not.
    """
    return code.co_names + code.co_varnames + code.co_cellvars


def _compile(unit: Unit, tier: str) -> CodeType:
    """The code object of one module: its function's, or its own."""
    source = unit.source
    try:
        code: CodeType = compile(
            unit.module,
            source.filename,
            "exec",
            flags=_TOP_LEVEL_AWAIT if tier == "module" else 0,
            dont_inherit=True,
        )
    except PageSyntaxError:
        raise
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        raise error_at(source, error.lineno or 1, column, error.msg) from None
    except (RecursionError, MemoryError):
        raise error_at(source, 1, 0, "the page's code is nested too deeply") from None
    if tier != "module":
        code = next(const for const in code.co_consts if isinstance(const, CodeType))
        code = _as_in_a_module(code)
    return code.replace(co_name="<page>", co_qualname="<page>")


def _as_in_a_module(code: CodeType) -> CodeType:
    """*code* with its functions and classes named as if it were module code."""
    if not any(isinstance(const, CodeType) for const in code.co_consts):
        return code
    consts = (_unnested(c) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_consts=tuple(consts))


def _unnested(code: CodeType) -> CodeType:
    name = code.co_qualname.removeprefix(f"{FUNCTION}.<locals>.")
    return _as_in_a_module(code).replace(co_qualname=name)


def _all_names(code: CodeType) -> Iterator[str]:
    """The names that *code* and the functions in it use, but for those of ours."""
    for name in _own_names(code):
        if not name.startswith(PREFIX):
            yield name
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _all_names(const)
