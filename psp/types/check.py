"""type_errors(): what mypy finds in pages, at the places of the pages."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..compiler.nodes import Page
from ..compiler.pipeline import build_skeleton
from ..compiler.skeleton import Skeleton
from ..http.exchange import mp_request
from ..page import Notice
from .calls import Call, Find, calls, with_names
from .modules import SITE, Module, build_module, module_name
from .mypy import Remark, run_mypy

#: What a module must not do, and a page may.
_ALLOWED = (
    '"return" outside function',
    '"await" outside function',
    '"async for" outside async function',
    '"async with" outside async function',
)


def type_errors(
    pages: Iterable[Page], find: Find, folders: Iterable[str] = ()
) -> tuple[list[Notice], list[Notice]]:
    """Errors and notes about the types in *pages*.

    *find* gives the pages that a page calls, *folders* are where the site's modules
    are. Raises MypyError where mypy cannot say.
    """
    site = _Site(find)
    for page in pages:
        site.add(page)
    asked = len(site.pages)
    modules = site.modules()
    remarks = _run(modules, site.common(), folders)
    called = [page for page, _ in site.pages]
    found: tuple[list[Notice], list[Notice]] = [], []
    for number, remark in remarks:
        module = modules[number]
        place = module.locate(remark.line, remark.column)
        if number < asked and place and not _about_the_module(remark, module):
            message = with_names(_message(remark), called)
            found[remark.severity == "note"].append(Notice(*place, message))
    return found


def _run(
    modules: list[Module], common: str, folders: Iterable[str]
) -> Iterator[tuple[int, Remark]]:
    """What mypy says of *modules*, each time with the number of the module."""
    names = {f"{module_name(number)}.py": number for number in range(len(modules))}
    with TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in names]
        for file, module in zip(files, modules, strict=True):
            file.write_text(module.text, encoding="utf-8")
        Path(folder, f"{SITE}.py").write_text(common, encoding="utf-8")
        remarks = run_mypy(files, [folder, *folders])
    for remark in remarks:
        # What mypy remembers of a module of these words was in another folder.
        number = names.get(Path(remark.file).name)
        if number is not None:
            yield number, remark


class _Site:
    """Pages with the pages they call, each with its number."""

    def __init__(self, find: Find):
        self._find = find
        self.pages: list[tuple[Page, Skeleton]] = []
        self._numbers: dict[str, int] = {}

    def add(self, page: Page) -> None:
        """Give *page* a number, unless it has one."""
        if page.source.name not in self._numbers:
            self._numbers[page.source.name] = len(self.pages)
            self.pages.append((page, build_skeleton(page)))

    def modules(self) -> list[Module]:
        """The modules of all pages; those that are only called come last."""
        found: list[list[Call]] = []
        for page, skeleton in self.pages:  # which grows
            found.append(list(calls(page, skeleton, self._find)))
            for call in found[-1]:
                self.add(call.page)
        each = zip(self.pages, found, strict=True)
        return [build_module(*one, its_calls, self._numbers) for one, its_calls in each]

    def common(self) -> str:
        """The module of the names that pages are given, with own attributes of req."""
        own = sorted(set(self._set_on_request()))
        body = [f"    {name}: Any" for name in own if not _is_member(name)]
        lines = [
            "from typing import Any",
            "from psp.http.exchange import mp_request",
            "from psp.types.page import _ as _, form as form, ngettext as ngettext",
            "from psp.types.page import psp as psp, session as session",
            "class Request(mp_request):",
            *(body or ["    pass"]),
            "req: Request",
        ]
        return "\n".join(lines) + "\n"

    def _set_on_request(self) -> Iterator[str]:
        for _, skeleton in self.pages:
            for node in ast.walk(skeleton.tree):
                match node:
                    case ast.Attribute(value=ast.Name(id="req"), ctx=ast.Store()):
                        yield node.attr


def _is_member(name: str) -> bool:
    """Whether *name* is an attribute that every request has."""
    kinds = mp_request.__mro__
    return any(name in vars(kind) or name in _annotated(kind) for kind in kinds)


def _annotated(kind: type) -> dict[str, Any]:
    annotations: dict[str, Any] = vars(kind).get("__annotations__", {})
    return annotations


def _about_the_module(remark: Remark, module: Module) -> bool:
    """Whether *remark* is true of the module, and not of the page.

    An expression may be a call that writes, and has no value. What is wrong with the
    names in a call of a page is said without mypy.
    """
    if remark.code == "func-returns-value":
        return module.is_written(remark.line, remark.column)
    if remark.code == "call-arg" and '"_psp_' in remark.message:
        return True
    if remark.code == "name-defined" and module.is_opaque:
        return True
    return remark.message.startswith(_ALLOWED)


def _message(remark: Remark) -> str:
    start = "note: " if remark.severity == "note" else ""
    return f"{start}{remark.message}" + (f" [{remark.code}]" if remark.code else "")
