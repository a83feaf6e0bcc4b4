"""What a session does for pages besides keeping data: messages, tokens for forms."""

from __future__ import annotations

from typing import NamedTuple

from .lazydict import LazyDict
from .place import Place
from .tokens import is_token, make_token

#: Where messages wait in the session.
KEY = "_flash"


class Flash(NamedTuple):
    """A message, and what kind of one it is; kinds are the site's own."""

    text: str
    kind: str


class Extras(LazyDict):
    """The part of a session that is made of its data and its id alone."""

    _place: Place
    _mode: str

    def flash(self, text: str, kind: str = "info") -> None:
        """Has the next page that looks for messages show *text*."""
        self[KEY] = [*self.get(KEY, ()), (text, kind)]

    def flashes(self) -> list[Flash]:
        """The messages that nobody has seen, oldest first; they are gone with that.

        There are none for a page that only reads the session: another will show them.
        """
        waiting = self.get(KEY, ())
        if self._mode == "read" or not waiting:
            return []
        del self[KEY]
        return [Flash(text, kind) for text, kind in waiting]

    def id(self) -> str:
        """The session id, 32 hex digits."""
        raise NotImplementedError

    def csrf_token(self) -> str:
        """A token that lets a request of this visitor pass; the session is kept."""
        return make_token(self.id())

    def accepts(self, token: str) -> bool:
        """Whether *token* was made for this session, and under the id it has now."""
        self._open()
        return is_token(token, self._place.sid)
