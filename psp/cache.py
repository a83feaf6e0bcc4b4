"""Caches of compiled pages, as far as they live in memory."""

from __future__ import annotations

from _thread import allocate_lock  # threading's Lock, without the rest of it

from .light import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import OrderedDict
    from collections.abc import Iterable

    from .page import CompiledPage


class PageCache(Protocol):
    """Keeps compiled pages by name; whether one is still fresh, the engine decides."""

    def get(self, name: str) -> CompiledPage | None:
        """The page kept as *name*; doubt is a miss, never an error."""

    def put(self, page: CompiledPage) -> None:
        """Keep *page*, if that is possible."""


class MemoryCache:
    """The *size* pages used last; may be shared by threads and engines."""

    def __init__(self, size: int = 512) -> None:
        if size < 1:
            raise ValueError(f"a cache of {size} pages keeps nothing")
        from collections import OrderedDict

        self.size = size
        self._pages: OrderedDict[str, CompiledPage] = OrderedDict()
        self._lock = allocate_lock()

    def get(self, name: str) -> CompiledPage | None:
        """The page kept as *name*, which is now the one used last."""
        with self._lock:
            page = self._pages.get(name)
            if page is not None:
                self._pages.move_to_end(name)
            return page

    def put(self, page: CompiledPage) -> None:
        """Keep *page*; the page that went unused for longest makes room."""
        with self._lock:
            self._pages[page.name] = page
            self._pages.move_to_end(page.name)
            if len(self._pages) > self.size:
                self._pages.popitem(last=False)

    def __len__(self) -> int:
        return len(self._pages)


class ChainCache:
    """Several caches as one, the quickest first."""

    def __init__(self, caches: Iterable[PageCache]) -> None:
        self.caches = tuple(caches)

    def get(self, name: str) -> CompiledPage | None:
        """The page from the first cache that has it; those before it learn it."""
        for tried, cache in enumerate(self.caches):
            page = cache.get(name)
            if page is not None:
                for other in self.caches[:tried]:
                    other.put(page)
                return page
        return None

    def put(self, page: CompiledPage) -> None:
        """Keep *page* in all of them."""
        for cache in self.caches:
            cache.put(page)
