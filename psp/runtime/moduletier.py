"""How a page in tier "module" is run: as the code of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import abi
from .run import HELPERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from ..page import CompiledPage
    from .output import Output


class PageReturn(BaseException):
    """Ends a page early: module code knows no ``return``."""


_NAMES = dict(zip(abi.HELPERS, HELPERS, strict=True)) | {abi.RETURN: PageReturn}


def run_module(
    page: CompiledPage,
    namespace: dict[str, Any],
    names: dict[str, Any],
    output: Output,
) -> Any:
    """Run *page* as module code, its fragments too."""

    def fragment(code: CodeType) -> Callable[..., Any]:
        return lambda *_: eval(code, namespace)

    fragments = tuple(map(fragment, page.fragments))
    namespace.update(_NAMES)
    values = (output.parts, names, output.limit, output.settle, fragments)
    namespace.update(zip(abi.RUN_PARAMETERS, values, strict=True))
    try:
        return eval(page.code, namespace)
    except PageReturn:
        return None
