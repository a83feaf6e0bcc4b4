"""PageInterface: the ``psp`` of a page, as far as it needs no web."""

from __future__ import annotations

from ..errors import PspError
from .escape import escape, markup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Any, Protocol, overload

    from markupsafe import Markup

    from ..page import CompiledPage
    from .contexts import SafeCSS, SafeJS
    from .kept import FragmentCache
    from .output import Output
    from .parts import Cached, Capture, Component, Fragment, Push
    from .run import LoadedPage
    from .urls import SafeURL

    #: The parts that pages have filled: how many layouts deep, and the text.
    Sections = dict[str, tuple[int, str]]

    class Runner(Protocol):
        """Finds other pages for a running one; the engine is one."""

        @property
        def fragments(self) -> FragmentCache:
            """Where ``psp.cache`` keeps text."""
            ...

        def load(self, name: str, relative_to: str | None = None) -> LoadedPage:
            """The page *name*, as seen from the page *relative_to*."""
            ...

    class Maker(Protocol):
        """Compiles a page once more; the engine is one."""

        def widen(self, slot: Any, /) -> CompiledPage:
            """The page of *slot* in a tier that any names fit."""
            ...


class Section:
    """A named part: filled by ``with``, placed by an expression."""

    __slots__ = ("_interface", "_name", "_default")

    def __init__(self, interface: PageInterface, name: str, default: object):
        self._interface = interface
        self._name = name
        self._default = default

    def __enter__(self) -> Section:
        self._interface._output.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        text = self._interface._output.end()
        if kind is None:
            self._interface._fill(self._name, text)

    def __html__(self) -> str:
        filled = self._interface._sections.get(self._name)
        pushed = self._interface._pushed
        if pushed is not None and self._name in pushed:
            return (filled[1] if filled else "") + "".join(pushed[self._name].values())
        return escape(self._default) if filled is None else filled[1]

    def __str__(self) -> str:
        return self.__html__()

    def __bool__(self) -> bool:
        interface = self._interface
        return self._name in interface._sections or self._name in (
            interface._pushed or ()
        )

    @property
    def html(self) -> Markup:
        """What the section holds."""
        return markup(self.__html__())


class PageInterface:
    """What a page reaches as ``psp``.

    *names* are the names every page of this run gets, such as ``req``; they reach
    pages included with ``include`` and layouts as well.
    """

    filename = ""
    #: What fills the parts of a component, inside a slot of one.
    _slots: Sections | None = None
    #: The fragment that this run is for, if it is for one alone.
    _wanted: str | None = None
    #: Deferred parts that have not been written: number, function, page it comes from.
    _late: list[tuple[int, Callable[[], Any], LoadedPage | None]] | None = None
    _late_count = 0
    _nonce_of_late: str | None = None
    #: What any page of this run has added to parts, by key.
    _pushed: dict[str, dict[object, str]] | None = None
    _nonce: str | None = None

    def __init__(
        self, runner: Runner, output: Output, names: dict[str, Any] | None = None
    ):
        self._runner = runner
        self._output = output
        self._names = {} if names is None else names
        self._page: LoadedPage | None = None
        self._sections: Sections = {}
        self._contents: list[Markup] = []

    @staticmethod
    def safe_url(text: str) -> SafeURL:
        """*text* as a URL of any scheme, ``data:`` say; never what a visitor sent."""
        from .urls import SafeURL

        return SafeURL(text)

    @staticmethod
    def safe_js(text: str) -> SafeJS:
        """*text* as code in a script; never what a visitor sent."""
        from .contexts import SafeJS

        return SafeJS(text)

    @staticmethod
    def safe_css(text: str) -> SafeCSS:
        """*text* as code in a style sheet; never what a visitor sent."""
        from .contexts import SafeCSS

        return SafeCSS(text)

    @property
    def nonce(self) -> str:
        """What lets a script or a style of this run pass a Content-Security-Policy.

        128 random bits as text, the same for all pages and parts of the run.
        """
        if self._nonce is None:
            import secrets

            self._nonce = secrets.token_urlsafe(16)
        return self._nonce

    def names_for(self, page: LoadedPage) -> dict[str, Any]:
        """The names that *page* gets because it mentions them."""
        return {}

    def include(self, name: str, /, **names: Any) -> None:
        """Run the page *name* here, with its own names and those given.

        The name is taken from the including page's folder, or, with a leading
        slash, from the document root. Raises PageNotFound.
        """
        self._run(name, names, {})

    def component(self, name: str, /, **names: Any) -> Component:
        """``with psp.component("card.psp", title="News"):`` runs the page *name* here.

        What is written inside is its ``psp.content()``, sections filled inside are its
        ``psp.section(name)``. The name is taken as ``include`` takes it. Raises
        PageNotFound where the block ends.
        """
        from .parts import Component

        return Component(self, name, names)

    def content(self) -> Markup:
        """In a layout: what the page inside it wrote; in a component: its slot.

        Raises PspError in a page that is neither.
        """
        if not self._contents:
            what = "this page is neither a layout nor a component"
            raise PspError(f"psp.content() has nothing to give: {what}")
        return self._contents[-1]

    def section(self, name: str, default: object = "") -> Section:
        """The part *name*: ``with psp.section("aside"):`` fills it in a page,
        ``<%= psp.section("aside", default="…") %>`` places it in a layout.
        """
        return Section(self, name, default)

    def push(self, name: str, key: object = None) -> Push:
        """``with psp.push("head"):`` adds a piece to the part *name* of the layout.

        Includes and components push to the layout of the page that runs them. Of the
        pieces with one *key* the first counts.
        """
        from .parts import Push

        return Push(self, name, key)

    if TYPE_CHECKING:

        @overload
        def capture(self, /) -> Capture: ...

        @overload
        def capture(
            self, function: Callable[..., Any], /, *args: Any, **names: Any
        ) -> Markup: ...

    def capture(
        self, function: Callable[..., Any] | None = None, /, *args: Any, **names: Any
    ) -> Capture | Markup:
        """What *function* writes, called with the arguments that follow, as Markup.

        Without a function, a context manager that keeps what is written inside.
        """
        from .parts import Capture, captured

        if function is None:
            return Capture(self._output)

        return captured(self, function, args, names)

    def cache(
        self, name: str, seconds: float | None = None, vary: Iterable[object] = ()
    ) -> Cached:
        """``with psp.cache("sidebar", seconds=60, vary=[user]):`` keeps what it writes.

        While it is kept, for this page and for values of *vary* of the same ``repr``,
        the text is written and the block does not run. Raises PspError where the call
        does not stand in a ``with`` of a page, spelled ``psp.cache``.
        """
        from .parts import Cached

        page = self._page.page.name if self._page else ""
        key = repr((page, name, *vary))
        return Cached(self, self._runner.fragments, key, seconds)

    def fragment(self, name: str) -> Fragment:
        """``with psp.fragment("cart"):`` names a piece that can be rendered alone."""
        from .parts import Fragment

        return Fragment(self._output, name == self._wanted)

    def defer(self, function: Callable[[], Any], placeholder: object = "") -> None:
        """Write *placeholder* here, go on, and at the end what *function* writes.

        What is written by then is sent first; a few inline lines of script put the
        part in place of the placeholder, which is escaped.
        """
        from .late import defer

        defer(self, function, placeholder)

    def flush(self) -> None:
        """Send headers and all that waits now; the rest of the page streams."""
        self._output.flush()

    def reset(self) -> None:
        """Drop what was written and not yet sent."""
        self._output.reset()

    def finish(self) -> None:
        """Write what the pages of the run have deferred; whoever runs them calls it."""
        if self._late:
            from .late import write_late

            write_late(self)

    def _note_late(self, error: Exception) -> bool:
        """Whether a deferred part that failed is to be left out, and has been noted."""
        return False

    def _fill(self, name: str, html: str) -> None:
        """Keep a section; a page's own wins over its layouts' of the same name."""
        sections = self._sections if self._slots is None else self._slots
        phase = len(self._contents)
        filled = sections.get(name)
        if filled is None or filled[0] >= phase:
            sections[name] = (phase, html)

    def _run(self, name: str, names: dict[str, Any], sections: Sections) -> None:
        """Run the page *name* in this place, with *names* and *sections*."""
        from .run import run_included

        page = self._runner.load(name, self._page.page.name if self._page else None)
        parameters = page.page.options.parameters
        if parameters:
            from .parameters import check_names

            check_names(page.page.name, parameters, names)
        given = {**self.names_for(page), **self._names, **names}
        run_included(page, given, self._output, self, self._runner, sections)
