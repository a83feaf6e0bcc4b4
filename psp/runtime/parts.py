"""What ``with psp.…:`` does to a piece of a page: push, component, cache, fragment."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..errors import PspError
from .escape import markup

if TYPE_CHECKING:
    from markupsafe import Markup

    from .interface import PageInterface
    from .kept import FragmentCache
    from .output import Output


class Capture:
    """A context manager that cuts out what is written inside; its text is Markup."""

    __slots__ = ("_output", "html")

    def __init__(self, output: Output):
        self._output = output
        self.html = markup("")

    def __enter__(self) -> Capture:
        self._output.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        text = self._output.end()
        if kind is None:
            self.html = markup(text)

    def __html__(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.html


class Push:
    """A piece for the part *name* of a layout, added to what is there already."""

    __slots__ = ("_interface", "_name", "_key")

    def __init__(self, interface: PageInterface, name: str, key: object):
        self._interface = interface
        self._name = name
        self._key = key

    def __enter__(self) -> None:
        self._interface._output.begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        interface = self._interface
        text = interface._output.end()
        if kind is None:
            if interface._pushed is None:
                interface._pushed = {}
            pieces = interface._pushed.setdefault(self._name, {})
            key = object() if self._key is None else self._key
            pieces.setdefault(key, text)


class Component:
    """A page that is run around what is written inside, its slot.

    Sections that are filled inside are the component's; those that are placed inside
    are still the page's own.
    """

    __slots__ = ("_interface", "_name", "_names", "_outer")

    def __init__(self, interface: PageInterface, name: str, names: dict[str, Any]):
        self._interface = interface
        self._name = name
        self._names = names
        self._outer: dict[str, tuple[int, str]] | None = None

    def __enter__(self) -> None:
        interface = self._interface
        self._outer, interface._slots = interface._slots, {}
        interface._output.begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        interface = self._interface
        text = interface._output.end()
        slots, interface._slots = interface._slots, self._outer
        if kind is not None:
            return
        contents = interface._contents
        depth = len(contents)
        contents.append(markup(text))
        try:
            interface._run(self._name, self._names, slots or {})
        finally:
            del contents[depth:]


def captured(
    interface: PageInterface, function: Callable[..., Any], args: Any, names: Any
) -> Markup:
    """What *function* writes when it is called, as Markup."""
    output = interface._output
    output.begin()
    try:
        function(*args, **names)
    finally:
        text = output.end()
    return markup(text)


class Cached:
    """A piece that is kept under *key*; its ``with`` gives False where it is there.

    Kept before the text, on a line of its own, is the nonce of the run that made it:
    each run that writes the text has its own in its place.
    """

    __slots__ = ("_interface", "_store", "_key", "_seconds", "_found", "_skippable")

    def __init__(
        self,
        interface: PageInterface,
        store: FragmentCache,
        key: str,
        seconds: float | None,
    ):
        self._interface = interface
        self._store = store
        self._key = key
        self._seconds = seconds
        self._found = False
        self._skippable = False

    @property
    def skippable(self) -> Cached:
        """The same, in a ``with`` that the compiler has let skip its block."""
        self._skippable = True
        return self

    def __enter__(self) -> bool:
        if not self._skippable:
            what = "its block can be skipped only in a page, in 'with psp.cache(...):'"
            raise PspError(f"psp.cache() under another name, or outside a page: {what}")
        kept = self._store.get(self._key)
        self._found = kept is not None
        if kept is None:
            self._interface._output.begin()
        else:
            nonce, _, text = kept.partition("\n")
            if nonce:
                text = text.replace(nonce, self._interface.nonce)
            self._interface._output.write(text)
        return not self._found

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._found:
            return
        output = self._interface._output
        text = output.end()
        if kind is None:
            nonce = self._interface._nonce
            if nonce is None or nonce not in text:
                nonce = ""
            # A visitor who has the headers may have put their nonce into the text.
            if not (nonce and output.sent):
                self._store.set(self._key, f"{nonce}\n{text}", self._seconds)
            output.write(text)


class FragmentDone(BaseException):
    """Ends a run that was only for one fragment, whose text it has."""

    def __init__(self, text: str):
        super().__init__()
        self.text = text


class Fragment:
    """A named piece of a page, at whose end a run for it alone is over."""

    __slots__ = ("_output", "_wanted")

    def __init__(self, output: Output, wanted: bool):
        self._output = output
        self._wanted = wanted

    def __enter__(self) -> None:
        if self._wanted:
            self._output.begin()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._wanted:
            text = self._output.end()
            if kind is None:
                raise FragmentDone(text)
