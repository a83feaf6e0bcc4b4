"""Application: a document root served as Apache with mod_python serves it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..adapters.site import make_reports
from ..adapters.wsgi import request_of
from ..engine import Engine
from ..errors import HTTPError, SettingsError
from ..handler import PageHandler
from ..http.answer import Answer
from ..http.limits import DEFAULT_LIMITS, Limits
from ..http.request import Request
from ..http.response import Response
from ..loaders import FileLoader
from ..options import MOD_PYTHON
from ..session.store import make_store
from .configuration import DEFAULT, Configuration
from .directives import Items, parse_directives, walk
from .install import install
from .modules import load_module, set_path
from .places import Places, static_files
from .site import Site
from .visit import Visit

if TYPE_CHECKING:
    from ..adapters.wsgi import Environ, StartResponse
    from ..http.answer import Start


class Application:
    """A WSGI application (PEP 3333) over *document_root*, or that of *httpd_conf*.

    *directives* is text in the syntax of Apache, in force for the whole root; without
    it and *httpd_conf*, which is a file, there are those that every site has. What is
    not understood, in an .htaccess file as well, is in ``configuration.problems``.
    ``configuration`` can be replaced at any time.

    *allowed_roots* are folders besides the root that pages may include from.
    *reload_interval* is how many seconds a changed page may go unnoticed.
    *default_session* is the class of sessions where no option names one; without it
    one that all processes share if the server has several. *csrf* guards every page
    against what other sites have sent, but for *csrf_origins*. Raises SettingsError.
    """

    def __init__(
        self,
        document_root: str | os.PathLike[str] | None = None,
        directives: str | None = None,
        *,
        httpd_conf: str | os.PathLike[str] | None = None,
        allowed_roots: Iterable[str | os.PathLike[str]] = (),
        reload_interval: float | None = 0.0,
        limits: Limits = DEFAULT_LIMITS,
        default_session: str = "",
        csrf: bool = False,
        csrf_origins: Iterable[str] = (),
    ):
        install()
        server = [] if httpd_conf is None else read_directives(httpd_conf)
        if directives is None:
            directives = DEFAULT if httpd_conf is None else ""
        self.document_root = os.path.abspath(document_root or find_root(server))
        self.limits = limits
        self.places = Places(self.document_root)
        loader = FileLoader(self.document_root, allowed_roots=allowed_roots)
        handler = PageHandler(
            Engine(loader, options=MOD_PYTHON, reload_interval=reload_interval),
            static_files(self.document_root),
            make_reports(False),
            make_store("memory"),
            csrf=csrf,
            csrf_origins=frozenset(csrf_origins),
        )
        self.site = Site(handler, default_session)
        self.configuration = Configuration(
            self.document_root, directives, server=server
        )

    @property
    def configuration(self) -> Configuration:
        """The directives in force."""
        return self._configuration

    @configuration.setter
    def configuration(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._prepare()

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            request = request_of(environ, self.limits)
        except HTTPError as error:
            request = Request(method=environ.get("REQUEST_METHOD", "GET"))
            return self.refuse(request, start_response, error)
        return Visit(self, request, start_response).run()

    def refuse(
        self, request: Request, start: Start, error: HTTPError
    ) -> Iterable[bytes]:
        """Answer with a status and a fixed text, where there is no ``req`` yet."""
        response = Response(error.status)
        for name, value in error.headers:
            response.headers[name] = value
        text = self.site.handler.reports.refusal(error.status, "")
        return Answer(request, response, start).finish(text.encode())

    def _prepare(self) -> None:
        """Set up what directives outside of .htaccess files say about modules."""
        root = os.path.join(self.document_root, "")
        paths = list(self._configuration.directives("PythonPath"))
        for directive in paths:
            set_path(" ".join(directive.words))
        if not paths and root not in sys.path:
            sys.path.insert(0, root)
        for directive in self._configuration.directives("PythonImport"):
            _import(directive.words[:1], directive.place)


def read_directives(file: str | os.PathLike[str]) -> Items:
    """What the configuration *file* says; SettingsError if it cannot be read."""
    name = os.fspath(file)
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as text:
            return parse_directives(text.read(), name)
    except OSError as error:
        raise SettingsError(f"{name} cannot be read: {error.strerror}") from error


def find_root(items: Items) -> str:
    """The DocumentRoot of a configuration; SettingsError if it has none."""
    for directive in walk(items):
        if directive.name.lower() == "documentroot" and directive.words:
            return directive.words[0]
    raise SettingsError("no document root is given, and none is configured")


def _import(words: tuple[str, ...], place: str) -> Any:
    """``module`` or ``module::function``, which is called."""
    if not words:
        raise SettingsError(f"{place}: PythonImport names no module")
    name, _, function = words[0].partition("::")
    try:
        module = load_module(name)
    except ModuleNotFoundError:
        module = import_module(name)
    return getattr(module, function)() if function else module
