"""Engine: from the name of a page to its compiled code, its run, its text."""

from __future__ import annotations

import posixpath
from time import monotonic

from .errors import PageNotFound, PspError
from .light import lazy
from .options import DEFAULT_OPTIONS, PageOptions
from .page import CompiledPage, Fingerprint
from .runtime.output import Output, join
from .runtime.run import Again, LoadedPage, run_page
from .slot import FOREVER, Slot, current, present

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    from .cache import PageCache
    from .loaders import Loader
    from .runtime.interface import PageInterface
    from .runtime.kept import FragmentCache
    from .source import Source

    Resolve = Callable[[str, Source], Source]
    Compile = Callable[[Source, Resolve, PageOptions], CompiledPage]
    T = TypeVar("T")

#: Among the dependencies of a page in a cache, where no page has an empty name: the
#: options and the loader that the page was compiled with.
_COMPILED_WITH = ""

_REMEMBERED = 1024  # names of pages, as others spell them


class Engine:
    """Finds, compiles, keeps and runs the pages of one loader; shared by threads.

    A page is compiled by the first thread that asks for it, while others wait, and
    again when a file that took part in it has changed. *reload_interval*, in
    seconds, is how often this is looked at: 0 every time, None never. *names* are
    given to every page. *fragments* keeps what ``psp.cache`` writes.
    """

    def __init__(
        self,
        loader: Loader,
        *,
        cache: PageCache | None = None,
        options: PageOptions = DEFAULT_OPTIONS,
        reload_interval: float | None = 1.0,
        names: Mapping[str, object] | None = None,
        fragments: FragmentCache | None = None,
        _compile: Compile | None = None,
    ) -> None:
        self.loader = loader
        self.options = options
        self.names: dict[str, Any] = dict(names or {})
        self._cache = cache
        self._fragments = fragments
        self._interval = FOREVER if reload_interval is None else reload_interval
        self._compile = _compile
        self._slots: dict[str, Slot] = {}
        self._found: dict[tuple[str, str], str] = {}
        compiled_with = repr((getattr(loader, "origin", None), options)).encode()
        self._compiled_with = Fingerprint(0, 0, 0, compiled_with)

    def get_page(self, name: str) -> CompiledPage:
        """The compiled page *name*; raises PageNotFound or PageSyntaxError."""
        return self._opened(name, Slot.page)

    def load(self, name: str, relative_to: str | None = None) -> LoadedPage:
        """The page *name* with its declarations run; raises as get_page does.

        With *relative_to*, *name* is as a file of that name spells it.
        """
        if relative_to is not None:
            known = self._found.get((name, relative_to))
            name = known or self._find(name, relative_to)
        slot = self._slots.get(name)
        if slot is not None:
            loaded = slot.loaded
            if loaded is not None and monotonic() < slot.until:
                return loaded
        return self._opened(name, lambda slot: slot.load(self))

    @property
    def fragments(self) -> FragmentCache:
        """Where ``psp.cache`` keeps text: in memory, unless told otherwise."""
        if self._fragments is None:
            from .runtime.kept import MemoryFragments

            self._fragments = MemoryFragments()
        return self._fragments

    def render(
        self, name: str, /, *, fragment: str | None = None, **names: object
    ) -> str:
        """The text that the page *name* writes, given *names*.

        With *fragment*, what stands in its ``psp.fragment`` of that name alone, where
        the run ends; PspError if there is none.

        Raises ParameterError if they are not what the page declares.
        """
        page = self.load(name)
        self._check_names(page, names)
        if fragment is not None:
            return self._render_fragment(page, names, fragment)
        text = None if self.names else page.text(names)
        return self._render(page, names) if text is None else text

    def run(
        self,
        name: str,
        names: dict[str, Any],
        output: Output,
        interface: PageInterface,
    ) -> None:
        """Run the page *name* and its layouts with *names*, writing to *output*."""
        names = {**self.names, **names}
        run_page(self.load(name), names, output, interface, self)
        interface.finish()

    def get_template(self, name: str) -> Template:
        """The page *name*, to be rendered many times; raises as get_page does."""
        return self._opened(name, lambda slot: Template(self, slot))

    def from_string(self, text: str, name: str = "<string>") -> Template:
        """The page *text*, which finds other pages as if it were called *name*.

        Raises PageSyntaxError.
        """
        from .source import Source

        return Template(self, Slot(name, Source(text, name)))

    def _render_fragment(
        self, page: LoadedPage, names: Mapping[str, object], fragment: str
    ) -> str:
        from .runtime.parts import FragmentDone

        output = Output()
        interface = self._interface(self, output, self.names)
        interface._wanted = fragment
        try:
            run_page(page, {**self.names, **names}, output, interface, self)
        except FragmentDone as done:
            return done.text
        raise PspError(f"{page.page.name!r} wrote no fragment {fragment!r}")

    def _render(self, page: LoadedPage, names: Mapping[str, object]) -> str:
        names = {**self.names, **names}
        text = page.text(names)
        if text is not None:
            return text
        output = Output()
        interface = None
        if page.needs_interface:
            interface = self._interface(self, output, self.names)
        run_page(page, names, output, interface, self)
        if interface is not None:
            interface.finish()
        return output.text()

    @lazy
    def _interface(self) -> type[PageInterface]:
        from .runtime.interface import PageInterface  # most pages do without

        return PageInterface

    def _check_names(self, page: LoadedPage, names: Mapping[str, object]) -> None:
        """Refuse *names* that are not what *page* declares, if it declares any."""
        if not page.page.options.parameters:
            return
        from .runtime.parameters import check_names

        parameters = page.page.options.parameters
        own = [one for one in parameters if one[0] not in self.names]
        declared = (name for name, _ in parameters if name in self.names)
        check_names(page.page.name, (*own, *((n, False) for n in declared)), names)

    def _find(self, name: str, relative_to: str) -> str:
        """The page that a file *relative_to* calls *name*, remembered."""
        found = candidates(name, relative_to, relative_to, self.options.dialect)[0]
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[name, relative_to] = found
        return found

    def _opened(self, name: str, use: Callable[[Slot], T]) -> T:
        """What *use* gives for the slot of *name*, up to date and locked."""
        while True:
            slot = self._slots.get(name) or self._slots.setdefault(name, Slot(name))
            with slot.lock:
                if self._slots.get(name) is not slot:
                    continue  # dropped by the thread that this one waited for
                try:
                    self._update(slot)
                except PageNotFound:
                    del self._slots[name]
                    raise
                return use(slot)

    def _update(self, slot: Slot) -> None:
        """Bring *slot* up to date; raises PageNotFound if there is no such page."""
        if monotonic() < slot.until:
            return
        if not (self._is_fresh(slot) or self._take_cached(slot)):
            self._fill(slot)
        slot.until = monotonic() + self._interval

    def _is_fresh(self, slot: Slot) -> bool:
        """Whether *slot* still holds what compiling it now would make."""
        if slot.dependencies is None:
            return False
        now = current(self.loader, slot.dependencies)
        if now is None:
            return False
        slot.dependencies = now
        return True

    def _take_cached(self, slot: Slot) -> bool:
        """Fill *slot* from the cache, if that has the page as it is now."""
        if self._cache is None or slot.source is not None:
            return False
        page = self._cache.get(slot.name)
        if page is None:
            return False
        known = dict(page.dependencies)
        if known.pop(_COMPILED_WITH, None) != self._compiled_with:
            return False
        if slot.name not in known:
            return False
        now = current(self.loader, known)
        if now is None:
            return False
        options = self.options if page.options == self.options else page.options
        slot.keep(page._replace(dependencies=present(now), options=options), now)
        if now != known:
            self._put_in_cache(slot)
        return True

    def _fill(self, slot: Slot) -> None:
        """Compile the page of *slot*, or keep there why it cannot be compiled."""
        from .making import fill, warn

        page = fill(slot, self.loader, self.options, self._compile)
        if page is not None:
            if slot.source is None:
                self._put_in_cache(slot)
            warn(page.notices)

    def widen(self, slot: Slot) -> CompiledPage:
        """The page of *slot* in a tier that any names fit; raises as get_page does."""
        from .making import Recorder, make_page

        options = self.options._replace(tier="function")
        return make_page(Recorder(self.loader), slot, options, self._compile)

    def _put_in_cache(self, slot: Slot) -> None:
        """Keep the page of *slot* with all that must be as it was for it to be used."""
        if self._cache is not None and slot.dependencies is not None:
            all_of_it = {**slot.dependencies, _COMPILED_WITH: self._compiled_with}
            self._cache.put(slot.page()._replace(dependencies=all_of_it))


class Template:
    """A page to be rendered many times; it and its includes are kept up to date."""

    __slots__ = ("_engine", "_slot")

    def __init__(self, engine: Engine, slot: Slot) -> None:
        self._engine = engine
        self._slot = slot
        self.load()

    def load(self) -> LoadedPage:
        """The page, ready to run; raises PageNotFound or PageSyntaxError."""
        slot = self._slot
        loaded = slot.loaded
        if loaded is not None and monotonic() < slot.until:
            return loaded
        with slot.lock:
            self._engine._update(slot)
            return slot.load(self._engine)

    def render(
        self, names: Mapping[str, object] | None = None, /, **more: object
    ) -> str:
        """The text that it writes, given *names* and *more*."""
        if names is None:
            names = more
        elif more:
            names = {**names, **more}
        slot = self._slot
        page = slot.loaded
        if page is None or slot.until != FOREVER and monotonic() >= slot.until:
            page = self.load()
        function = page.alone
        if function is not None and not self._engine.names:
            parts: list[str] = []
            try:
                function(parts, names)
            except Again:
                pass  # that is for another tier
            else:
                try:
                    return "".join(parts)
                except TypeError:  # some are bytes
                    return join(parts)  # type: ignore[arg-type]
        self._engine._check_names(page, names)
        return self._engine._render(page, names)


def candidates(file: str, page: str, including: str, dialect: str) -> tuple[str, ...]:
    """The page names that *file* may mean where the file *including* says it, in order.

    A relative one starts from the folder of *page*, the page asked for, as in
    mod_python; if nothing is there, from the folder of *including*. An absolute one
    starts from the document root, which is the loader's; in the mod_python dialect it
    is a path of the file system, which the loader confines to its roots.
    """
    if file.startswith("/"):
        if dialect != "mod_python":
            file = file.lstrip("/")
        return (posixpath.normpath(file),)
    folders = dict.fromkeys(posixpath.dirname(name) for name in (page, including))
    return tuple(posixpath.normpath(posixpath.join(at, file)) for at in folders)
