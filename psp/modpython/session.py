"""``mod_python.Session``: sessions made by hand, and those of pages.

They lock and load at once, and the cookie of a new one is in the response from the
start. How they are kept is the business of ``psp.session``.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from typing import Any

from ..errors import SessionError
from ..http.exchange import mp_request
from ..session import base
from ..session.place import is_sid
from ..session.rules import MOD_PYTHON, SessionRules
from . import cookie as Cookie
from .constants import OK
from .foreign import adopt
from .options import option
from .site import site_of

__name__ = "mod_python.Session"  # what pages print, and find it under
__all__ = ["OK", "BaseSession", "Cookie", "DbmSession", "FileSession", "MemorySession"]

COOKIE_NAME = "pysid"
DFT_TIMEOUT = 30 * 60
DFT_LOCK = True
CLEANUP_CHANCE = 1000

Secret = str | bytes | None


class BaseSession(base.Session):
    """The session of the visitor; *sid* names another than that of the cookie.

    With *secret* the cookie is signed. *timeout*, in seconds, is for a new session,
    *lock* says whether other requests wait for this one. ValueError for a *sid* that
    is not 32 hex digits.
    """

    def __init__(
        self,
        req: mp_request,
        sid: str | int | None = 0,
        secret: Secret = None,
        timeout: float = 0,
        lock: bool | int = 1,
    ) -> None:
        if sid and not is_sid(str(sid)):
            raise ValueError(f"Invalid Session ID: sid={sid}")
        req = adopt(req)
        self._req, self._secret = req, secret
        rules = _rules(req)
        super().__init__(
            self._sent(rules.cookie_name),
            self.make_store(),
            rules,
            sid=str(sid) if sid else None,
            timeout=timeout,
            lock=bool(lock),
            owner=_first(req),
        )
        req.register_cleanup(_close, self)
        self._announce()

    def make_store(self) -> base.SessionStore:
        """Where sessions of this class are kept."""
        return site_of(self._req).handler.sessions

    def make_cookie(self) -> Any:
        """The cookie that hands the session's id to the visitor."""
        self._open()
        return self._cookie_with({})

    def invalidate(self) -> None:
        """End the session: data and cookie go, and nothing is stored any more."""
        super().invalidate()
        self._announce()

    def regenerate(self) -> None:
        """Move the data to a new id and end the old one; for use at every login.

        Raises SessionError when the headers are out.
        """
        if self._req.sent_bodyct:
            raise SessionError("a session gets no new id once the headers are out")
        super().regenerate()
        self._announce()

    def load(self) -> Any:
        """Take over what is stored: 1, or 0 if there is nothing or it is over."""
        return int(super().load())

    def init_lock(self) -> None:
        """Do nothing: locks need no preparation here."""

    def _sent(self, name: str) -> str | None:
        """The value of the cookie *name*; None if there is none that counts."""
        kind: type[Cookie.Cookie] = Cookie.Cookie
        options: dict[str, Any] = {}
        if self._secret:
            kind = Cookie.SignedCookie
            options = {"secret": self._secret, "mismatch": kind.IGNORE}
        found = Cookie.get_cookie(self._req, name, kind, **options)
        return None if found is None else str(found.value)

    def _announce(self) -> None:
        """Put the cookies that are called for into the response."""
        if self._unsent:
            self._unsent = False
            Cookie.add_cookie(self._req, self.make_cookie())
        if self._invalid:
            Cookie.add_cookie(self._req, self._cookie_with({"expires": 0}))

    def _cookie_with(self, more: dict[str, Any]) -> Cookie.Cookie:
        rules = self.rules
        attributes = {
            "path": rules.path,
            "domain": rules.domain or None,
            "secure": rules.secure,
            "httponly": rules.http_only,
            "samesite": rules.same_site or None,
            **more,
        }
        if self._secret:
            return Cookie.SignedCookie(
                rules.cookie_name, self._place.sid, self._secret, **attributes
            )
        return Cookie.Cookie(rules.cookie_name, self._place.sid, **attributes)


class MemorySession(BaseSession):
    """A session kept in this process."""

    def __init__(
        self,
        req: mp_request,
        sid: str | int | None = 0,
        secret: Secret = None,
        timeout: float = 0,
        lock: bool | int = 1,
    ) -> None:
        super().__init__(req, sid, secret, timeout, lock)


class FileSession(BaseSession):
    """A session kept in a file of its own; the last arguments change nothing."""

    def __init__(
        self,
        req: mp_request,
        sid: str | int | None = 0,
        secret: Secret = None,
        timeout: float = 0,
        lock: bool | int = 1,
        fast_cleanup: int = -1,
        verify_cleanup: int = -1,
    ) -> None:
        super().__init__(req, sid, secret, timeout, lock)

    def make_store(self) -> base.SessionStore:
        """The folder ``mp_sess`` where the options say, or one of our own."""
        folder = database_directory(self._req, "file")
        if folder:
            return file_store(os.path.join(folder, "mp_sess"))
        own = f"mp_sess-{os.geteuid()}"
        return file_store(os.path.join(tempfile.gettempdir(), own))


class DbmSession(BaseSession):
    """A session kept in *dbm*, or where the options say.

    That is a folder here, by the name of the dbm file with ``.d`` behind it: of dbm
    files, those that were being written when a process was killed are lost.
    """

    def __init__(
        self,
        req: mp_request,
        dbm: str | None = None,
        sid: str | int | None = 0,
        secret: Secret = None,
        dbmtype: Any = None,
        timeout: float = 0,
        lock: bool | int = 1,
    ) -> None:
        self._dbm = dbm
        super().__init__(req, sid, secret, timeout, lock)

    def make_store(self) -> base.SessionStore:
        """The folder in place of the dbm file."""
        name = self._dbm or option(
            self._req, "mod_python.dbm_session.database_filename"
        )
        folder = database_directory(self._req, "dbm")
        if not name:
            owner = "" if folder else f"-{os.geteuid()}"
            name = f"mp_sess{owner}.dbm"
        return file_store(os.path.join(folder or tempfile.gettempdir(), f"{name}.d"))


_CLASSES: dict[str, type[BaseSession]] = {
    kind.__name__: kind for kind in (MemorySession, FileSession, DbmSession)
}


def Session(
    req: mp_request,
    sid: str | int | None = 0,
    secret: Secret = None,
    timeout: float = 0,
    lock: bool | int = 1,
) -> BaseSession:
    """The session of the visitor, of the class that the site's options name."""
    req = adopt(req)
    name = option(req, "mod_python.session.session_type")
    kind = _CLASSES.get(name or _default(req))
    if kind is None:
        raise Exception(f"Unknown session type {name}")
    return kind(req, sid=sid, secret=secret, timeout=timeout, lock=lock)


def _default(req: mp_request) -> str:
    """The class of sessions where no option names one: one that all processes have."""
    alone = "DbmSession" if req._request.environ.get("wsgi.multiprocess") else None
    return site_of(req).default_session or alone or "MemorySession"


def _rules(req: mp_request) -> SessionRules:
    """What the site and its options say about sessions."""
    rules = site_of(req).handler.session_rules(MOD_PYTHON)
    return rules._replace(
        name=option(req, "mod_python.session.cookie_name", rules.name),
        path=option(req, "mod_python.session.application_path") or _path(req),
        domain=option(req, "mod_python.session.application_domain", rules.domain),
        secure=bool(req.is_https()),
    )


def _path(req: mp_request) -> str:
    """The path of the folder that the handler belongs to, where the URL is below it."""
    root = os.path.join(req.document_root(), "")
    folder = req.hlist.directory
    if folder.startswith(root):
        path = f"/{folder[len(root) :]}"
        if req.uri.startswith(path):
            return path
    return "/"


def database_directory(req: mp_request, kind: str) -> str:
    """The folder for sessions of a kind, ``file`` or ``dbm``; empty if none is set."""
    general = option(req, "mod_python.session.database_directory")
    return option(req, f"mod_python.{kind}_session.database_directory", general)


@cache
def file_store(folder: str) -> base.SessionStore:
    """The store of the files in *folder*: pickles, as there, that only we can write."""
    from ..session.files import FileSessionStore
    from ..session.folder import make_folder
    from ..session.serializer import SignedPickle
    from ..trust import make_key

    make_folder(folder)
    key = make_key(os.path.join(folder, "key"))
    return FileSessionStore(folder, SignedPickle(key))


def _first(req: mp_request) -> mp_request:
    """The request that internal redirects began with: it owns the locks of all."""
    while req.prev is not None:
        req = req.prev
    return req


def _close(session: BaseSession) -> None:
    """Let go of the lock at the end of the request."""
    session.close()
