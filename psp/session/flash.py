"""Flash messages: what one page has to tell, and the next one shows."""

from __future__ import annotations

from typing import NamedTuple

from .lazydict import LazyDict

#: Where they wait in the session.
KEY = "_flash"


class Flash(NamedTuple):
    """A message, and what kind of one it is; kinds are the site's own."""

    text: str
    kind: str


class FlashDict(LazyDict):
    """A session's messages, kept with its data until somebody reads them."""

    def flash(self, text: str, kind: str = "info") -> None:
        """Has the next page that looks for messages show *text*."""
        self[KEY] = [*self.get(KEY, ()), (text, kind)]

    def flashes(self) -> list[Flash]:
        """The messages that nobody has seen, oldest first; they are gone with that."""
        return [Flash(text, kind) for text, kind in self.pop(KEY, ())]
