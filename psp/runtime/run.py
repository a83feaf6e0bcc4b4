"""run_page(): builds the namespace, executes the page, then its layout."""

from __future__ import annotations

import builtins
import sys

from ..abi import PREFIX
from ..errors import PageNotFound, PspError
from .escape import arguments, escape, in_context, inner, markup, plain, slow
from .output import Output, join

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType, FunctionType
    from typing import Any

    from ..page import CompiledPage
    from .interface import Maker, PageInterface, Runner, Sections

    Names = dict[str, Any]
    Functions = tuple[Callable[..., Any], ...]
else:
    FunctionType = type(lambda: None)

_COROUTINE = 0x80  # inspect.CO_COROUTINE
_NO_LIMIT = sys.maxsize
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


class Again(BaseException):
    """A name is given, or missing, that tier "local" cannot do with."""


HELPERS = (
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
    Again,
)
#: What fills the parameters of a page without fragments that a run does not give.
_DEFAULTS = (_NO_LIMIT, None, (), *HELPERS)


#: What a page has because it mentions it.
_MENTIONED = frozenset(("psp", "session", "form", "_", "ngettext"))
_mentions: dict[frozenset[str], frozenset[str]] = {}  # each set once

#: What every namespace has of its own, and no layout is given.
_OWN = frozenset(("__name__", "__file__", "__builtins__"))


class LoadedPage:
    """A compiled page in this process, with what its declarations made.

    ``alone`` is its function, where to call that with a list and names is all there is
    to a run; ``names`` are those that are made for pages that mention them.

    The names of ``<%! %>`` are made once and shared by every run and thread. A page
    in tier "local" has one function for all of them; *maker* gives that of *slot* in
    another tier, for runs with names that do not fit.
    """

    __slots__ = (
        "page",
        "names",
        "needs_interface",
        "_base",
        "_declared",
        "_function",
        "alone",
        "_maker",
        "_slot",
        "_wider",
    )

    def __init__(
        self,
        page: CompiledPage,
        maker: Maker | None = None,
        slot: Any = None,
        base: Names | None = None,
    ):
        self.page = page
        names = _MENTIONED.intersection(page.names)
        self.names = _mentions.setdefault(names, names)
        self.needs_interface = "psp" in names or page.options.layout is not None
        self._base = _declarations(page) if base is None else base
        self._declared = len(self._base) > len(_OWN)
        self._maker = maker
        self._slot = slot
        self._wider: LoadedPage | None = None
        self._function: FunctionType | None = None
        self.alone: FunctionType | None = None
        if page.tier == "local":
            fragments = _functions(page.fragments, self._base)
            self._function = _function(page.code, self._base, fragments)
            checked = page.options.parameters
            if not (self.needs_interface or page.spliced or checked):
                self.alone = self._function

    def start(self, names: Names, output: Output) -> Any:
        """Run the page's code with *names*; a coroutine if the page awaits.

        A page with a layout runs to its end and leaves in *names* what the layout is
        to have.
        """
        if not self.page.spliced:
            return self._start(names, output)
        from .spliced import add_places

        try:  # with notes on errors in files that share the page's code
            result = self._start(names, output)
            return None if result is None else _finish(self, result)
        except BaseException as error:
            add_places(error, self.page.spliced)
            raise

    def text(self, names: Mapping[str, object]) -> str | None:
        """What the page writes, where that takes nothing but its function, or None."""
        if self.alone is None:
            return None
        parts: list[str | bytes] = []
        try:
            self.alone(parts, names)
        except Again as again:
            self._widen(again)
            return None
        return join(parts)

    def _start(self, names: Names, output: Output) -> Any:
        if self._function is not None:
            try:
                self._function(output.parts, names, output.limit, output.settle)
                if self._declared and self.page.options.layout is not None:
                    self._leave({**self._base, **names}, names)
                return None
            except Again as again:
                self._widen(again)
        if self._wider is not None:
            return self._wider._start(names, output)
        return self._start_in_namespace(names, output)

    def _start_in_namespace(self, names: Names, output: Output) -> Any:
        """The same with fresh globals: the shared names, then *names*."""
        page, namespace = self.page, {**self._base, **names}
        if page.tier == "module":
            from .moduletier import run_module

            result = run_module(page, namespace, names, output)
        else:
            fragments = _functions(page.fragments, namespace) if page.fragments else ()
            function = _function(page.code, namespace, fragments)
            result = function(output.parts, names, output.limit, output.settle)
        if page.options.layout is not None:
            if result is not None:
                _finish(self, result)
            self._leave(namespace, names)
            return None
        return result

    def _leave(self, namespace: Names, names: Names) -> None:
        """Make *names* what *namespace* has for a layout."""
        names.clear()
        names.update(namespace)
        for own in _OWN:
            names.pop(own, None)
        if self.page.tier == "module":
            for name in namespace:
                if name.startswith(PREFIX):
                    del names[name]

    def _widen(self, again: Again) -> None:
        """From now on, run the page in a tier that any names fit."""
        page = None if self._maker is None else self._maker.widen(self._slot)
        if page is None or page.tier == "local":
            raise NameError(f"name {again.__context__} is not defined") from None
        self._wider = LoadedPage(page, base=self._base)
        self._function = self.alone = None


def _declarations(page: CompiledPage) -> Names:
    """The names that every run of *page* starts with."""
    base: Names = {
        "__name__": page.name,
        "__file__": page.filename,
        # What extension modules import by, such as time.strptime.
        "__builtins__": builtins,
    }
    for code in page.declarations:
        exec(code, base)
    return base


def _function(
    code: CodeType, namespace: Names, fragments: Functions = ()
) -> FunctionType:
    """The function of *code*; what is the same for all its runs are its defaults."""
    defaults = (_NO_LIMIT, None, fragments, *HELPERS) if fragments else _DEFAULTS
    return FunctionType(code, namespace, "<page>", defaults)


def _functions(codes: tuple[CodeType, ...], namespace: Names) -> Functions:
    return tuple(_function(code, namespace) for code in codes)


def _finish(loaded: LoadedPage, result: Any) -> None:
    """Run the coroutine of a page that awaits to its end."""
    if loaded.page.code.co_flags & _COROUTINE:
        from .awaited import run_to_end
        from .moduletier import PageReturn

        try:
            run_to_end(result)
        except PageReturn:
            pass


def run_page(
    loaded: LoadedPage,
    names: dict[str, Any],
    output: Output,
    interface: PageInterface | None = None,
    runner: Runner | None = None,
) -> None:
    """Run a page and then its layouts, writing to *output*.

    *names* are the page's names besides those it makes itself, and belong to the run;
    a ``psp`` among them takes the place of the interface. Exceptions of page code pass
    through untouched.
    """
    layout = loaded.page.options.layout
    if interface is not None:
        interface._page = loaded
        if "psp" in loaded.names or layout:
            names.setdefault("psp", interface)
    if layout is None:
        result = loaded.start(names, output)
        if result is not None:
            _finish(loaded, result)
        return
    if interface is None or runner is None:
        raise PspError(f"{loaded.page.name!r} has a layout and needs an engine to run")
    _run_with_layouts(loaded, names, output, interface, runner)


def _run_with_layouts(
    loaded: LoadedPage,
    names: Names,
    output: Output,
    interface: PageInterface,
    runner: Runner,
) -> None:
    """Run the page into a capture, then each layout around what came before it."""
    contents, captures = interface._contents, output.depth
    first, depth = loaded, len(contents)
    layout = loaded.page.options.layout
    try:
        while layout is not None:
            if len(contents) - depth > DEPTH:
                name = first.page.name
                raise PspError(f"the layouts of {name!r} go round in a circle")
            output.begin()
            result = loaded.start(names, output)
            if result is not None:
                _finish(loaded, result)
            contents.append(markup(output.end()))
            interface._page = loaded = _load_layout(runner, layout, loaded.page.name)
            for key, value in interface.names_for(loaded).items():
                names.setdefault(key, value)
            layout = loaded.page.options.layout
        result = loaded.start(names, output)
        if result is not None:
            _finish(loaded, result)
    finally:
        del contents[depth:]
        output.unwind(captures)


def _load_layout(runner: Runner, layout: str, page: str) -> LoadedPage:
    """The layout that *page* asks for; PageNotFound says who asked."""
    try:
        return runner.load(layout, page)
    except PageNotFound as error:
        message = f"{error}: it is the layout of {page!r}"
        raise PageNotFound(error.name, message) from None


def run_included(
    loaded: LoadedPage,
    names: dict[str, Any],
    output: Output,
    interface: PageInterface,
    runner: Runner,
    sections: Sections,
) -> None:
    """Run *loaded* in place of a call in another page, which is current again after."""
    before = interface._page, interface._sections, interface._slots
    interface._sections, interface._slots = sections, None
    try:
        run_page(loaded, names, output, interface, runner)
    finally:
        interface._page, interface._sections, interface._slots = before
