"""``mod_python.psp``: pages as templates, and the handler that runs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from types import CodeType
from typing import TYPE_CHECKING, Any, NoReturn

from ..engine import Engine
from ..errors import HTTPError, IncludeError, PageNotFound, SessionError
from ..guard import check_origin
from ..http import interface
from ..http.exchange import mp_request
from ..runtime.run import LoadedPage, run_page
from . import util
from .apache import SERVER_RETURN
from .constants import HTTP_NOT_FOUND, OK
from .foreign import adopt, lent, served
from .listing import listing
from .mentions import mentions
from .session import Session
from .site import site_of
from .source import python_source

if TYPE_CHECKING:
    from ..http.languages import Language

__name__ = "mod_python.psp"  # what pages print, and find it under
__all__ = ["PSP", "PSPInterface", "escape", "handler", "parse", "parsestring"]

STRING = "__psp__"  # the file name of a page that is a string
_INTERFACE = (
    "apply_data",
    "error_page",
    "filename",
    "form",
    "redirect",
    "req",
    "set_error_page",
)


class Makers:
    """Makes the form of *req*; sessions are made by those who run a page."""

    _language: Language | None = None

    def __init__(self, req: mp_request):
        self._req = req

    def make_form(self) -> Any:
        """The form of the request."""
        return _form(self._req)

    def make_session(self) -> NoReturn:
        """Raise SessionError: what wants a session here has to mention it."""
        raise SessionError("pages of the mod_python dialect have no CSRF tokens")

    def session_id(self) -> NoReturn:
        """Raise SessionError: mod_python's forms tell nobody how far they are."""
        raise SessionError("pages of the mod_python dialect have no upload progress")

    def make_language(self) -> Language:
        """The language of the answer."""
        from ..http.languages import Catalogues, Language

        if self._language is None:
            req = self._req
            catalogues = site_of(req).handler.catalogues or Catalogues(None)
            self._language = Language(catalogues, req._request, req._response)
        return self._language

    def translators(self, page: LoadedPage) -> dict[str, Any]:
        """Nothing: ``_`` is a name like others there."""
        return {}

    def note(self, error: BaseException) -> str:
        """Write *error* into the log; the id under which it can be found there."""
        return site_of(self._req).handler.note(error, self._req._request)


class PSPInterface(interface.PSPInterface):
    """What a page reaches as ``psp``; ``dir`` tells the names that mod_python has."""

    req: mp_request
    error_page: Any = None

    def __init__(self, template: PSP, names: dict[str, Any]):
        req = template.req
        keys = site_of(req).handler.cookie_keys
        super().__init__(template.engine, req._output, names, Makers(req), keys)
        self._template = template

    def names_for(self, page: LoadedPage) -> dict[str, Any]:
        """Nothing: each page has the same names here."""
        return {}

    @property
    def filename(self) -> Any:  # type: ignore[override]
        """The file of the page that runs; None for a string."""
        return self._template.filename

    def set_error_page(self, name: str) -> None:
        """Have the page *name* answer if this one fails; it sees ``exception``.

        It is loaded now: a name with a leading slash from the document root, another
        from the folder of the page that calls this.
        """
        if name[:1] == "/":
            file = self.req.document_root() + name
        else:
            file = os.path.join(os.path.dirname(self.filename or ""), name)
        self.error_page = PSP(self.req, filename=file)

    def redirect(self, location: str, permanent: bool | int = False) -> NoReturn:
        """End the page with a redirect: status 302, or 301 where it is permanent."""
        util.redirect(self.req, location, permanent)

    def __dir__(self) -> list[str]:
        return [*_INTERFACE, *(name for name in super().__dir__() if name[0] == "_")]


class PSP:
    """A page as a template: a file, a string (str or bytes), or the page asked for.

    A relative file name is taken from the folder of ``req.filename``. *vars* are names
    the page sees. ValueError for both file and string, SERVER_RETURN (404) for a file
    that is not there, PageSyntaxError for one that cannot be compiled.
    """

    dbmcache = None

    def __init__(
        self,
        req: mp_request,
        filename: str | None = None,
        string: str | bytes | None = None,
        vars: Mapping[str, Any] = {},
    ):
        if string and filename:
            raise ValueError("Must specify either filename or string")
        self.req: mp_request = adopt(req)
        self._caller = req
        self.vars = vars
        self.string = None if filename else string
        self.engine: Engine = site_of(self.req).engine
        self.filename: str | None = None
        if self.string is None:
            asked = self.req.filename
            name = os.path.join(os.path.dirname(asked), filename or asked)
            self.filename = os.path.normpath(name)
        self._page = self._load()

    def _load(self) -> LoadedPage:
        if self.string is not None:
            return site_of(self.req).template(_text(self.string), STRING).load()
        assert self.filename is not None
        try:
            return self.engine.load(page_name(self.req, self.filename))
        except PageNotFound as error:
            ending = SERVER_RETURN(HTTP_NOT_FOUND)
            ending.add_note(str(error))
            raise ending from error
        except IncludeError as error:
            missing = error.__cause__
            if not isinstance(missing, FileNotFoundError):
                raise
            raise FileNotFoundError(*missing.args, missing.filename) from error

    @property
    def code(self) -> CodeType:
        """The compiled page."""
        return self._page.page.code

    def _is_guarded(self, by_site: bool) -> bool:
        """Whether strangers may not send; a template leaves that to who runs it."""
        csrf = self._page.page.options.csrf
        return csrf == "on" or csrf == "site" and by_site and self._is_asked_for()

    def _is_asked_for(self) -> bool:
        """Whether it is the page of the request, not a template of another."""
        return self.filename == os.path.normpath(self.req.filename)

    def run(self, vars: Mapping[str, Any] = {}, flush: bool | int = 0) -> None:
        """Run the page, writing to the client; *vars* win over those of the object.

        What the page raises passes through, unless it has set an error page. A session
        is saved where the page, its error page, or SERVER_RETURN ended it well. Raises
        ForgedRequest where the page is guarded and another site has sent the request.
        """
        handler, request = site_of(self.req).handler, self.req._request
        if self._is_asked_for():
            limits = self._page.page.options.limits
            request.limits = request.limits._replace(**dict(limits))
        if self._is_guarded(handler.csrf):
            check_origin(request, handler.csrf_origins)
        with lent(self.req, self._caller), _session_for(self.req, self._page):
            if mentions(self._page.page, "form"):
                _form(self.req)
            names = self._names(vars)
            psp = PSPInterface(self, names)
            depth = self.req._output.depth
            try:
                self._run_to_end(psp, names)
                if flush:
                    self.req.flush()
            except (HTTPError, SERVER_RETURN):
                raise
            except BaseException as error:
                self.req._output.unwind(depth)
                if psp.error_page is None:
                    raise
                _drop_unsendable(self.req)
                _run_error_page(psp.error_page, error)

    def _run_to_end(self, psp: PSPInterface, names: dict[str, Any]) -> None:
        """Run the page, and save the session unless it failed."""
        req = self.req
        try:
            run_page(self._page, {"psp": psp, **names}, req._output, psp, self.engine)
            _settle(req)
        except SERVER_RETURN:
            _save_session(req)
            raise
        _save_session(req)

    def _names(self, vars: Mapping[str, Any]) -> dict[str, Any]:
        """The names of the page; what comes later wins."""
        from .names import page_names

        req = self.req
        return {
            **page_names(),
            **self.engine.names,
            "req": req,
            "form": getattr(req, "form", None),
            "session": getattr(req, "session", None),
            **dict(self.vars),
            **dict(vars),
            "__file__": req.filename,
            "__mp_info__": None,
            "__mp_path__": [],
        }

    def __str__(self) -> str:
        """Run the page, its output going to the client; nothing is left to print."""
        self.req.content_type = "text/html"
        self.run()
        return ""

    def display_code(self) -> None:
        """Write the listing of the page beside the Python made of it."""
        if self.string is not None:
            page, folder, title = _text(self.string), "", STRING
        else:
            assert self.filename is not None
            page, folder = _read(self.filename), os.path.dirname(self.filename)
            title = self.filename
        with lent(self.req, self._caller):
            self.req.write(listing(_python(page, folder), page, title), 0)


@served
def handler(req: mp_request) -> int:
    """Answer with the page that was asked for; with PythonDebug also its listing."""
    req.content_type = "text/html"
    if req.get_config().get("PythonDebug") == "1" and req.filename.endswith("_"):
        PSP(req, filename=req.filename[:-1]).display_code()
    else:
        PSP(req).run()
    return OK


def parse(name: str, folder: str | None = None) -> str:
    """The Python that mod_python makes of a file; *folder* ends in a slash."""
    file = (folder or "") + name
    return _python(_read(file), os.path.dirname(file))


def parsestring(string: str | bytes) -> str:
    """The Python that mod_python makes of a page."""
    return _python(_text(string), "")


def page_name(req: mp_request, filename: str) -> str:
    """What the loaders of the site call the file *filename*."""
    root = os.path.join(req.document_root(), "")
    return filename.removeprefix(root)


def _python(page: str, folder: str) -> str:
    return python_source(page, lambda name: _read(os.path.join(folder, name)))


def _read(filename: str) -> str:
    with open(filename, "rb") as file:
        return _text(file.read())


def _text(string: str | bytes) -> str:
    if isinstance(string, bytes):
        return string.decode("utf-8", "surrogateescape")
    return string


def _form(req: mp_request) -> Any:
    """The form of the request, made if there is none."""
    if not hasattr(req, "form"):
        req.form = util.FieldStorage(req, keep_blank_values=1)
    return req.form


@contextmanager
def _session_for(req: mp_request, page: LoadedPage) -> Iterator[None]:
    """A session for a page that mentions it, unless there is one; gone afterwards."""
    if not mentions(page.page, "session") or hasattr(req, "session"):
        yield
        return
    req.session = session = Session(req)
    try:
        yield
    finally:
        session.close()
        if hasattr(req, "session"):
            del req.session


def _settle(req: mp_request) -> None:
    """Encode what the page has written: if that fails, it is the page's failure."""
    try:
        req._output.settle()
    except UnicodeEncodeError:
        req._output.reset()
        raise


def _drop_unsendable(req: mp_request) -> None:
    """Drop the text so far if it cannot be sent; otherwise it stays."""
    try:
        _settle(req)
    except UnicodeEncodeError:
        pass


def _save_session(req: mp_request) -> None:
    """Save the session, if there is one; where that fails, nothing else is said."""
    session = getattr(req, "session", None)
    if session is None:
        return
    try:
        session.save()
    except SessionError:
        req._output.reset()
        raise


def _run_error_page(page: PSP, error: BaseException) -> None:
    """Run *page* in place of one that raised *error*, unless that is what failed."""
    running: list[str | None] = page.req.__dict__.setdefault("_error_pages", [])
    if page.filename in running:
        error.add_note(f"{page.filename} is its own error page; it is not run again")
        raise error
    running.append(page.filename)
    try:
        page.run({"exception": sys.exc_info()})
    finally:
        running.pop()
