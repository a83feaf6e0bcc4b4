"""Whether a page asks for a form or a session, as mod_python finds out: by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from types import CodeType

from ..page import CompiledPage


def mentions(page: CompiledPage, name: str) -> bool:
    """Whether the page's own code has *name* anywhere, or a function in it reads it.

    The first is mod_python's rule: attributes and what is assigned count as well.
    Functions, which it overlooks, have to mean the name of the page.
    """
    if name in page.toplevel:
        return True
    if name not in page.names:
        return False
    return any(_reads(code, name) for code in (page.code, *page.fragments))


@lru_cache(maxsize=1000)
def _reads(code: CodeType, name: str) -> bool:
    import dis

    return any(
        step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and step.argval == name
        for inner in _nested(code)
        if name in inner.co_names
        for step in dis.get_instructions(inner)
    )


def _nested(code: CodeType) -> Iterator[CodeType]:
    """The code of all functions and classes in *code*."""
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _nested(const)
