"""Session: the data of one visitor, as a dict that loads and locks when it is used.

Methods and their meaning follow mod_python's Session module; what a site chooses is in
``rules``, where sessions are kept in ``store``. HTTP is left to the caller, who hands
in the cookie's value and sends what ``headers`` gives.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import SessionError
from .extras import Extras, Flash
from .pack import pack, unpack
from .place import Place, is_sid, new_sid
from .rules import PSP, SessionRules
from .store import STORES, SessionData, SessionStore, make_store

__all__ = ["STORES", "Flash", "Session", "SessionData", "SessionStore", "make_store"]

FRESH = 10  # a tenth of the timeout may pass before the access time is stored again


class Session(Extras):
    """The session of the visitor who sent the cookie value *cookie* (None: no cookie).

    A request uses it in this order: page code, ``commit`` if the page ended well,
    ``headers`` when the headers go out (before ``commit`` if they go early), ``close``
    at the very end whatever happened. *sid* names a session other than the cookie's
    (ValueError unless 32 hex digits), *timeout* (seconds) is for a new one. Sessions
    of one *owner*, such as the request, do not lock each other out. *mode* is what the
    page says with ``<%@ page session="…" %>``. Not to be shared between threads.
    """

    _seen: SessionData  # what the store knows
    _now: float  # when this request opened the session

    def __init__(
        self,
        cookie: str | None,
        store: SessionStore,
        rules: SessionRules = PSP,
        *,
        sid: str | None = None,
        timeout: float = 0,
        lock: bool = True,
        owner: object = None,
        clock: Callable[[], float] = time.time,
        mode: str = "auto",
    ) -> None:
        super().__init__()
        if sid and not is_sid(sid):
            raise ValueError("a session id is 32 digits of 0-9a-f")
        self.rules = rules
        self._store, self._clock, self._mode = store, clock, mode
        self._locking = lock and mode != "read"
        self._owner = self if owner is None else owner
        self._cookie, self._asked = cookie, sid or cookie or ""
        self._timeout = _whole(timeout or rules.timeout)
        self._opened = self._closed = self._ended = self._answered = False
        self._new = self._invalid = False
        self._unsent = False  # whether the visitor has yet to be told the id
        self._wanted = not rules.lazy  # whether to store it even if nothing changed
        if mode == "write" or not (rules.lazy or mode == "none"):
            self._open()

    def __repr__(self) -> str:
        if self._opened:
            return dict.__repr__(self)
        return f"<{type(self).__name__}, not used yet>"

    # what pages call

    def is_new(self) -> bool:
        """Whether the session was made in this request."""
        self._open()
        return self._new

    def id(self) -> str:
        """The session id, 32 hex digits; a session whose id is asked for is kept."""
        self._open()
        if self._new:
            self._open_to_change()
        self._wanted = True
        return self._place.sid

    def created(self) -> float:
        """When the session was made, in seconds since the epoch."""
        self._open()
        return self._seen.created

    def last_accessed(self) -> float:
        """When this request first used the session, in seconds since the epoch."""
        self._open()
        return self._now

    def timeout(self) -> float:
        """Seconds without a request after which the session is over."""
        self._open()
        return self._timeout

    def set_timeout(self, seconds: float) -> None:
        """Changes the timeout of this session."""
        self._open_to_change()
        self._timeout = _whole(seconds)

    def save(self) -> None:
        """Stores the session now, changed or not; nothing after ``invalidate``."""
        self._open_to_change()
        self._write()

    def load(self) -> bool:
        """Takes over what is stored; False if there is nothing, or it is over."""
        self._open()
        return self._read()

    def delete(self) -> None:
        """Empties the session and forgets what is stored; a later save stores it."""
        self._open_to_change()
        self._place.delete()
        self.clear()
        self._seen = self._seen._replace(data=self._packed())

    def invalidate(self) -> None:
        """Ends the session: data and cookie go, and nothing is stored any more."""
        self.delete()
        self._invalid = True

    def regenerate(self) -> None:
        """Moves the data to a new id and ends the old one; for use at every login.

        Raises SessionError when the headers are out: the new id could not be sent.
        """
        self._open_to_change()
        if self._answered:
            raise SessionError("a session gets no new id once the headers are out")
        if self._place.stored and not self._invalid:
            self._write()  # finds out whether it is still ours to move
        if not self._invalid:
            self._move()

    def lock(self) -> None:
        """Waits until no other request uses the session; LockTimeout after a while."""
        self._open_to_change()
        self._place.lock()

    def unlock(self) -> None:
        """Lets other requests use the session.

        Their changes are not seen before ``lock`` and ``load``; a save that would undo
        them raises SessionError.
        """
        if self._opened:
            self._place.unlock()

    def cleanup(self) -> None:
        """Forgets some of the sessions that are over."""
        self._store.expire(self._clock())

    def make_cookie(self) -> str:
        """The Set-Cookie value that hands the session's id to the visitor."""
        self._open()
        return self.rules.cookie(self._place.sid)

    # what the handler calls

    def commit(self) -> None:
        """Stores the session if that is called for; the page has ended well.

        Raises SessionError for what a page has changed that may only read.
        """
        self._ended = True
        if self._mode == "read":
            self._expect_no_change()
        elif self._opened and not self._invalid and self._is_due():
            self._write()

    def headers(self) -> list[tuple[str, str]]:
        """The header fields to send; call it once, when the headers go out.

        While the page still runs a session may yet be used: its answer counts as
        private, and the id of one that is new goes out in case it will be stored.
        """
        self._answered = True
        cookies = [("Set-Cookie", text) for text in self._cookies()]
        if not self.rules.lazy:
            private = [("Cache-Control", 'no-cache="set-cookie"')]
            return private + cookies if cookies else []
        if self._ended and not self._opened:
            return []
        return [("Vary", "Cookie"), ("Cache-Control", "no-store"), *cookies]

    def close(self) -> None:
        """Lets go of the lock; the session cannot be opened after that."""
        self._closed = True
        self.unlock()

    # opening and moving

    def _open(self) -> None:
        if self._opened:
            return
        if self._closed:
            raise SessionError("the request that this session belongs to is over")
        if self._mode == "none":
            raise SessionError('a page with session="none" has no session')
        self._opened = True  # first: filling the dict is an operation, too
        try:
            self._now = self._clock()
            if not (is_sid(self._asked) and self._adopt(self._asked)):
                self._create()
        except BaseException:
            self.unlock()
            self._opened = False
            raise

    def _open_to_change(self) -> None:
        """Open it for what a page that only reads must not do; SessionError there."""
        self._open()
        if self._mode == "read":
            raise SessionError('with session="read" a page can only read it')

    def _expect_no_change(self) -> None:
        if self._opened and self._seen.data != self._packed():
            self._open_to_change()

    def _adopt(self, sid: str) -> bool:
        """Whether *sid* is a live session of ours; it is loaded and locked then."""
        self._place = self._place_of(sid)
        self._place.lock()
        if self._read():
            return True
        self._place.unlock()
        return False

    def _create(self) -> None:
        self._place = self._place_of(new_sid())
        self._place.lock()
        self._seen = SessionData(self._now, self._now, self._timeout, self._packed())
        self._new = self._unsent = True

    def _move(self) -> None:
        old = self._place
        self._place = self._place_of(new_sid())
        self._place.lock()
        self._unsent = True
        try:
            if old.stored:
                self._invalid = not old.delete()
                self._write()
        finally:
            old.unlock()

    def _place_of(self, sid: str) -> Place:
        return Place(sid, self._store, self._owner, locking=self._locking)

    # reading and writing

    def _read(self) -> bool:
        record = self._place.read(self._clock())
        if record is None:
            return False
        self._seen, self._timeout = record, _whole(record.timeout)
        self.update(unpack(self._store.serializer, record.data))
        return True

    def _is_due(self) -> bool:
        """Whether the store should learn of what happened in this request."""
        if self._wanted and (self._new or not self.rules.lazy):
            return True
        if self._seen.timeout != self._timeout or self._seen.data != self._packed():
            return True
        age = self._clock() - self._seen.accessed
        return self._place.stored and age > self._timeout / FRESH

    def _write(self) -> None:
        if self._invalid:
            return
        if self._answered and self._unsent:
            raise SessionError(
                "a new session cannot be kept once the headers are out; "
                "use it before psp.flush(), or give the page a larger buffer"
            )
        now = self._clock()
        data = SessionData(self._seen.created, now, self._timeout, self._packed())
        self._invalid = not self._place.write(data)
        self._seen = data
        self._store.expire(now)

    def _packed(self) -> bytes:
        return pack(self._store.serializer, dict.copy(self))

    # telling the visitor

    def _cookies(self) -> list[str]:
        """The Set-Cookie values that this request calls for, in order."""
        texts = []
        if self._unsent and self._is_kept():
            self._unsent = False
            texts.append(str(self.make_cookie()))
        if self._invalid and (self._cookie is not None or not self.rules.lazy):
            texts.append(self.rules.expired_cookie(self._place.sid))
        return texts

    def _is_kept(self) -> bool:
        """Whether the store has the session, or may have it when the page ends."""
        if self._mode == "read":
            return False
        if not self.rules.lazy:
            return True
        return not self._invalid and (self._place.stored or not self._ended)


def _whole(seconds: float) -> float:
    """The same number, as an int where it is one: pages print it."""
    return int(seconds) if seconds == int(seconds) else seconds
