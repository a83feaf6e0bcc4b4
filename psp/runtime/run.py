"""run_page(): builds the namespace, executes the page, then its layout."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from types import CodeType, FunctionType
from typing import Any

from markupsafe import Markup

from .. import abi
from ..errors import PspError
from ..page import CompiledPage
from .escape import arguments, escape, inner, plain, slow
from .interface import PageInterface, Runner
from .output import Output

_COROUTINE = 0x80  # inspect.CO_COROUTINE
#: Runs a coroutine to its end, where a server has a loop of its own for it.
run_awaited: ContextVar[Callable[[Any], object] | None]
run_awaited = ContextVar("run_awaited", default=None)

#: Layouts within layouts, and includes within includes, before a cycle is assumed.
DEPTH = 50


def import_star(module: str, level: int = 0) -> None:
    """``from module import *`` into the globals of the caller."""
    into = sys._getframe(1).f_globals
    found = __import__(module, into, None, ["*"], level)
    names = getattr(found, "__all__", None)
    if names is None:
        names = [name for name in vars(found) if not name.startswith("_")]
    for name in names:
        into[name] = getattr(found, name)


def export_locals(*names: str) -> None:
    """Local *names* of the caller into its globals, where a layout looks for them."""
    frame = sys._getframe(1)
    found, into = frame.f_locals, frame.f_globals
    for name in names:
        if name in found:
            into[name] = found[name]


_escapers: dict[str, Callable[[object], str]] = {}


def in_context(names: str, value: object) -> str:
    """*value* by the escapers *names*, which few pages need more of than HTML's."""
    escaper = _escapers.get(names)
    if escaper is None:
        from .contexts import escaper_of

        escaper = _escapers[names] = escaper_of(names)
    return escaper(value)


_HELPERS = (
    escape,
    inner,
    slow,
    plain,
    str,
    type,
    int,
    len,
    arguments,
    import_star,
    export_locals,
    in_context,
)
_HELPER_NAMES = dict(zip(abi.HELPERS, _HELPERS, strict=True))


class LoadedPage:
    """A compiled page in this process, with what its declarations made.

    The names of ``<%! %>`` are made once and shared by every run and thread.
    """

    __slots__ = ("page", "names", "needs_interface", "_base")

    def __init__(self, page: CompiledPage):
        self.page = page
        self.names = page.names
        self.needs_interface = "psp" in page.names or page.options.layout is not None
        self._base: dict[str, Any] = {
            "__name__": page.name,
            "__file__": page.filename,
            # What extension modules import by, such as time.strptime.
            "__builtins__": builtins,
        }
        for code in page.declarations:
            exec(code, self._base)

    def namespace(self, names: dict[str, Any]) -> dict[str, Any]:
        """The fresh globals of one run: the shared names, then *names*."""
        return {**self._base, **names}

    def start(self, namespace: dict[str, Any], output: Output) -> Any:
        """Run the page's code in *namespace*; a coroutine if the page awaits."""
        page = self.page
        if page.spliced:
            return self._start_spliced(namespace, output)
        return self._start(namespace, output)

    def _start_spliced(self, namespace: dict[str, Any], output: Output) -> Any:
        """The same, with notes on errors in files that share the page's code."""
        from .spliced import add_places

        try:
            return _finish(self, self._start(namespace, output))
        except BaseException as error:
            add_places(error, self.page.spliced)
            raise

    def _start(self, namespace: dict[str, Any], output: Output) -> Any:
        page = self.page
        fragment = (
            _fragments(page, namespace, output) if page.fragments else _no_fragment
        )
        if page.tier == "module":
            return _run_module(page.code, namespace, output, fragment)
        function = FunctionType(page.code, namespace, "<page>", _HELPERS)
        return function(output.parts, output.limit, output.settle, fragment)


def _no_fragment(index: int) -> None:
    raise AssertionError(f"this page has no fragment {index}")


def _fragments(
    page: CompiledPage, namespace: dict[str, Any], output: Output
) -> Callable[[int], object]:
    def run(index: int) -> object:
        code = page.fragments[index]
        if page.tier == "module":
            return eval(code, namespace)
        function = FunctionType(code, namespace, "<page>", _HELPERS)
        return function(output.parts, output.limit, output.settle, run)

    return run


def _run_module(
    code: CodeType,
    namespace: dict[str, Any],
    output: Output,
    fragment: Callable[[int], object],
) -> Any:
    namespace.update(_HELPER_NAMES)
    values = (output.parts, output.limit, output.settle, fragment)
    namespace.update(zip(abi.RUN_PARAMETERS, values, strict=True))
    with suppress(PageReturn):
        return eval(code, namespace)
    return None


class PageReturn(BaseException):
    """Ends a page in tier "module" early: module code knows no ``return``."""


_HELPER_NAMES[abi.RETURN] = PageReturn


def _run(page: Any) -> None:
    import asyncio

    asyncio.run(page)


def _finish(loaded: LoadedPage, result: Any) -> None:
    """Run the coroutine of a page that awaits to its end."""
    if result is not None and loaded.page.code.co_flags & _COROUTINE:
        with suppress(PageReturn):
            (run_awaited.get() or _run)(result)


def run_page(
    loaded: LoadedPage,
    names: dict[str, Any],
    output: Output,
    interface: PageInterface | None = None,
    runner: Runner | None = None,
) -> None:
    """Run a page and then its layouts, writing to *output*.

    *names* are the page's names besides those it makes itself; a ``psp`` among them
    takes the place of the interface. Exceptions of page code pass through untouched.
    """
    layout = loaded.page.options.layout
    if interface is not None:
        interface._page = loaded
        if "psp" in loaded.names or layout:
            names = {"psp": interface, **names}
    namespace = loaded.namespace(names)
    if layout is None:
        result = loaded.start(namespace, output)
        if result is not None:
            _finish(loaded, result)
        return
    if interface is None or runner is None:
        raise PspError(f"{loaded.page.name!r} has a layout and needs an engine to run")
    _run_with_layouts(loaded, namespace, output, interface, runner)


def _run_with_layouts(
    loaded: LoadedPage,
    namespace: dict[str, Any],
    output: Output,
    interface: PageInterface,
    runner: Runner,
) -> None:
    """Run the page into a capture, then each layout around what came before it."""
    depth, captures = len(interface._contents), output.depth
    name: str | None = loaded.page.options.layout
    try:
        _finish_captured(loaded, namespace, output, interface)
        while name is not None:
            if len(interface._contents) - depth > DEPTH:
                raise PspError(
                    f"the layouts of {loaded.page.name!r} go round in a circle"
                )
            page = runner.load(name, loaded.page.name)
            interface._page = loaded = page
            for key, value in page.namespace(interface.names_for(page)).items():
                namespace.setdefault(key, value)
            name = page.page.options.layout
            if name is None:
                _finish(page, page.start(namespace, output))
            else:
                _finish_captured(page, namespace, output, interface)
    finally:
        del interface._contents[depth:]
        output.unwind(captures)


def _finish_captured(
    loaded: LoadedPage,
    namespace: dict[str, Any],
    output: Output,
    interface: PageInterface,
) -> None:
    output.begin()
    _finish(loaded, loaded.start(namespace, output))
    interface._contents.append(Markup(output.end()))


def run_included(
    loaded: LoadedPage,
    names: dict[str, Any],
    output: Output,
    interface: PageInterface,
    runner: Runner,
) -> None:
    """Run *loaded* in place of a call in another page, which is current again after."""
    before, sections = interface._page, interface._sections
    interface._sections = {}
    try:
        run_page(loaded, names, output, interface, runner)
    finally:
        interface._page, interface._sections = before, sections
